package translate

import (
	"math"
	"strconv"
	"strings"
)

// scanNumber reads a numeral greedily, as Lua does, so that 3x is one malformed number and not two tokens.
func (lx *lexer) scanNumber() bool {
	start := lx.pos
	exponent := byte('e')
	if lx.peek(0) == '0' && lx.peek(1)|0x20 == 'x' {
		exponent = 'p'
		lx.pos += 2
	}
	for c := lx.peek(0); isNameByte(c) || c == '.'; c = lx.peek(0) {
		lx.pos++
		if next := lx.peek(0); c|0x20 == exponent && (next == '+' || next == '-') {
			lx.pos++
		}
	}
	text := string(lx.src[start:lx.pos])
	if _, ok := ParseNumber(text); !ok {
		lx.fail(lx.line, text, "malformed number")
	}
	return lx.add(number, lx.line, text)
}

// literal writes a numeral so that gopher-lua reads its value: it knows no hexadecimal fractions and takes a
// leading zero for octal.
func literal(text string) string {
	v, _ := ParseNumber(text)
	switch {
	case math.IsInf(v, 0):
		return "( 1 / 0 )"
	case v == math.Trunc(v) && v < 1e15:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// ParseNumber converts a numeral as Lua 5.3's tonumber does: white space around it, a sign, decimal or hexadecimal,
// either with fraction and exponent. Unlike strconv it knows no octal, binary, underscores, inf or nan. A value too
// large for a float is infinite.
func ParseNumber(s string) (float64, bool) {
	s = strings.Trim(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	v, ok := 0.0, false
	if len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x' {
		v, ok = parse(s, s[2:], isHex, 'p')
	} else {
		v, ok = parse(s, s, isDigit, 'e')
	}
	switch {
	case negative && v == 0 && isInteger(s):
		v = 0 // an integer has no -0
	case negative:
		v = -v
	}
	return v, ok
}

func isInteger(s string) bool {
	return !strings.ContainsAny(s, ".pP") && (len(s) > 1 && s[1]|0x20 == 'x' || !strings.ContainsAny(s, "eE"))
}

// parse checks that rest is digits with at most one point and at most one exponent before strconv sees whole.
func parse(whole, rest string, digit func(byte) bool, exponent byte) (float64, bool) {
	i, digits, points := 0, 0, 0
	for ; i < len(rest); i++ {
		if digit(rest[i]) {
			digits++
		} else if rest[i] == '.' && points == 0 {
			points++
		} else {
			break
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(rest) {
		if rest[i]|0x20 != exponent || !isExponent(rest[i+1:]) {
			return 0, false
		}
	} else if exponent == 'p' {
		whole += "p0" // strconv insists on it
	}
	v, _ := strconv.ParseFloat(whole, 64) // the only error left is a value out of range, which yields an infinity
	return v, true
}

func isExponent(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}
