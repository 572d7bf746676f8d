package rsync

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
)

// seedsFrom returns the seeds that the environment asks for as "from-to", else the first n.
func seedsFrom(t *testing.T, key string, n uint64) (from, to uint64) {
	t.Helper()
	if text := os.Getenv(key); text != "" {
		if _, err := fmt.Sscanf(text, "%d-%d", &from, &to); err != nil {
			t.Fatalf("%s=%q: %v", key, text, err)
		}
		return from, to
	}
	return 1, n
}

// chance picks one of list.
func chance(rng *rand.Rand, list ...string) string { return list[rng.IntN(len(list))] }

// randomRule returns a filter rule about names of kindName.
func randomRule(rng *rand.Rand) string {
	name := func() string { return chance(rng, "a", "b", "c.php", "d.o", "*", "*.php", "?", "[ad]*") }
	return chance(rng, "+ ", "- ", "- ") + chance(rng, "", "", "/") + name() + chance(rng, "", "", "/", "/***", "/"+name(), "/"+name()+"/")
}

// alikeChange is kindChange, after which all files have one size and time.
func alikeChange(t *testing.T, rng *rand.Rand, source string) []Entry {
	t.Helper()
	entries := kindChange(rng, source)
	for _, e := range entries {
		if info, err := os.Lstat(source + e.Path); err == nil && info.Mode().IsRegular() && e.Kind == event.Modify {
			content := fmt.Sprintf("%20d", rng.Uint64())
			at := time.Unix(1e9, 0)
			if err := os.WriteFile(source+e.Path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(source+e.Path, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	return entries
}

// likeness is one comparison of a running transfer with a recursive rsync.
type likeness struct {
	t                    *testing.T
	source, target, want string
	options              []string // with the rules
	excluded             func(string) bool
	contents, filtered   bool
	rules                []string
}

func (l *likeness) rsync(input []byte, more ...string) {
	l.t.Helper()
	cmd := exec.Command("rsync", slices.Concat([]string{"-lptgoD", "--modify-window=-1", "--delete"}, l.options, more)...)
	cmd.Stdin = bytes.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("%q: %v\n%s", cmd.Args, err, out)
	}
}

// send does what a running transfer does for entries.
func (l *likeness) send(entries []Entry) {
	l.t.Helper()
	p := &Plan{Source: l.source, Target: l.target, Entries: entries, Delete: !l.filtered, Contents: l.contents, Excluded: l.excluded, Quick: &QuickCheck{Changed: true}}
	first, all, _, err := p.Anew(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	if l.filtered {
		l.sendOnly(entries, first)
		return
	}
	exact := func(list []byte, more ...string) {
		l.rsync(list, append(more, "--delete-missing-args", "--from0", "--files-from=-", l.source, l.target)...)
	}
	if len(first) > 0 {
		exact([]byte(strings.Join(first, "\x00")+"\x00"), "--ignore-times")
	}
	if !all {
		var list bytes.Buffer
		if _, err := p.Write(context.Background(), &list); err != nil {
			l.t.Fatal(err)
		}
		exact(list.Bytes())
	}
}

func (l *likeness) sendOnly(entries []Entry, first []string) {
	l.t.Helper()
	through := func(paths []string, more ...string) {
		rules := slices.Concat(l.rules, Only{Paths: paths, Both: slices.Contains(l.options, "--delete-excluded")}.Rules())
		l.rsync([]byte(strings.Join(rules, "\x00")+"\x00"), append(more, "--from0", "--filter=merge -", "-r", l.source, l.target)...)
	}
	var paths []string
	for _, e := range entries {
		paths = append(paths, e.Path)
	}
	if len(first) > 0 {
		for i := range first {
			first[i] = strings.TrimPrefix(first[i], ".")
		}
		through(first, "--ignore-times")
	}
	through(paths)
}

// §9 TestLikeRecursion: for random trees, rules, options and changes, of files of one size and time, too, a running transfer
// leaves what a recursive rsync that compares contents would leave, by exact paths and by looking through directories.
func TestLikeRecursion(t *testing.T) {
	from, to := seedsFrom(t, "PLAN_SEEDS", 12)
	for seed := from; seed <= to; seed++ {
		rng := rand.New(rand.NewPCG(seed, 5))
		dir := t.TempDir()
		l := &likeness{t: t, source: dir + "/s/", target: dir + "/t/", want: dir + "/w/", contents: seed%4 == 1, filtered: seed%2 == 0}
		var lines []string
		var rules []filter.Rule
		for range rng.IntN(5) {
			line := randomRule(rng)
			rule, err := filter.Parse(line)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			lines, rules = append(lines, line), append(rules, rule)
		}
		set, err := filter.Compile(rules)
		if err != nil {
			t.Fatal(err)
		}
		l.excluded = set.Excluded
		full := []string{"-r", "--checksum"}
		for _, line := range lines {
			full = append(full, "--filter="+line)
		}
		if l.filtered {
			l.rules = lines
			l.options = strings.Fields(chance(rng, "", "--exclude=d.o", "--include=*/ --exclude=a", "--max-size=15", "-m", "--exclude=b/", "--exclude=/a", "--filter=-_*.php", "--delete-excluded"))
		} else {
			for _, line := range lines {
				l.options = append(l.options, "--filter="+line)
			}
			full = []string{"-r", "--checksum"}
		}
		l.compare(rng, fmt.Sprintf("seed %d, rules %q, options %q", seed, lines, l.options), full)
	}
}

func (l *likeness) compare(rng *rand.Rand, what string, full []string) {
	t := l.t
	if err := os.Mkdir(l.source, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		alikeChange(t, rng, l.source)
	}
	l.rsync(nil, append(slices.Clone(full), l.source, l.target)...)
	for round := range 3 {
		var entries []Entry
		for range 1 + rng.IntN(8) {
			entries = append(entries, alikeChange(t, rng, l.source)...)
		}
		if len(entries) == 0 {
			continue
		}
		if out, err := exec.Command("rsync", "-a", "--checksum", "--delete", l.target, l.want).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		l.rsync(nil, append(slices.Clone(full), l.source, l.want)...)
		l.send(entries)
		if got, want := tree(t, l.target), tree(t, l.want); !slices.Equal(got, want) {
			t.Fatalf("%s, round %d, in %s, changes %+v:\n got %q\nwant %q", what, round, filepath.Dir(l.source), entries, got, want)
		}
	}
}
