package filter

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// names make the trees; they share beginnings and ends, and look like patterns.
var names = []string{"a", "b", "ab", "ba", "aab", "abc", ".a", "a.o", "b.o", "c.o", "-a", "#a", "+ a", "a b", " ", "a ", "!",
	"[a]", "[", "]", "a*", "*", "**", "?", `a\b`, `\`, `\*`, "a-c", "^a", "A", "Z9", "ü", "\xff", "a\nb", "é*", "...", "-"}

// atoms make the patterns, together with names.
var atoms = []string{"*", "*", "**", "***", "?", "/", "/", "/", "a", "b", "ab", ".", ".o", `\`, `\*`, `\\`, `\/`, "[ab]", "[!a]", "[^b]",
	"[a-c]", "[c-a]", "[]a]", "[!]a]", "[a", "[", "]", "[[:alpha:]]", "[![:alnum:]]", "[[:bogus:]]", "[[:alpha]", "[\\]a]", "[a-]",
	"[-a]", "[a\\-c]", "[/]", "[a/]b", "[**]", "[[:punct:]]", "[[:upper:][:digit:]]", "[\\", "\xff", "\xc3", " ", "#", "-", "!", "\n"}

func randomTree(rng *rand.Rand, dir string, depth int, paths []string, prefix string) []string {
	for range 3 + rng.IntN(5) {
		n := names[rng.IntN(len(names))]
		rel := prefix + n
		if _, err := os.Lstat(dir + rel); err == nil {
			continue
		}
		if depth > 0 && rng.IntN(2) == 0 {
			must(os.Mkdir(dir+rel, 0o755))
			paths = append(paths, rel+"/")
			paths = randomTree(rng, dir, depth-1, paths, rel+"/")
			continue
		}
		must(os.WriteFile(dir+rel, nil, 0o644))
		paths = append(paths, rel)
	}
	return paths
}

func randomRules(rng *rand.Rand, paths []string) []Rule {
	rules := make([]Rule, 1+rng.IntN(4))
	for i := range rules {
		rules[i] = Rule{Include: rng.IntN(3) == 0, Pattern: randomPattern(rng, paths)}
	}
	return rules
}

func randomPattern(rng *rand.Rand, paths []string) string {
	var b strings.Builder
	if rng.IntN(4) == 0 {
		b.WriteByte('/')
	}
	if rng.IntN(2) == 0 { // begin with a path that exists, so that something matches
		p := paths[rng.IntN(len(paths))]
		p = p[rng.IntN(len(p)):]
		b.WriteString(p)
	}
	stars := 0
	for range rng.IntN(4) {
		a := atoms[rng.IntN(len(atoms))]
		if rng.IntN(4) == 0 {
			a = names[rng.IntN(len(names))]
		}
		if stars += strings.Count(a, "*"); stars < 8 { // rsync itself is exponential
			b.WriteString(a)
		}
	}
	if rng.IntN(5) == 0 {
		b.WriteByte('/')
	}
	if b.Len() == 0 {
		return "*"
	}
	return b.String()
}

// transferred asks rsync with args what it would copy from src to an empty
// directory: paths as Set.Excluded takes them, sorted.
func transferred(t testing.TB, src string, args ...string) []string {
	t.Helper()
	args = append([]string{"-r", "--dry-run", "--8-bit-output", "--out-format=%n"}, args...)
	cmd := exec.Command("rsync", append(args, src, t.TempDir())...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("rsync %q: %v", args, err)
	}
	var paths []string
	for line := range strings.Lines(string(out)) {
		if line != "./\n" {
			paths = append(paths, strings.ReplaceAll(strings.TrimSuffix(line, "\n"), `\#012`, "\n"))
		}
	}
	slices.Sort(paths)
	return paths
}

func included(t testing.TB, rules []Rule, paths []string) []string {
	t.Helper()
	set, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	var in []string
	for _, p := range paths {
		if !set.Excluded(p) {
			in = append(in, p)
		}
	}
	slices.Sort(in)
	return in
}

// compare fails t where rsync and the rules disagree about paths.
func compare(t testing.TB, rules []Rule, paths, rsync []string) {
	t.Helper()
	ours := included(t, rules, paths)
	if slices.Equal(ours, rsync) {
		return
	}
	for _, p := range paths {
		if got, want := slices.Contains(ours, p), slices.Contains(rsync, p); got != want {
			t.Errorf("rules %q path %q: included %v, rsync says %v", rules, p, got, want)
		}
	}
}

func filterArgs(rules []Rule) []string {
	var args []string
	for _, r := range rules {
		args = append(args, "--filter="+r.String())
	}
	return args
}

// TestAgainstRsync compares verdicts over random trees and rules. It always
// tries the same cases; FILTER_SEED=n tries others.
// §8: the same verdict here and in rsync.
func TestAgainstRsync(t *testing.T) {
	seed := uint64(1)
	if s := os.Getenv("FILTER_SEED"); s != "" {
		_, err := fmt.Sscan(s, &seed)
		must(err)
	}
	t.Logf("FILTER_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 15 {
		src := t.TempDir() + "/"
		paths := randomTree(rng, src, 3, nil, "")
		for range 20 {
			rules := randomRules(rng, paths)
			compare(t, rules, paths, transferred(t, src, filterArgs(rules)...))
		}
		if t.Failed() {
			return
		}
	}
}

// TestFilesAgainstRsync gives rsync and the readers the same files.
// §8: excludeFrom and filterFrom.
func TestFilesAgainstRsync(t *testing.T) {
	src := t.TempDir() + "/"
	paths := fixedTree(src)
	tests := []struct {
		name, option, text string
		read               func(io.Reader, string) ([]Rule, error)
	}{
		{"plain", "--exclude-from=", "a\n*.o\n/b/\n", ReadExcludes},
		{"no end of line", "--exclude-from=", "a", ReadExcludes},
		{"comments", "--exclude-from=", "# a\n; b\n\n\nab\n", ReadExcludes},
		{"hash inside", "--exclude-from=", "[#]a\n", ReadExcludes},
		{"prefix", "--exclude-from=", "- a\n-b\n", ReadExcludes},
		{"line ends of Windows", "--exclude-from=", "a\r\n\r\n*.o\r\n", ReadExcludes},
		{"line ends of old Macs", "--exclude-from=", "a\r*.o\r", ReadExcludes},
		{"spaces count", "--exclude-from=", "a \n", ReadExcludes},
		{"bang clears", "--exclude-from=", "a\n!\nb\n", ReadExcludes},
		{"include and exclude", "--filter=. ", "+ /a/\n- a\n- *.o\n", ReadFilters},
		{"comments in filters", "--filter=. ", "# + a\n\n; - b\n- ab\n", ReadFilters},
		{"second space", "--filter=. ", "-  \n- a \n", ReadFilters},
		{"bang clears filters", "--filter=. ", "- a\n!\n- b\n", ReadFilters},
		{"bytes", "--filter=. ", "- \xff\n- \u00fc\n", ReadFilters},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules, err := tt.read(strings.NewReader(tt.text), "rules")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "rules")
			must(os.WriteFile(file, []byte(tt.text), 0o644))
			compare(t, rules, paths, transferred(t, src, tt.option+file))
		})
	}
}

// fixedTree has every name at the top and below three directories.
func fixedTree(dir string) []string {
	var paths []string
	for _, d := range []string{"", "a/", "b/", "b/a/"} {
		must(os.MkdirAll(dir+d, 0o755))
		for _, n := range names {
			if d+n+"/" == "a/" || d+n+"/" == "b/" || d+n+"/" == "b/a/" {
				paths = append(paths, d+n+"/")
				continue
			}
			must(os.WriteFile(dir+d+n, nil, 0o644))
			paths = append(paths, d+n)
		}
	}
	return paths
}

// FuzzAgainstRsync takes one rule of each line.
// §8: the same verdict here and in rsync.
func FuzzAgainstRsync(f *testing.F) {
	for _, rules := range []string{"- a", "+ a\n- *", "- **/a", "- a/**", "- a/***", "- b/*/\n- /a", "- [!a-b]*.o", `- \*`, `- \**`, `- [**]`,
		"- ***", "- /", "- //", "- a//", "- /**/a", "- b**a", "- [[:alpha:]]/", "- [", `- [\`, "- *\\", "- b?a", "- b[/]a", "- .", "- ./a"} {
		f.Add(rules)
	}
	src := f.TempDir() + "/"
	paths := fixedTree(src)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		var rules []Rule
		for line := range strings.SplitSeq(text, "\n") {
			r, err := Parse(line)
			if err == nil && strings.Count(line, "*") < 8 { // rsync itself is exponential
				rules = append(rules, r)
			}
		}
		compare(t, rules, paths, transferred(t, src, filterArgs(rules)...))
	})
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
