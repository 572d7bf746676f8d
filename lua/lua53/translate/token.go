package translate

import (
	"bytes"
	"fmt"
	"strings"
)

// Error is a fault in the source.
type Error struct {
	Line int    // from 1
	Msg  string // what is wrong, with the remedy if there is one
	Near string // source text at the fault, "<eof>" at the end
}

func (e *Error) Error() string {
	if e.Near == "" {
		return fmt.Sprintf("%d: %s", e.Line, e.Msg)
	}
	return fmt.Sprintf("%d: %s near '%s'", e.Line, e.Msg, e.Near)
}

type kind byte

const (
	eof kind = iota
	name
	keyword
	number
	str
	op
)

// token is one lexical element. text is its source, except for a str, where it is the value.
type token struct {
	kind kind
	line int
	text string
}

func (t token) is(text string) bool { return (t.kind == op || t.kind == keyword) && t.text == text }

var keywords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(`and break do else elseif end false for function goto if in local nil not or
		repeat return then true until while`) {
		set[w] = true
	}
	return set
}()

// ops holds operators of more than one byte, longest first.
var ops = []string{"...", "..", "==", "~=", "<=", ">=", "::", "//", "<<", ">>"}

type lexer struct {
	src  []byte
	pos  int
	line int
	toks []token
}

// scan cuts src into tokens; the last one is eof. Faults are raised as *Error by panic.
func scan(src []byte) []token {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	lx := &lexer{src: src, line: 1}
	if lx.peek(0) == '#' {
		lx.skipLine()
	}
	for lx.next() {
	}
	return append(lx.toks, token{eof, lx.line, "<eof>"})
}

func (lx *lexer) fail(line int, near, format string, args ...any) {
	panic(&Error{Line: line, Msg: fmt.Sprintf(format, args...), Near: near})
}

func (lx *lexer) peek(n int) byte {
	if lx.pos+n < len(lx.src) {
		return lx.src[lx.pos+n]
	}
	return 0
}

func (lx *lexer) done() bool { return lx.pos >= len(lx.src) }

// newline steps over one line end: \n, \r, \r\n or \n\r.
func (lx *lexer) newline() {
	first := lx.src[lx.pos]
	lx.pos++
	if second := lx.peek(0); !lx.done() && second != first && (second == '\n' || second == '\r') {
		lx.pos++
	}
	lx.line++
}

func (lx *lexer) skipLine() {
	for !lx.done() && lx.peek(0) != '\n' && lx.peek(0) != '\r' {
		lx.pos++
	}
}

func (lx *lexer) add(k kind, line int, text string) bool {
	lx.toks = append(lx.toks, token{k, line, text})
	return true
}

// next reads one token, or tells that there is none left.
func (lx *lexer) next() bool {
	lx.skipBlanks()
	if lx.done() {
		return false
	}
	c := lx.peek(0)
	switch {
	case isNameByte(c) && !isDigit(c):
		return lx.scanName()
	case isDigit(c) || c == '.' && isDigit(lx.peek(1)):
		return lx.scanNumber()
	case c == '"' || c == '\'':
		return lx.scanString(c)
	case c == '[' && lx.longLevel() >= 0:
		line := lx.line
		return lx.add(str, line, lx.scanLong("string"))
	}
	return lx.scanOp()
}

func (lx *lexer) skipBlanks() {
	for !lx.done() {
		switch c := lx.peek(0); {
		case c == '\n' || c == '\r':
			lx.newline()
		case c == ' ' || c == '\t' || c == '\v' || c == '\f':
			lx.pos++
		case c == '-' && lx.peek(1) == '-':
			lx.pos += 2
			if lx.peek(0) == '[' && lx.longLevel() >= 0 {
				lx.scanLong("comment")
			} else {
				lx.skipLine()
			}
		default:
			return
		}
	}
}

func (lx *lexer) scanName() bool {
	start := lx.pos
	for isNameByte(lx.peek(0)) {
		lx.pos++
	}
	text := string(lx.src[start:lx.pos])
	if keywords[text] {
		return lx.add(keyword, lx.line, text)
	}
	return lx.add(name, lx.line, text)
}

func (lx *lexer) scanOp() bool {
	for _, o := range ops {
		if bytes.HasPrefix(lx.src[lx.pos:], []byte(o)) {
			lx.pos += len(o)
			return lx.add(op, lx.line, o)
		}
	}
	c := lx.peek(0)
	if !strings.ContainsRune("+-*/%^#&~|<>=(){}[];:,.", rune(c)) || c >= 0x80 {
		near := string(lx.src[lx.pos : lx.pos+1])
		if c < ' ' || c >= 0x7f {
			near = fmt.Sprintf(`<\%d>`, c)
		}
		lx.fail(lx.line, near, "unexpected symbol")
	}
	lx.pos++
	return lx.add(op, lx.line, string(c))
}

// longLevel tells the number of = in the long bracket that starts here, or -1 if none does.
func (lx *lexer) longLevel() int {
	n := 0
	for lx.peek(1+n) == '=' {
		n++
	}
	if lx.peek(1+n) == '[' {
		return n
	}
	return -1
}

// scanLong reads a long string or comment. Every line end becomes \n, the first one is dropped.
func (lx *lexer) scanLong(what string) string {
	start, level := lx.line, lx.longLevel()
	closing := []byte("]" + strings.Repeat("=", level) + "]")
	lx.pos += level + 2
	if c := lx.peek(0); c == '\n' || c == '\r' {
		lx.newline()
	}
	var b strings.Builder
	for !lx.done() {
		switch c := lx.peek(0); {
		case c == ']' && bytes.HasPrefix(lx.src[lx.pos:], closing):
			lx.pos += len(closing)
			return b.String()
		case c == '\n' || c == '\r':
			lx.newline()
			b.WriteByte('\n')
		default:
			b.WriteByte(c)
			lx.pos++
		}
	}
	lx.fail(lx.line, "<eof>", "unfinished long %s (starting at line %d)", what, start)
	return ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameByte(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
