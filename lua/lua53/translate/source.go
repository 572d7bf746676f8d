package translate

import (
	"strings"
)

// maxDepth bounds nesting of blocks and brackets as C Lua does (LUAI_MAXCCALLS): the parser's and compiler's
// recursion grows with it, and a Go stack that overflows ends the program.
const maxDepth = 200

// Source translates a chunk. A first line that starts with # is skipped, a byte order mark too. Every token of the
// result is on the line it had in src. The error is an *Error.
//
// unbalanced is the first block or bracket that is not closed properly, or nil. The chunk is then certain not to
// parse, but the parser may find an earlier fault.
func Source(src []byte) (out []byte, unbalanced *Error, err error) {
	defer func() {
		if r := recover(); r != nil {
			fault, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = fault
		}
	}()
	toks := scan(src)
	unbalanced = check(toks)
	return emit(toks), unbalanced, nil
}

func emit(toks []token) []byte {
	var out strings.Builder
	line := 1
	for i, t := range toks {
		if i == 0 || !continuesCall(toks[i-1], t) {
			for ; line < t.line; line++ {
				out.WriteByte('\n')
			}
		}
		if i > 0 || t.is("#") { // a # at the very start would be taken for the first line of a program
			out.WriteByte(' ')
		}
		write(&out, toks, i)
	}
	return []byte(out.String())
}

// continuesCall tells a call whose arguments are on the next line. Since Lua 5.2 that is a call; gopher-lua refuses
// it as ambiguous, unless the bracket is on the same line.
func continuesCall(prev, t token) bool { return t.is("(") && prev.is(")") }

func write(out *strings.Builder, toks []token, i int) {
	switch t := toks[i]; {
	case t.kind == eof:
	case t.kind == str:
		quote(out, t.text)
	case t.kind == number:
		out.WriteString(literal(t.text))
	case t.is("break") && !endsBlock(toks[i+1:]):
		out.WriteString("do break end")
	case t.is("function") && i >= 3 && toks[i-1].is("=") && toks[i-2].kind == name && toks[i-3].is("local"):
		// gopher-lua declares the local before its value if that is a function alone.
		out.WriteString("nil or function")
	default:
		out.WriteString(t.text)
	}
}

func endsBlock(rest []token) bool {
	if rest[0].is(";") {
		rest = rest[1:]
	}
	t := rest[0]
	return t.kind == eof || t.is("end") || t.is("else") || t.is("elseif") || t.is("until")
}
