package translate

import (
	"strconv"
	"strings"
)

var simpleEscapes = map[byte]byte{'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// scanString reads a string in quotes and adds its value.
func (lx *lexer) scanString(quote byte) bool {
	start, line := lx.pos, lx.line
	lx.pos++
	var b strings.Builder
	for {
		c := lx.peek(0)
		switch {
		case lx.done():
			lx.fail(lx.line, "<eof>", "unfinished string")
		case c == '\n' || c == '\r':
			lx.fail(lx.line, string(lx.src[start:lx.pos]), "unfinished string")
		case c == quote:
			lx.pos++
			return lx.add(str, line, b.String())
		case c == '\\':
			lx.pos++
			lx.scanEscape(&b, start)
		default:
			b.WriteByte(c)
			lx.pos++
		}
	}
}

// scanEscape reads what follows a backslash. An escape that no Lua defines yields its character, as in Lua 5.1.
func (lx *lexer) scanEscape(b *strings.Builder, start int) {
	if lx.done() {
		lx.fail(lx.line, "<eof>", "unfinished string")
	}
	c := lx.peek(0)
	switch {
	case c == '\n' || c == '\r':
		lx.newline()
		b.WriteByte('\n')
	case isDigit(c):
		b.WriteByte(lx.decimalEscape(start))
	case c == 'x':
		b.WriteByte(lx.hexEscape(start))
	case c == 'u':
		lx.unicodeEscape(b, start)
	case c == 'z':
		lx.pos++
		lx.skipSpace()
	default:
		if v, ok := simpleEscapes[c]; ok {
			c = v
		}
		b.WriteByte(c)
		lx.pos++
	}
}

func (lx *lexer) failEscape(start int, msg string) {
	end := min(lx.pos+1, len(lx.src))
	lx.fail(lx.line, string(lx.src[start:end]), "%s", msg)
}

func (lx *lexer) skipSpace() {
	for !lx.done() {
		switch lx.peek(0) {
		case '\n', '\r':
			lx.newline()
		case ' ', '\t', '\v', '\f':
			lx.pos++
		default:
			return
		}
	}
}

func (lx *lexer) decimalEscape(start int) byte {
	v := 0
	for i := 0; i < 3 && isDigit(lx.peek(0)); i++ {
		v = v*10 + int(lx.peek(0)-'0')
		lx.pos++
	}
	if v > 255 {
		lx.failEscape(start, "decimal escape too large")
	}
	return byte(v)
}

func (lx *lexer) hexEscape(start int) byte {
	lx.pos++
	for i := range 2 {
		if !isHex(lx.peek(0)) {
			lx.pos -= i
			lx.failEscape(start, `hexadecimal digits expected after \x`)
		}
		lx.pos++
	}
	v, _ := strconv.ParseUint(string(lx.src[lx.pos-2:lx.pos]), 16, 8)
	return byte(v)
}

func (lx *lexer) unicodeEscape(b *strings.Builder, start int) {
	lx.pos++
	if lx.peek(0) != '{' {
		lx.failEscape(start, `missing '{' after \u`)
	}
	lx.pos++
	v := 0
	for first := true; first || lx.peek(0) != '}'; first = false {
		if !isHex(lx.peek(0)) {
			lx.failEscape(start, `hexadecimal digits and '}' expected after \u{`)
		}
		d, _ := strconv.ParseUint(string(lx.peek(0)), 16, 8)
		if v = v<<4 | int(d); v > 0x10FFFF {
			lx.failEscape(start, "UTF-8 value too large")
		}
		lx.pos++
	}
	lx.pos++
	b.Write(Encode(v))
}

// Encode is UTF-8 that, as Lua's, has nothing against surrogates.
func Encode(v int) []byte {
	switch {
	case v < 0x80:
		return []byte{byte(v)}
	case v < 0x800:
		return []byte{byte(0xC0 | v>>6), byte(0x80 | v&0x3F)}
	case v < 0x10000:
		return []byte{byte(0xE0 | v>>12), byte(0x80 | v>>6&0x3F), byte(0x80 | v&0x3F)}
	}
	return []byte{byte(0xF0 | v>>18), byte(0x80 | v>>12&0x3F), byte(0x80 | v>>6&0x3F), byte(0x80 | v&0x3F)}
}

// quote writes a value as a literal on one line that gopher-lua reads back byte for byte.
func quote(out *strings.Builder, value string) {
	out.WriteByte('"')
	for i := range len(value) {
		switch c := value[i]; {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c < ' ' || c == 0x7f:
			out.WriteByte('\\')
			out.WriteString(strconv.Itoa(1000 + int(c))[1:])
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
