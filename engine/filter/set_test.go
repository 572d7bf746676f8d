package filter

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func compile(t testing.TB, lines ...string) *Set {
	t.Helper()
	var rules []Rule
	for _, l := range lines {
		r, err := Parse(l)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	s, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// §8: what patterns match, and that the first match decides.
func TestExcluded(t *testing.T) {
	tests := []struct {
		rules    string // separated by "|"
		excluded string // paths, separated by blanks
		included string
	}{
		{"- a", "a a/ x/a a/x x/a/y", "ab xa x/ab"},
		{"- a/", "a/ x/a/ a/x", "a x/a"},
		{"- /a", "a a/ a/x", "x/a"},
		{"- a/b", "a/b x/a/b a/b/c", "xa/b a b"},
		{"- /a/b", "a/b a/b/", "x/a/b"},
		{"- *.o", "x.o .o a/x.o", "x.oo o"},
		{"- tmp*", "tmp tmpx a/tmpx", "xtmp"},
		{"- a*/b", "ax/b y/a/b", "a/x/b"},
		{"- a?b", "axb", "ab a/b"},
		{"- a**b", "ab a/b ax/yb x/a/b", "xab"},
		{"- **/a", "a x/a x/y/a", "xa"},
		{"- /**/a", "x/a", "a"},
		{"- a/**", "a/x a/x/y", "a/ a"},
		{"- a/***", "a/x a/", "a"},
		{"- [a-c]x", "ax bx", "dx x"},
		{"- [!a-c]x", "dx", "ax x"},
		{`- \*`, "* x/*", `\* a`},
		{`- \\`, `\\`, `\`},
		{`- a\b`, `a\b`, "ab"},
		{"- a[", "", "a[ a"},
		{"- *", "a a/b", ""},
		{"- .*", ".a a/.b", "a."},
		{"+ a|- *", "b a/b", "a a/"},
		{"+ a|+ a/b|- *", "b a/c", "a a/b"},
		{"- a|+ a", "a", ""},
		{"- x|+ a/|- a", "a", "a/"},
		{"+ *.c|- /src/*", "src/x.o", "src/x.c src/"},
		{"- /a|+ /a/b", "a/b", ""},
		{"", "", "a a/b"},
	}
	for _, tt := range tests {
		var lines []string
		if tt.rules != "" {
			lines = strings.Split(tt.rules, "|")
		}
		s := compile(t, lines...)
		for _, p := range strings.Fields(tt.excluded) {
			if !s.Excluded(p) {
				t.Errorf("%q: %q is included", tt.rules, p)
			}
		}
		for _, p := range strings.Fields(tt.included) {
			if s.Excluded(p) {
				t.Errorf("%q: %q is excluded", tt.rules, p)
			}
		}
		if s.Excluded("") {
			t.Errorf("%q: the source itself is excluded", tt.rules)
		}
	}
}

func TestEmpty(t *testing.T) {
	var s *Set
	if !s.Empty() || s.Excluded("a") || !compile(t).Empty() || compile(t, "+ a").Empty() {
		t.Error("a set is empty if and only if it has no rules")
	}
}

func TestCompileNamesTheRule(t *testing.T) {
	_, err := Compile([]Rule{{Pattern: "a"}, {Include: true, Pattern: "b\x00"}})
	if err == nil || !strings.Contains(err.Error(), `"+ b\x00"`) {
		t.Errorf("got %v", err)
	}
}

// TestHostilePatterns ends only if matching is polynomial.
func TestHostilePatterns(t *testing.T) {
	path := strings.Repeat("a", 255) + "/" + strings.Repeat("a/", 300) + strings.Repeat("a", 255)
	for _, atom := range []string{"*a", "**a", "*a**a", "?*", "[a]*", "*a/**"} {
		s := compile(t, "- "+strings.Repeat(atom, 40)+"b")
		if s.Excluded(path) {
			t.Errorf("%s... matches a path without b", atom)
		}
	}
}

func TestExcludedAllocatesNothing(t *testing.T) {
	s, path := benchSet(t)
	if n := testing.AllocsPerRun(100, func() { s.Excluded(path) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// naive is glob by the definition, and exponential.
func naive(tokens []token, text string) bool {
	if len(tokens) == 0 {
		return text == ""
	}
	if k := tokens[0].op; k == star || k == doubleStar {
		for i := 0; ; i++ {
			if naive(tokens[1:], text[i:]) {
				return true
			}
			if i == len(text) || k == star && text[i] == '/' {
				return false
			}
		}
	}
	return text != "" && tokens[0].matches(text[0]) && naive(tokens[1:], text[1:])
}

// §8: patterns mean the same however they are matched.
func TestGlobIsTheDefinition(t *testing.T) {
	part := rapid.SampledFrom([]string{"a", "b", "/", "*", "**", "?", "[ab]", `\*`})
	rapid.Check(t, func(t *rapid.T) {
		raw := strings.Join(rapid.SliceOfN(part, 0, 10).Draw(t, "pattern"), "")
		text := rapid.StringMatching(`[ab*/]{0,12}`).Draw(t, "text")
		tokens := tokenize(raw)
		if got, want := glob(tokens, text, false), naive(tokens, text); got != want {
			t.Errorf("glob(%q, %q) = %v", raw, text, got)
		}
		want := naive(tokens, text)
		for i := range text {
			want = want || text[i] == '/' && naive(tokens, text[i+1:])
		}
		if got := glob(tokens, text, true); got != want {
			t.Errorf("glob(%q, %q, anywhere) = %v", raw, text, got)
		}
	})
}

func FuzzExcluded(f *testing.F) {
	f.Add("[a-z]*\\", "a/b/")
	f.Add("**[", "")
	f.Fuzz(func(_ *testing.T, pattern, path string) {
		if s, err := Compile([]Rule{{Pattern: pattern}}); err == nil {
			s.Excluded(path)
		}
	})
}

func benchSet(t testing.TB) (*Set, string) {
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("- name%d", i), fmt.Sprintf("- /top/dir%d/", i), fmt.Sprintf("- *.ext%d", i),
			fmt.Sprintf("- x%d/y/z", i), fmt.Sprintf("+ cache%d/**/[0-9]*.tmp", i))
	}
	return compile(t, lines...), "srv/data/projects/alpha/build/objects/linux/main.o"
}

func BenchmarkExcluded(b *testing.B) {
	s, path := benchSet(b)
	b.ReportAllocs()
	for b.Loop() {
		s.Excluded(path)
	}
}

func BenchmarkExcludedNames(b *testing.B) {
	var lines []string
	for i := range 100 {
		lines = append(lines, fmt.Sprintf("- name%d", i))
	}
	s := compile(b, lines...)
	for b.Loop() {
		s.Excluded("srv/data/projects/alpha/build/objects/linux/main.o")
	}
}
