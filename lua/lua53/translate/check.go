package translate

import "fmt"

// missing maps operators to the remedy for not having them.
var missing = map[string]string{
	"//": "integer division // is not available: use math.floor(a / b)",
	"&":  "bit operator & is not available: use bit32.band(a, b)",
	"|":  "bit operator | is not available: use bit32.bor(a, b)",
	"~":  "bit operator ~ is not available: use bit32.bxor(a, b) or bit32.bnot(a)",
	"<<": "bit operator << is not available: use bit32.lshift(a, n)",
	">>": "bit operator >> is not available: use bit32.rshift(a, n)",
}

var attributes = map[string]string{
	"const": "attribute <const> is Lua 5.4: leave it out",
	"close": "attribute <close> is Lua 5.4: leave it out and close the value where it is no longer needed",
}

// check refuses by panic what cannot be translated and returns the first block that does not close.
func check(toks []token) (unbalanced *Error) {
	var open nesting
	var levels chain
	var prev token
	for i, t := range toks {
		if msg, ok := missing[t.text]; ok && t.kind == op {
			panic(&Error{t.line, msg, ""})
		}
		if t.kind == name && t.text == "_ENV" && !(i > 0 && (toks[i-1].is(".") || toks[i-1].is(":"))) {
			panic(&Error{t.line, "_ENV is not available: use getfenv and setfenv, or the last argument of load", ""})
		}
		if t.is("local") {
			checkAttributes(toks[i+1:])
		}
		if unbalanced == nil { // or the parser will refuse it before anything goes deep
			levels.step(prev, t, len(open))
			unbalanced = open.step(t)
		}
		prev = t
	}
	return unbalanced
}

// checkAttributes looks at the names declared by a local statement.
func checkAttributes(toks []token) {
	for i := 0; i+2 < len(toks) && toks[i].kind == name; i += 2 {
		if toks[i+1].is("<") {
			if msg, ok := attributes[toks[i+2].text]; ok {
				panic(&Error{toks[i+2].line, msg, ""})
			}
		}
		if !toks[i+1].is(",") {
			return
		}
	}
}

// nesting is the stack of blocks and brackets that are open.
type nesting []token

var closers = map[string]string{
	"(": ")", "[": "]", "{": "}",
	"function": "end", "if": "end", "do": "end", "while": "end", "for": "end", "repeat": "until",
}

var isCloser = map[string]bool{")": true, "]": true, "}": true, "end": true, "until": true}

func (n *nesting) step(t token) *Error {
	if t.kind != op && t.kind != keyword && t.kind != eof {
		return nil
	}
	top := len(*n) - 1
	_, opens := closers[t.text]
	switch {
	case t.is("do") && top >= 0 && (*n)[top].is("while"), t.is("do") && top >= 0 && (*n)[top].is("for"):
		(*n)[top].text = "do" // closes as its loop does; a further do is a block
	case opens && t.kind != eof:
		if *n = append(*n, t); len(*n) > maxDepth {
			panic(&Error{t.line, fmt.Sprintf("chunk has too many levels of nesting (limit %d)", maxDepth), t.text})
		}
	case isCloser[t.text] || t.kind == eof:
		return n.close(t)
	}
	return nil
}

func (n *nesting) close(t token) *Error {
	top := len(*n) - 1
	if top < 0 {
		if t.kind == eof {
			return nil
		}
		return &Error{t.line, "nothing is open that it could close", t.text}
	}
	o := (*n)[top]
	want := closers[o.text]
	if want != t.text {
		if o.line == t.line {
			return &Error{t.line, fmt.Sprintf("'%s' expected", want), t.text}
		}
		return &Error{t.line, fmt.Sprintf("'%s' expected (to close '%s' at line %d)", want, o.text, o.line), t.text}
	}
	*n = (*n)[:top]
	return nil
}
