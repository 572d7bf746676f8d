package lua53

import (
	"math"
	"strconv"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/lua53/translate"
)

// FormatNumber is what tostring makes of a number. Integral values below 2^63 have neither exponent nor point, as
// integers of Lua 5.3 have none: this Lua cannot tell 3 from 3.0. Others are formatted with %.14g of C.
func FormatNumber(n glua.LNumber) string {
	f := float64(n)
	switch {
	case math.IsNaN(f) && math.Signbit(f):
		return "-nan"
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case isInteger(f):
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', 14, 64)
}

// ParseNumber is tonumber of a string without base: decimal or hexadecimal, white space around it, no octal.
func ParseNumber(s string) (glua.LNumber, bool) {
	f, ok := translate.ParseNumber(s)
	return glua.LNumber(f), ok
}

// isInteger tells whether f is the value of a 64 bit integer.
func isInteger(f float64) bool { return f == math.Trunc(f) && f >= -(1<<63) && f < 1<<63 }

// toNumber converts numbers and numeric strings, as arithmetic does.
func toNumber(v glua.LValue) (float64, bool) {
	switch v := v.(type) {
	case glua.LNumber:
		return float64(v), true
	case glua.LString:
		return translate.ParseNumber(string(v))
	}
	return 0, false
}

// toText converts strings and numbers, as concatenation does.
func toText(v glua.LValue) (string, bool) {
	switch v := v.(type) {
	case glua.LString:
		return string(v), true
	case glua.LNumber:
		return FormatNumber(v), true
	}
	return "", false
}
