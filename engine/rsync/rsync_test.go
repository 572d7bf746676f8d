package rsync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/fsat/treetest"
)

// pair is a source that rsync keeps a target in step with.
type pair struct {
	source, target string
	rules          []string // patterns to exclude
	remote         bool     // through a remote shell that is none
	deletes        bool
	contents       bool
}

// options are those that a plan needs, and those that the comparison needs.
func (p pair) options(t testing.TB) []string {
	args := []string{"-lptgoH", "-s", "--modify-window=-1", "--from0", "--files-from=-"}
	switch {
	case p.contents:
		args = append(args, "--delete")
	case p.deletes:
		args = append(args, "--delete", "--delete-missing-args")
	default:
		args = append(args, "--ignore-missing-args")
	}
	for _, r := range p.rules {
		args = append(args, "--filter=- "+r)
	}
	if !p.remote {
		return append(args, p.source, p.target)
	}
	shell := filepath.Join(t.TempDir(), "shell")
	if err := os.WriteFile(shell, []byte("#!/bin/sh\nshift\nexec sh -c \"$*\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return append(args, "--rsh="+shell, p.source, "host:"+p.target)
}

func (p pair) plan(t testing.TB, entries ...Entry) *Plan {
	return &Plan{Source: p.source, Entries: entries, Delete: p.deletes, Contents: p.contents, HardLinks: true, Excluded: planFilter(t, p.rules...)}
}

// sync runs rsync over the plan of entries and returns its exit code and output.
func (p pair) sync(t testing.TB, entries ...Entry) (int, string) {
	t.Helper()
	var list bytes.Buffer
	if _, err := p.plan(t, entries...).Write(context.Background(), &list); err != nil {
		t.Fatal(err)
	}
	return p.rsync(t, list.Bytes())
}

func (p pair) rsync(t testing.TB, list []byte) (int, string) {
	t.Helper()
	cmd := exec.Command("rsync", p.options(t)...)
	cmd.Stdin = bytes.NewReader(list)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("rsync: %v", err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// startup makes the target equal to the source.
func (p pair) startup(t testing.TB) {
	t.Helper()
	args := []string{"-r", "-lptgoH", "--modify-window=-1", "--delete"}
	for _, r := range p.rules {
		args = append(args, "--filter=- "+r)
	}
	if out, err := exec.Command("rsync", append(args, p.source, p.target)...).CombinedOutput(); err != nil {
		t.Fatalf("rsync: %v\n%s", err, out)
	}
}

func newPair(t testing.TB, source string) pair {
	t.Helper()
	return pair{source: source, target: t.TempDir() + "/", deletes: true}
}

const planSeeds uint64 = 24

// TestPlanAgainstRsync: after any changes one plan and one rsync bring the
// target into step, names, contents, metadata, links and all.
// §9: no parent that is gone stays at the target.
func TestPlanAgainstRsync(t *testing.T) {
	for seed := range planSeeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			p := newPair(t, t.TempDir()+"/s/")
			p.remote, p.contents = seed%4 == 1, seed%4 == 2
			o := treetest.Options{NoXattrs: true}
			if seed%4 == 3 {
				p.rules = []string{"n1*", "/n2/", "*ümlaut", "#"}
				// What happens to excluded names changes the times of their directories, too.
				o.Ignore, o.NoDirTimes = planFilter(t, p.rules...), true
			}
			churnPlans(t, rng, p, o)
		})
	}
}

func churnPlans(t *testing.T, rng *rand.Rand, p pair, o treetest.Options) {
	if err := os.Mkdir(p.source, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := treetest.RandomTree(rng, p.source); err != nil {
		t.Fatal(err)
	}
	p.startup(t)
	for round := range 3 {
		links := linkedFiles(t, p.source)
		changes, err := treetest.Churn(rng, p.source, 1+rng.IntN(60))
		if err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		for _, c := range changes {
			entries = append(entries, Entry{Kind: c.Kind, Path: c.Path, Dest: c.Dest, Tree: c.Tree})
		}
		// What was written through a name that is gone, or excluded, nobody tells
		// of its other names.
		for path, id := range allFiles(t, p.source) {
			if links[id] {
				entries = append(entries, Entry{Kind: event.Modify, Path: path})
			}
		}
		if code, out := p.sync(t, entries...); code != 0 {
			t.Fatalf("round %d: exit code %d\n%s", round, code, out)
		}
		if diff := treetest.Equal(p.source, p.target, o); len(diff) > 0 {
			for _, c := range changes {
				t.Logf("%v %q %q %v", c.Kind, c.Path, c.Dest, c.Tree)
			}
			t.Fatalf("round %d:\n%s", round, strings.Join(diff, "\n"))
		}
	}
}

// linkedFiles returns the files below dir that have several names.
func linkedFiles(t *testing.T, dir string) map[fsat.Inode]bool {
	t.Helper()
	count := map[fsat.Inode]int{}
	for _, id := range allFiles(t, dir) {
		count[id]++
	}
	linked := map[fsat.Inode]bool{}
	for id, n := range count {
		linked[id] = n > 1
	}
	return linked
}

func allFiles(t *testing.T, dir string) map[string]fsat.Inode {
	t.Helper()
	files := map[string]fsat.Inode{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, err := d.Info()
			if err != nil {
				return err
			}
			files[strings.TrimPrefix(path, dir)] = fsat.StatOf(info).Inode
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestPlanTypeChanges: what a name was does not matter for what it becomes.
func TestPlanTypeChanges(t *testing.T) {
	forms := map[string]func(path string) error{
		"nothing": func(string) error { return nil },
		"file":    func(path string) error { return os.WriteFile(path, []byte("file"), 0o644) },
		"link":    func(path string) error { return os.Symlink("other", path) },
		"dir": func(path string) error {
			if err := os.MkdirAll(path+"/sub", 0o755); err != nil {
				return err
			}
			return os.WriteFile(path+"/sub/f", nil, 0o600)
		},
	}
	for from, before := range forms {
		for to, after := range forms {
			for _, name := range []string{"x", "d/x"} {
				t.Run(from+" to "+to+" "+name, func(t *testing.T) {
					p := newPair(t, planTree(t, "other/keep", "d/keep"))
					if err := before(p.source + name); err != nil {
						t.Fatal(err)
					}
					p.startup(t)
					if err := errors.Join(os.RemoveAll(p.source+name), after(p.source+name)); err != nil {
						t.Fatal(err)
					}
					gone, come := Entry{Kind: event.Delete, Path: name}, Entry{Kind: event.Create, Path: name, Tree: true}
					if code, out := p.sync(t, gone, come); code != 0 {
						t.Fatalf("exit code %d\n%s", code, out)
					}
					if diff := treetest.Equal(p.source, p.target, treetest.Options{NoXattrs: true}); len(diff) > 0 {
						t.Error(strings.Join(diff, "\n"))
					}
				})
			}
		}
	}
}

// TestPlanProtectsExcluded: a directory that goes leaves at the target what the
// rules exclude, near and far.
// §8: nothing that is excluded is deleted.
func TestPlanProtectsExcluded(t *testing.T) {
	for _, remote := range []bool{false, true} {
		for _, contents := range []bool{false, true} {
			t.Run(fmt.Sprintf("remote %v contents %v", remote, contents), func(t *testing.T) {
				p := newPair(t, planTree(t, "d/e/f", "d/g", "stay"))
				p.remote, p.contents, p.rules = remote, contents, []string{"*.keep", "/d/h"}
				p.startup(t)
				kept := []string{"d/e/x.keep", "d/h", "y.keep"}
				for _, k := range kept {
					if err := os.WriteFile(p.target+k, nil, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.RemoveAll(p.source + "d"); err != nil {
					t.Fatal(err)
				}
				if code, out := p.sync(t, Entry{Kind: event.Delete, Path: "d/"}); code != 0 {
					t.Errorf("exit code %d\n%s", code, out)
				}
				for _, k := range append(kept, "stay") {
					if _, err := os.Lstat(p.target + k); err != nil {
						t.Error(err)
					}
				}
				for _, gone := range []string{"d/e/f", "d/g"} {
					if _, err := os.Lstat(p.target + gone); err == nil {
						t.Errorf("%s is still there", gone)
					}
				}
			})
		}
	}
}

// TestPlanTouchesOnlyItsPaths: neither extras at the target nor changes that
// nobody told are in the plan's reach.
// §9: rsync gets exact paths.
func TestPlanTouchesOnlyItsPaths(t *testing.T) {
	p := newPair(t, planTree(t, "a", "d/b", "d/e/c", "f/g"))
	p.startup(t)
	for _, extra := range []string{"extra", "d/extra", "d/e/extra"} {
		if err := os.WriteFile(p.target+extra, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, untold := range []string{"new", "d/new", "d/e/new"} {
		if err := os.WriteFile(p.source+untold, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []Entry{{Kind: event.Attrib, Path: ""}, {Kind: event.Attrib, Path: "d/"}, {Kind: event.Modify, Path: "a"}, {Kind: event.Attrib, Path: "d/e/"}} {
		if code, out := p.sync(t, e); code != 0 {
			t.Errorf("%+v: exit code %d\n%s", e, code, out)
		}
	}
	for _, extra := range []string{"extra", "d/extra", "d/e/extra"} {
		if _, err := os.Lstat(p.target + extra); err != nil {
			t.Error(err)
		}
	}
	for _, untold := range []string{"new", "d/new", "d/e/new"} {
		if _, err := os.Lstat(p.target + untold); err == nil {
			t.Errorf("%s was sent", untold)
		}
	}
}

// TestPlanKeeps: without Delete nothing is removed, and nothing that is gone fails.
func TestPlanKeeps(t *testing.T) {
	p := newPair(t, planTree(t, "a", "d/b", "d/c"))
	p.deletes = false
	p.startup(t)
	list := []byte("./a\x00d/b\x00")
	if err := errors.Join(os.Remove(p.source+"a"), os.Remove(p.source+"d/b")); err != nil {
		t.Fatal(err)
	}
	if code, out := p.rsync(t, list); code != 0 {
		t.Errorf("vanished after the plan: exit code %d\n%s", code, out)
	}
	if code, out := p.sync(t, Entry{Kind: event.Delete, Path: "a"}, Entry{Kind: event.Move, Path: "d/b", Dest: "d/c"}); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	for _, kept := range []string{"a", "d/b", "d/c"} {
		if _, err := os.Lstat(p.target + kept); err != nil {
			t.Error(err)
		}
	}
}

// TestPlanOutdated: the source changes between plan and rsync. The next plan,
// for the events of that change, has to make good for it.
func TestPlanOutdated(t *testing.T) {
	tests := []struct {
		name   string
		change func(source string) error
		told   []Entry
		codes  string // that rsync may end with
	}{
		{"file goes", func(s string) error { return os.Remove(s + "d/f") }, []Entry{{Kind: event.Delete, Path: "d/f"}}, "0"},
		{"directory goes", func(s string) error { return os.RemoveAll(s + "d") }, []Entry{{Kind: event.Delete, Path: "d/"}}, "0 24"},
		{"directory becomes a file", func(s string) error {
			return errors.Join(os.RemoveAll(s+"d"), os.WriteFile(s+"d", []byte("now"), 0o644))
		}, []Entry{{Kind: event.Delete, Path: "d/"}, {Kind: event.Create, Path: "d"}}, "23"},
		{"directory becomes a link", func(s string) error {
			return errors.Join(os.RemoveAll(s+"d"), os.Symlink("other", s+"d"))
		}, []Entry{{Kind: event.Delete, Path: "d/"}, {Kind: event.Create, Path: "d"}}, "0 23 24"},
		{"file becomes a directory", func(s string) error {
			return errors.Join(os.Remove(s+"d/f"), os.MkdirAll(s+"d/f/g", 0o755))
		}, []Entry{{Kind: event.Delete, Path: "d/f"}, {Kind: event.Create, Path: "d/f/", Tree: true}}, "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPair(t, planTree(t, "d/f", "d/e/g", "other/f", "stay"))
			p.startup(t)
			var list bytes.Buffer
			if _, err := p.plan(t, Entry{Kind: event.Full, Path: "d/", Tree: true}).Write(context.Background(), &list); err != nil {
				t.Fatal(err)
			}
			if err := tt.change(p.source); err != nil {
				t.Fatal(err)
			}
			if code, out := p.rsync(t, list.Bytes()); !strings.Contains(tt.codes, fmt.Sprint(code)) {
				t.Errorf("exit code %d, not one of %s\n%s", code, tt.codes, out)
			}
			if code, out := p.sync(t, tt.told...); code != 0 {
				t.Errorf("exit code %d\n%s", code, out)
			}
			if diff := treetest.Equal(p.source, p.target, treetest.Options{NoXattrs: true}); len(diff) > 0 {
				t.Error(strings.Join(diff, "\n"))
			}
		})
	}
}
