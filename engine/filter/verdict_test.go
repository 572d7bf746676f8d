package filter

import "testing"

// §2 log: -log Filter says which rule decided.
func TestExplain(t *testing.T) {
	rules := []string{"+ /keep/", "+ *.txt", "- cache/", "- *.o", "- /a b\n", "- /deep/er/"}
	set := compile(t, rules...)
	for path, want := range map[string]string{
		"x":                 `"x" is let through: no rule matches`,
		"":                  `"" is let through: no rule matches`,
		"x.o":               `"x.o" is excluded by rule 4 of 6, "- *.o"`,
		"d/e/x.o":           `"d/e/x.o" is excluded by rule 4 of 6, "- *.o"`,
		"x.txt":             `"x.txt" is let through by rule 2 of 6, "+ *.txt"`,
		"keep/":             `"keep/" is let through by rule 1 of 6, "+ /keep/"`,
		"keep/x":            `"keep/x" is let through: no rule matches`, // the rule is about the directory alone
		"cache/":            `"cache/" is excluded by rule 3 of 6, "- cache/"`,
		"cache":             `"cache" is let through: no rule matches`,
		"cache/x.txt":       `"cache/x.txt" is excluded by rule 3 of 6, "- cache/", which excludes "cache/"`,
		"d/cache/e/f/":      `"d/cache/e/f/" is excluded by rule 3 of 6, "- cache/", which excludes "d/cache/"`,
		"deep/er/and/below": `"deep/er/and/below" is excluded by rule 6 of 6, "- /deep/er/", which excludes "deep/er/"`,
		"a b\n":             `"a b\n" is excluded by rule 5 of 6, "- /a b\n"`,
		"\xff.o":            `"\xff.o" is excluded by rule 4 of 6, "- *.o"`,
	} {
		v := set.Verdict(path)
		if v.Excluded != set.Excluded(path) {
			t.Errorf("%q: Verdict says %v, Excluded the opposite", path, v.Excluded)
		}
		if got := set.Explain(path, v); got != want {
			t.Errorf("%q: got %s\nwant %s", path, got, want)
		}
	}
	var none *Set
	if v := none.Verdict("x"); v.Excluded || v.Rule != -1 {
		t.Errorf("no set: %+v", v)
	}
}
