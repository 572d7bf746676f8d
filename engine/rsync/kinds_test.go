package rsync

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
)

// kindRules judge a directory otherwise than a file of that name.
var kindRules = [][]string{
	{"+ */", "+ *.php", "- *"}, {"- a/"}, {"- /b/c.php/", "- *.o"}, {"+ a/", "- a", "- c/***"}, {"- */a/", "+ */", "+ a*", "- *"},
}

// kindName returns a path of up to three names, each of which may be of a file or of a directory.
func kindName(rng *rand.Rand) string {
	names := []string{"a", "b", "c.php", "d.o"}
	path := names[rng.IntN(len(names))]
	for range rng.IntN(3) {
		path += "/" + names[rng.IntN(len(names))]
	}
	return path
}

// kindChange changes something in source and returns what is told of it.
func kindChange(rng *rand.Rand, source string) []Entry {
	path := kindName(rng)
	told := func(kind event.Kind, path string, dir bool) Entry {
		if dir {
			path += "/"
		}
		return Entry{Kind: kind, Path: path, Tree: dir && kind == event.Create}
	}
	info, err := os.Lstat(source + path)
	if err == nil && rng.IntN(3) > 0 {
		entries := []Entry{told(event.Delete, path, info.IsDir())}
		if to := kindName(rng); rng.IntN(2) == 0 && os.Rename(source+path, source+to) == nil {
			return append(entries, told(event.Create, to, info.IsDir()))
		}
		_ = os.RemoveAll(source + path)
		return entries
	}
	if rng.IntN(2) == 0 && os.MkdirAll(source+path, 0o755) == nil {
		top, _, _ := strings.Cut(path, "/")
		return []Entry{told(event.Create, top, true)}
	}
	if os.WriteFile(source+path, fmt.Append(nil, rng.Uint64(), path), 0o644) == nil {
		return []Entry{told(event.Modify, path, false)}
	}
	return nil
}

// §9 TestPlanJudgesKinds: with rules that judge x and x/ differently, a plan leaves what a recursive rsync would leave,
// of what the target has of its own, too.
func TestPlanJudgesKinds(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 11))
		lines := kindRules[seed%uint64(len(kindRules))]
		var rules []filter.Rule
		var args []string
		for _, line := range lines {
			rule, err := filter.Parse(line)
			if err != nil {
				t.Fatal(err)
			}
			rules, args = append(rules, rule), append(args, "--filter="+line)
		}
		set, err := filter.Compile(rules)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		source, target, want := dir+"/s/", dir+"/t/", dir+"/w/"
		if err := os.Mkdir(source, 0o755); err != nil {
			t.Fatal(err)
		}
		run := func(input []byte, more ...string) {
			t.Helper()
			cmd := exec.Command("rsync", slices.Concat([]string{"-lptgoD", "--modify-window=-1", "--delete"}, args, more)...)
			cmd.Stdin = bytes.NewReader(input)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, out)
			}
		}
		for range 20 {
			kindChange(rng, source)
		}
		run(nil, "-r", source, target)
		for round := range 4 {
			var entries []Entry
			for range 1 + rng.IntN(8) {
				entries = append(entries, kindChange(rng, source)...)
			}
			if out, err := exec.Command("rsync", "-a", "--delete", target, want).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			run(nil, "-r", source, want)
			var list bytes.Buffer
			p := &Plan{Source: source, Entries: entries, Delete: true, Contents: seed%3 == 2, Excluded: set.Excluded}
			if _, err := p.Write(context.Background(), &list); err != nil {
				t.Fatal(err)
			}
			run(list.Bytes(), "--delete-missing-args", "--from0", "--files-from=-", source, target)
			if got, full := tree(t, target), tree(t, want); !slices.Equal(got, full) {
				t.Fatalf("seed %d, round %d, rules %q, changes %+v:\nlist %q\n got %q\nwant %q", seed, round, lines, entries, &list, got, full)
			}
		}
	}
}

// tree lists what is below dir, with what files hold.
func tree(t testing.TB, dir string) []string {
	t.Helper()
	out, err := exec.Command("find", dir, "-mindepth", "1", "(", "-type", "d", "-printf", "%P/\n", ")", "-o", "-printf", "%P ", "-exec", "cat", "{}", ";", "-printf", "\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Split(string(out), "\n")
	slices.Sort(list)
	return list
}
