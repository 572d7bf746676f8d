package lua53

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// directive is one % of a format string.
type directive struct {
	flags     string
	width     int
	precision int // -1: none
	verb      byte
	text      string // as written, for errors
}

func (d directive) has(flag byte) bool { return strings.IndexByte(d.flags, flag) >= 0 }

func stringFormat(L *glua.LState) int {
	format := checkString(L, 1)
	out := newBuilder(L)
	arg := 1
	for i := 0; i < len(format); i++ {
		c := format[i]
		switch {
		case c != '%':
			out.addByte(c)
		case i+1 < len(format) && format[i+1] == '%':
			out.addByte('%')
			i++
		default:
			d, length := parseDirective(L, format[i:])
			i += length - 1
			arg++
			out.add(formatArg(L, d, arg))
		}
	}
	return out.push()
}

// parseDirective reads the directive at the start of s. As in C Lua widths and precisions have at most two digits.
func parseDirective(L *glua.LState, s string) (d directive, length int) {
	i := 1
	for i < len(s) && strings.IndexByte("-+ #0", s[i]) >= 0 {
		i++
	}
	d = directive{flags: s[1:i], precision: -1}
	if len(d.flags) > 5 {
		L.RaiseError("invalid format (repeated flags)")
	}
	d.width, i = twoDigits(s, i)
	if i < len(s) && s[i] == '.' {
		d.precision, i = twoDigits(s, i+1)
	}
	if i < len(s) && '0' <= s[i] && s[i] <= '9' {
		L.RaiseError("invalid format (width or precision too long)")
	}
	if i >= len(s) {
		L.RaiseError("invalid option '%%%s' to 'format'", s[1:])
	}
	d.verb, d.text = s[i], s[:i+1]
	return d, i + 1
}

func twoDigits(s string, i int) (v, next int) {
	for n := 0; n < 2 && i < len(s) && '0' <= s[i] && s[i] <= '9'; n++ {
		v = v*10 + int(s[i]-'0')
		i++
	}
	return v, i
}

func formatArg(L *glua.LState, d directive, n int) string {
	if n > L.GetTop() {
		argError(L, n, "no value")
	}
	switch d.verb {
	case 'c':
		return d.pad(string([]byte{byte(checkInt64(L, n))}))
	case 'd', 'i', 'u':
		return d.integer(checkInt64(L, n))
	case 'o', 'x', 'X':
		return d.unsigned(uint64(checkInt64(L, n)))
	case 'a', 'A', 'e', 'E', 'f', 'F', 'g', 'G':
		return d.float(checkNumber(L, n))
	case 'q':
		return quoted(L, L.Get(n), n)
	case 's':
		s := tostring(L, L.Get(n))
		if d.precision >= 0 && d.precision < len(s) {
			s = s[:d.precision]
		}
		return d.pad(s)
	}
	L.RaiseError("invalid option '%s' to 'format'", d.text)
	return ""
}

// pad fills up to the width with spaces, counting bytes as C does.
func (d directive) pad(s string) string {
	fill := strings.Repeat(" ", max(d.width-len(s), 0))
	if d.has('-') {
		return s + fill
	}
	return fill + s
}

// number pads digits that may have a sign or prefix before them.
func (d directive) number(prefix, digits string, zeros bool) string {
	if zeros && d.has('0') && !d.has('-') {
		digits = strings.Repeat("0", max(d.width-len(prefix)-len(digits), 0)) + digits
	}
	return d.pad(prefix + digits)
}

func (d directive) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case d.has('+'):
		return "+"
	case d.has(' '):
		return " "
	}
	return ""
}

func (d directive) digits(v uint64, base int) string {
	s := strconv.FormatUint(v, base)
	if d.precision == 0 && v == 0 {
		s = ""
	}
	return strings.Repeat("0", max(d.precision-len(s), 0)) + s
}

func (d directive) integer(v int64) string {
	magnitude := uint64(v)
	if v < 0 {
		magnitude = -magnitude
	}
	return d.number(d.sign(v < 0), d.digits(magnitude, 10), d.precision < 0)
}

func (d directive) unsigned(v uint64) string {
	if d.verb == 'o' {
		s := d.digits(v, 8)
		if d.has('#') && !strings.HasPrefix(s, "0") {
			s = "0" + s
		}
		return d.number("", s, d.precision < 0)
	}
	s, prefix := d.digits(v, 16), ""
	if d.has('#') && v != 0 {
		prefix = "0x"
	}
	if d.verb == 'X' {
		s, prefix = strings.ToUpper(s), strings.ToUpper(prefix)
	}
	return d.number(prefix, s, d.precision < 0)
}

func (d directive) float(f float64) string {
	sign := d.sign(math.Signbit(f))
	upper := d.verb < 'a'
	f = math.Abs(f)
	var s string
	switch verb := d.verb | 0x20; {
	case math.IsInf(f, 0):
		s = "inf"
	case math.IsNaN(f):
		s = "nan"
	case verb == 'a':
		sign, s = sign+"0x", hexFloat(f, d.precision)
	default:
		precision := d.precision
		if precision < 0 {
			precision = 6
		}
		sharp := ""
		if d.has('#') {
			sharp = "#"
		}
		s = fmt.Sprintf("%"+sharp+"."+strconv.Itoa(precision)+string(verb), f)
	}
	if upper {
		sign, s = strings.ToUpper(sign), strings.ToUpper(s)
	}
	return d.number(sign, s, !math.IsInf(f, 0) && !math.IsNaN(f))
}

// hexFloat formats like %a of C without its 0x: C's exponent has as few digits as it needs, Go's at least two.
func hexFloat(f float64, precision int) string {
	s := strconv.FormatFloat(f, 'x', precision, 64)[2:]
	mantissa, exponent, _ := strings.Cut(s, "p")
	return mantissa + "p" + exponent[:1] + strings.TrimPrefix(exponent[1:], "0")
}

// quoted formats a value so that Lua reads it back.
func quoted(L *glua.LState, v glua.LValue, n int) string {
	switch v := v.(type) {
	case glua.LString:
		return quoteString(L, string(v))
	case glua.LNumber:
		if f := float64(v); !isInteger(f) && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return directive{verb: 'a', precision: -1}.float(f)
		}
		return FormatNumber(v)
	case glua.LBool, *glua.LNilType:
		return v.String()
	}
	argError(L, n, "value has no literal form")
	return ""
}

func quoteString(L *glua.LState, s string) string {
	b := newBuilder(L)
	b.addByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n':
			b.addByte('\\')
			b.addByte(c)
		case c < ' ' || c == 0x7f:
			digits := strconv.Itoa(int(c))
			if i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9' {
				digits = strconv.Itoa(1000 + int(c))[1:]
			}
			b.add(`\` + digits)
		default:
			b.addByte(c)
		}
	}
	b.addByte('"')
	return b.String()
}
