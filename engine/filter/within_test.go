package filter

import (
	"strings"
	"testing"
)

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		before, after string // rules, separated by semicolons
		want          bool
	}{
		{"", "", true},
		{"", "- a", true},
		{"", "+ a", true},
		{"- a", "", false},
		{"- a", "- a", true},
		{"- a", "- b", false},
		{"- a", "- b;- a;- c", true},
		{"- a;- b", "- b;- a", false},
		{"- a", "+ a;- a", false},
		{"- a", "- a;+ a", false},
		{"+ a;- *", "+ a;- b;- *", true},
		{"+ a;- *", "- *", false},
	} {
		compiled := func(text string) *Set {
			return compile(t, strings.FieldsFunc(text, func(r rune) bool { return r == ';' })...)
		}
		if got := compiled(c.before).Within(compiled(c.after)); got != c.want {
			t.Errorf("%q within %q: %v", c.before, c.after, got)
		}
	}
	if !(*Set)(nil).Within(nil) {
		t.Error("nil excludes nothing")
	}
}
