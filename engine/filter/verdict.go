package filter

import (
	"fmt"
	"strconv"
)

// Verdict is what the rules of a Set say of one path, and why.
type Verdict struct {
	Excluded bool
	// Rule is the index of the rule that decided; -1: none matched, so the path is let through.
	Rule int

	length int // of an excluded path: how much of it the rule matched, without a slash at the end
}

// Explain returns in words what v, the verdict of s on path, says: which of how many
// rules decided, and at which directory if that is not path itself.
func (s *Set) Explain(path string, v Verdict) string {
	if v.Rule < 0 {
		return fmt.Sprintf("%q is let through: no rule matches", path)
	}
	verdict := "is let through"
	if v.Excluded {
		verdict = "is excluded"
	}
	text := fmt.Sprintf("%q %s by rule %d of %d, %q", path, verdict, v.Rule+1, len(s.rules), s.rules[v.Rule])
	if v.Excluded && v.length+len("/") < len(path) {
		text += ", which excludes " + strconv.Quote(path[:v.length+len("/")])
	}
	return text
}
