package filter

import "strings"

// class is a set of bytes.
type class [4]uint64

func (c *class) has(b byte) bool { return c[b>>6]&(1<<(b&63)) != 0 }

func (c *class) add(b byte) { c[b>>6] |= 1 << (b & 63) }

func (c *class) addRange(from, to byte) {
	for b := int(from); b <= int(to); b++ {
		c.add(byte(b))
	}
}

func (c *class) addIf(in func(byte) bool) {
	for b := range 128 {
		if in(byte(b)) {
			c.add(byte(b))
		}
	}
}

// parseClass reads a class from after its opening bracket and returns how many
// bytes it took, the closing bracket included; -1 if it is malformed.
func parseClass(raw string) (*class, int) {
	c := new(class)
	i, negated := 0, false
	if raw != "" && (raw[0] == '!' || raw[0] == '^') {
		i, negated = 1, true
	}
	low := -1 // what a '-' that follows would begin a range at
	for first := true; ; first = false {
		if i >= len(raw) {
			return nil, -1
		}
		if raw[i] == ']' && !first {
			break
		}
		var n int
		switch {
		case raw[i] == '-' && low >= 0 && i+1 < len(raw) && raw[i+1] != ']':
			var high byte
			if high, n = member(raw[i+1:]); n >= 0 {
				c.addRange(byte(low), high)
				low, n = -1, n+1
			}
		case strings.HasPrefix(raw[i:], "[:"):
			n = c.addNamed(raw[i:])
			low = -1
		default:
			var b byte
			if b, n = member(raw[i:]); n >= 0 {
				c.add(b)
				low = int(b)
			}
		}
		if n < 0 {
			return nil, -1
		}
		i += n
	}
	c.finish(negated)
	return c, i + 1
}

// finish negates the class if asked to; no class ever has the slash.
func (c *class) finish(negated bool) {
	if negated {
		for i := range c {
			c[i] = ^c[i]
		}
	}
	c['/'>>6] &^= 1 << ('/' & 63)
}

// member reads one byte, escaped or not, and returns how many bytes it took.
func member(raw string) (byte, int) {
	if raw[0] != '\\' {
		return raw[0], 1
	}
	if len(raw) == 1 {
		return 0, -1
	}
	return raw[1], 2
}

// addNamed reads "[:name:]" and returns its length: 1, for the bracket alone,
// if there is no ":]", and -1 if the class is unterminated or the name unknown.
func (c *class) addNamed(raw string) int {
	end := strings.IndexByte(raw[2:], ']')
	if end < 0 {
		return -1
	}
	body := raw[2 : 2+end]
	if !strings.HasSuffix(body, ":") {
		c.add('[')
		return 1
	}
	in, ok := named[strings.TrimSuffix(body, ":")]
	if !ok {
		return -1
	}
	c.addIf(in)
	return len("[:") + end + len("]")
}

var named = map[string]func(byte) bool{
	"alnum":  func(b byte) bool { return isAlpha(b) || isDigit(b) },
	"alpha":  isAlpha,
	"blank":  func(b byte) bool { return b == ' ' || b == '\t' },
	"cntrl":  func(b byte) bool { return b < ' ' || b == 0x7f },
	"digit":  isDigit,
	"graph":  isGraph,
	"lower":  isLower,
	"print":  func(b byte) bool { return isGraph(b) || b == ' ' },
	"punct":  func(b byte) bool { return isGraph(b) && !isAlpha(b) && !isDigit(b) },
	"space":  func(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' },
	"upper":  isUpper,
	"xdigit": func(b byte) bool { return isDigit(b) || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' },
}

func isAlpha(b byte) bool { return isLower(b) || isUpper(b) }
func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isGraph(b byte) bool { return b > ' ' && b < 0x7f }
func isLower(b byte) bool { return b >= 'a' && b <= 'z' }
func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }
