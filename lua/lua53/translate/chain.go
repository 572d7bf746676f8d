package translate

import "fmt"

// maxChain is how many operators, calls and indexes one expression may have in a row, with those around it, and
// alternatives an if. Each is a level of the syntax tree; the compiler goes down by recursion, for which there is
// 1 GB of stack, and takes time that grows with the square.
const maxChain = 4000

// chain counts the levels of the syntax tree that do not show as brackets or blocks: the last link is the innermost
// block or bracket that is open.
type chain []link

type link struct{ operators, alternatives int }

// binding are the keywords that join expressions or begin one.
var binding = map[string]bool{"and": true, "or": true, "not": true}

// separators end an expression. So does a name that follows one: it begins a statement.
var separators = map[string]bool{
	",": true, ";": true, "=": true, "::": true, "break": true, "do": true, "else": true, "for": true, "goto": true, "if": true,
	"in": true, "local": true, "repeat": true, "return": true, "then": true, "until": true, "while": true,
}

// step takes in t, which follows prev, before which depth blocks and brackets were open.
func (c *chain) step(prev, t token, depth int) {
	for len(*c) <= depth {
		*c = append(*c, link{})
	}
	*c = (*c)[:depth+1]
	here := &(*c)[depth]
	switch {
	case t.is("elseif"):
		here.operators = 0
		here.alternatives++
	case t.kind == name && ends(prev), t.kind == keyword && separators[t.text], t.kind == op && separators[t.text]:
		here.operators = 0
		return
	case t.kind == keyword && binding[t.text], t.kind == op && !isCloser[t.text] && (ends(prev) || closers[t.text] == ""),
		t.kind == str && ends(prev):
		here.operators++
	default:
		return
	}
	c.check(t)
}

func (c *chain) check(t token) {
	sum := 0
	for _, l := range *c {
		sum += l.operators + l.alternatives
	}
	if sum > maxChain {
		panic(&Error{t.line, fmt.Sprintf("expression is too long (limit %d operators, indexes and calls): split it", maxChain), t.text})
	}
}

// ends tells whether an expression may end with t.
func ends(t token) bool {
	switch t.kind {
	case name, number, str:
		return true
	case op:
		return t.is(")") || t.is("]") || t.is("}") || t.is("...")
	case keyword:
		return t.is("end") || t.is("nil") || t.is("true") || t.is("false")
	}
	return false
}
