package mirror_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/fsat/treetest"
	"lsyncgo/engine/mirror"
)

// rule is one thing that happened to a mirrored source.
type rule struct {
	name   string
	before map[string]string // files of source and target; a directory ends in a slash
	do     func(t *testing.T, s string)
	ops    []string
	want   mirror.Report // of Copied, Created, Removed, Moved and Linked only
}

func mv(from, to string) func(*testing.T, string) {
	return func(t *testing.T, s string) { check(t, syscall.Rename(s+from, s+to)) }
}

func rm(paths ...string) func(*testing.T, string) {
	return func(t *testing.T, s string) {
		for _, p := range paths {
			check(t, os.RemoveAll(s+p))
		}
	}
}

func all(steps ...func(*testing.T, string)) func(*testing.T, string) {
	return func(t *testing.T, s string) {
		for _, step := range steps {
			step(t, s)
		}
	}
}

func write(path, content string) func(*testing.T, string) {
	return func(t *testing.T, s string) { put(t, s+path, content) }
}

var rules = []rule{
	{name: "new file", do: write("f", "x"), ops: []string{"create f", "modify f"}, want: mirror.Report{Copied: 1}},
	{name: "new file in a directory nobody told of", do: write("a/b/f", "x"), ops: []string{"modify a/b/f"},
		want: mirror.Report{Copied: 1, Created: 2}},
	{name: "directory made by an event comes with what it holds when nothing else tells of that",
		do: all(write("a/b/f", "x"), write("a/g", "y")), ops: []string{"tree a/"}, want: mirror.Report{Copied: 2, Created: 2}},
	{name: "write", before: map[string]string{"f": "1"}, do: write("f", "22"), ops: []string{"modify f"}, want: mirror.Report{Copied: 1}},
	{name: "write that leaves size and time", before: map[string]string{"f": "1"}, ops: []string{"modify f"},
		do: func(t *testing.T, s string) {
			info, err := os.Stat(s + "f")
			check(t, err)
			put(t, s+"f", "2")
			check(t, os.Chtimes(s+"f", info.ModTime(), info.ModTime()))
		}, want: mirror.Report{Copied: 1}},
	{name: "event without a change", before: map[string]string{"f": "1"}, do: all(), ops: []string{"modify f"}},
	{name: "mode", before: map[string]string{"f": "1"}, ops: []string{"attrib f"},
		do: func(t *testing.T, s string) { check(t, os.Chmod(s+"f", 0o4711)) }},
	{name: "mode of a directory", before: map[string]string{"d/f": "1"}, ops: []string{"attrib d/"},
		do: func(t *testing.T, s string) { check(t, os.Chmod(s+"d", 0o1555)) }},
	{name: "time", before: map[string]string{"d/f": "1"}, ops: []string{"attrib d/"},
		do: func(t *testing.T, s string) { check(t, os.Chtimes(s+"d", old, old)) }},
	{name: "removed file", before: map[string]string{"f": "1"}, do: rm("f"), ops: []string{"delete f"}, want: mirror.Report{Removed: 1}},
	{name: "removed tree", before: map[string]string{"d/e/f": "1", "d/g": "2"}, do: rm("d"), ops: []string{"delete d/"},
		want: mirror.Report{Removed: 4}},
	{name: "removed tree told piece by piece", before: map[string]string{"d/e/f": "1"}, do: rm("d"),
		ops: []string{"delete d/e/f", "delete d/e/", "delete d/"}, want: mirror.Report{Removed: 3}},
	{name: "removal of what is there again", before: map[string]string{"d/f": "1", "d/g": "1"}, do: all(rm("d"), write("d/g", "2")),
		ops: []string{"delete d/"}, want: mirror.Report{Copied: 1, Removed: 1}},
	{name: "removal of what never arrived", do: all(), ops: []string{"delete f", "delete d/"}},
	{name: "written and gone", before: map[string]string{"f": "1"}, do: rm("f"), ops: []string{"modify f"}, want: mirror.Report{Removed: 1}},
	{name: "renamed file", before: map[string]string{"a": "1"}, do: mv("a", "b"), ops: []string{"move a > b"}, want: mirror.Report{Moved: 1}},
	{name: "renamed over a file", before: map[string]string{"a": "1", "b": "2"}, do: mv("a", "b"), ops: []string{"move a > b"},
		want: mirror.Report{Moved: 1}},
	{name: "renamed tree", before: map[string]string{"a/b/f": "1"}, do: mv("a", "c"), ops: []string{"move a/ > c/"}, want: mirror.Report{Moved: 1}},
	{name: "renamed over an empty directory", before: map[string]string{"a/f": "1", "b/": ""}, do: mv("a", "b"), ops: []string{"move a/ > b/"},
		want: mirror.Report{Moved: 1, Removed: 1}},
	{name: "renamed into a new directory", before: map[string]string{"a/f": "1"}, ops: []string{"create new/", "move a/ > new/a/"},
		do: all(write("new/g", "1"), rm("new/g"), mv("a", "new/a")), want: mirror.Report{Moved: 1, Created: 1}},
	{name: "renamed into a directory the target lacks", before: map[string]string{"a/f": "1"}, ops: []string{"move a/ > new/in/a/"},
		do: all(write("new/in/g", "1"), write("new/h", "1"), mv("a", "new/in/a")), want: mirror.Report{Moved: 1, Created: 2, Copied: 2}},
	{name: "renamed twice", before: map[string]string{"a/f": "1"}, do: all(mv("a", "b"), mv("b", "c")),
		ops: []string{"move a/ > b/", "move b/ > c/"}, want: mirror.Report{Moved: 2}},
	{name: "exchanged", before: map[string]string{"a/f": "1", "b/f": "2"}, do: all(mv("a", "t"), mv("b", "a"), mv("t", "b")),
		ops: []string{"move a/ > t/", "move b/ > a/", "move t/ > b/"}, want: mirror.Report{Moved: 3}},
	{name: "rotated", before: map[string]string{"l.1": "one", "l": "zero"}, do: all(mv("l.1", "l.2"), mv("l", "l.1"), write("l", "new")),
		ops: []string{"move l.1 > l.2", "move l > l.1", "create l"}, want: mirror.Report{Moved: 2, Copied: 1}},
	{name: "written, then its directory renamed", before: map[string]string{"d/f": "1", "d/g": "1"},
		do: all(write("d/f", "22"), mv("d", "e")), ops: []string{"modify d/f", "move d/ > e/"}, want: mirror.Report{Moved: 1, Copied: 1}},
	{name: "renamed, then written", before: map[string]string{"d/f": "1"}, do: all(mv("d", "e"), write("e/f", "22")),
		ops: []string{"move d/ > e/", "modify e/f"}, want: mirror.Report{Moved: 1, Copied: 1}},
	{name: "renamed without the target having it", do: write("b", "1"), ops: []string{"move a > b"}, want: mirror.Report{Copied: 1}},
	{name: "renamed and removed", before: map[string]string{"a": "1"}, do: rm("a"), ops: []string{"move a > b", "delete b"},
		want: mirror.Report{Removed: 1}},
	{name: "renamed and made again", before: map[string]string{"a": "1"}, do: all(mv("a", "b"), write("a", "2")), ops: []string{"move a > b"},
		want: mirror.Report{Copied: 2}},
	{name: "file becomes a directory", before: map[string]string{"x": "1"}, do: all(rm("x"), write("x/f", "2")),
		ops: []string{"delete x", "create x/", "modify x/f"}, want: mirror.Report{Removed: 1, Created: 1, Copied: 1}},
	{name: "directory becomes a file", before: map[string]string{"x/f": "1"}, do: all(rm("x"), write("x", "2")), ops: []string{"create x"},
		want: mirror.Report{Removed: 2, Copied: 1}},
	{name: "link becomes a directory", before: map[string]string{"x": "1"}, ops: []string{"create x"},
		do: func(t *testing.T, s string) {
			check(t, os.Remove(s+"x"))
			check(t, os.Symlink("/etc", s+"x"))
		}, want: mirror.Report{Created: 1}},
	{name: "other link text", ops: []string{"create l", "create m"},
		do: func(t *testing.T, s string) {
			check(t, os.Symlink(strings.Repeat("long/", 700), s+"l"))
			check(t, os.Symlink("m", s+"m"))
		}, want: mirror.Report{Created: 2}},
	{name: "hard link", before: map[string]string{"a": "1"}, ops: []string{"create b"},
		do:   func(t *testing.T, s string) { check(t, os.Link(s+"a", s+"b")) },
		want: mirror.Report{Copied: 1, Linked: 1}},
	{name: "all names of a written file", before: map[string]string{"d/a": "1"}, ops: []string{"create b", "modify b"},
		do: func(t *testing.T, s string) {
			check(t, os.Link(s+"d/a", s+"b"))
			put(t, s+"b", "changed")
		}, want: mirror.Report{Copied: 1, Linked: 1}},
	{name: "empty and large", ops: []string{"create e", "create l"},
		do: all(write("e", ""), write("l", strings.Repeat("0123456789abcdef", 100_000))), want: mirror.Report{Copied: 2}},
	{name: "everything below a path", before: map[string]string{"d/f": "1"}, ops: []string{"full d/"},
		do: all(write("d/f", "22"), write("d/e/g", "3")), want: mirror.Report{Copied: 2, Created: 1}},
}

// §9: what default.direct does about each kind of change.
func TestRules(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			o := sides(t)
			for path, content := range r.before {
				if strings.HasSuffix(path, "/") {
					check(t, os.MkdirAll(o.Source+path, 0o755))
				} else {
					put(t, o.Source+path, content)
				}
			}
			tree(t, o)
			r.do(t, o.Source)
			got := apply(t, o, ops(r.ops...))
			same(t, o)
			got.Bytes = 0
			if got.Copied != r.want.Copied || got.Created != r.want.Created || got.Removed != r.want.Removed ||
				got.Moved != r.want.Moved || got.Linked != r.want.Linked {
				t.Errorf("did %+v, want %+v", got, r.want)
			}
		})
	}
}

// TestLateBatches: a batch is acted on when the source has gone on already.
func TestLateBatches(t *testing.T) {
	for name, c := range map[string]struct {
		do      func(*testing.T, string)
		batches [][]string
	}{
		"written, then renamed above": {all(write("d/e/f", "22"), mv("d", "x")),
			[][]string{{"modify d/e/f"}, {"move d/ > x/"}}},
		"new, then renamed above": {all(write("d/e/new", "1"), mv("d", "x")),
			[][]string{{"create d/e/new", "modify d/e/new"}, {"move d/ > x/"}}},
		"renamed below, then above": {all(mv("d/e", "d/z"), mv("d", "x")),
			[][]string{{"move d/e/ > d/z/"}, {"move d/ > x/"}}},
		"attributes, then renamed": {mv("d", "x"), [][]string{{"attrib d/"}, {"move d/ > x/"}}},
		"exchanged in pieces": {all(mv("d", "t"), mv("o", "d"), mv("t", "o")),
			[][]string{{"move d/ > t/"}, {"move o/ > d/"}, {"move t/ > o/"}}},
		"gone in pieces": {rm("d"), [][]string{{"modify d/e/f"}, {"delete d/e/f", "delete d/e/"}, {"delete d/"}}},
	} {
		t.Run(name, func(t *testing.T) {
			o := sides(t)
			put(t, o.Source+"d/e/f", "1")
			put(t, o.Source+"d/e/g", "1")
			put(t, o.Source+"o/e/f", "2")
			tree(t, o)
			c.do(t, o.Source)
			for _, b := range c.batches {
				apply(t, o, ops(b...))
			}
			same(t, o)
		})
	}
}

// TestLinksOfUnlikeData: several names of one file were changed without a sign
// in size and time, and only one op says so.
func TestLinksOfUnlikeData(t *testing.T) {
	o := sides(t)
	var told []string
	for i := range 20 {
		a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
		put(t, o.Source+a, "old")
		check(t, os.Link(o.Source+a, o.Source+b))
		check(t, os.Chtimes(o.Source+a, old, old))
		told = append(told, "attrib "+a, "modify "+b)
	}
	tree(t, o)
	for i := range 20 {
		put(t, o.Source+fmt.Sprint("a", i), "new")
		check(t, os.Chtimes(o.Source+fmt.Sprint("a", i), old, old))
	}
	apply(t, o, ops(told...))
	same(t, o)
}

// TestLinkedExtra: two files of the source that look alike are no names of one file.
func TestLinkedExtra(t *testing.T) {
	o := sides(t)
	for _, p := range []string{"a", "b"} {
		put(t, o.Source+p, "alike")
		check(t, os.Chtimes(o.Source+p, old, old))
	}
	put(t, o.Target+"a", "alike")
	check(t, os.Chtimes(o.Target+"a", old, old))
	check(t, os.Link(o.Target+"a", o.Target+"b"))
	tree(t, o)
}

// TestVanished: an entry that goes away under our hands is no failure.
func TestVanished(t *testing.T) {
	for path, op := range map[string]string{"f": "modify f", "d/": "create d/", "l": "create l"} {
		o := sides(t)
		put(t, o.Source+"f", "1")
		check(t, os.Mkdir(o.Source+"d", 0o755))
		check(t, os.Symlink("f", o.Source+"l"))
		o.Excluded = func(p string) bool {
			if p == path {
				check(t, os.Remove(o.Source+p))
			}
			return false
		}
		r, err := mirror.Apply(context.Background(), o, ops(op))
		if err != nil || r.Vanished != 1 || r.ExitCode() != mirror.ExitVanished || r.FailedTotal != 0 {
			t.Errorf("%s: %v, %d, %+v", path, err, r.ExitCode(), r)
		}
	}
}

func TestTreeOfPart(t *testing.T) {
	o := sides(t)
	put(t, o.Source+"a/b/f", "1")
	put(t, o.Source+"a/g", "2")
	put(t, o.Target+"a/b/extra", "3")
	put(t, o.Target+"a/extra", "3")
	r, err := mirror.Tree(context.Background(), o, "a/b/")
	check(t, err)
	if r.Copied != 1 || r.Removed != 1 || !exists(o.Target+"a/extra") || exists(o.Target+"a/g") {
		t.Errorf("%+v", r)
	}
}

func TestTreeTwiceDoesNothing(t *testing.T) {
	o := sides(t)
	put(t, o.Source+"d/f", "1")
	check(t, os.Symlink("f", o.Source+"d/l"))
	check(t, os.Link(o.Source+"d/f", o.Source+"g"))
	tree(t, o)
	if r := tree(t, o); r.Copied+r.Created+r.Removed+r.Linked+r.Moved != 0 {
		t.Errorf("%+v", r)
	}
}

// §9: every name arrives with default.direct.
func TestHostileNames(t *testing.T) {
	for _, name := range treetest.Names {
		t.Run(name, func(t *testing.T) {
			o := sides(t)
			deep := name + "/" + name
			put(t, o.Source+deep+"/"+name, name)
			check(t, os.Symlink(name, o.Source+deep+"/link"))
			tree(t, o)
			put(t, o.Source+deep+"/"+name, "changed")
			apply(t, o, ops("modify "+deep+"/"+name))
			same(t, o)
			check(t, os.Rename(o.Source+deep, o.Source+"new"))
			if r := apply(t, o, ops("move "+deep+"/ > new/")); r.Moved != 1 {
				t.Errorf("%+v", r)
			}
			same(t, o)
			check(t, os.RemoveAll(o.Source+name))
			apply(t, o, ops("delete "+name+"/"))
			same(t, o)
		})
	}
}

// TestDeep goes below what one path can name: PATH_MAX is 4096.
func TestDeep(t *testing.T) {
	o := sides(t)
	root, err := os.OpenRoot(o.Source)
	check(t, err)
	path := ""
	for range 40 {
		next := strings.Repeat("d", 200)
		check(t, root.Mkdir(next, 0o755))
		sub, err := root.OpenRoot(next)
		check(t, err)
		check(t, root.Close())
		root = sub
		path += next + "/"
	}
	check(t, root.WriteFile("f", []byte("deep"), 0o644))
	check(t, root.Rename("f", "g"))
	check(t, root.Close())
	apply(t, o, ops("tree "+strings.Repeat("d", 200)+"/"))
	if r := apply(t, o, ops("modify "+path+"f", "move "+path+"f > "+path+"g", "modify "+path+"g")); r.FailedTotal != 0 {
		t.Errorf("%+v", r)
	}
	if r, err := mirror.Tree(context.Background(), o, ""); err != nil || r.Copied+r.Created+r.Removed+r.FailedTotal != 0 {
		t.Errorf("not equal: %v, %+v", err, r)
	}
}

func TestExcluded(t *testing.T) {
	o := sides(t)
	o.Excluded = func(path string) bool {
		return strings.HasSuffix(path, ".tmp") || path == "cache/" || path == "d/cache/"
	}
	for _, p := range []string{"f", "f.tmp", "cache/f", "d/cache/f", "d/g"} {
		put(t, o.Source+p, "source")
	}
	for _, p := range []string{"mine.tmp", "cache/mine", "gone/mine.tmp", "gone/f"} {
		put(t, o.Target+p, "target")
	}
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	check(t, os.RemoveAll(o.Source+"d"))
	put(t, o.Source+"cache/new", "source")
	r = apply(t, o, ops("modify f.tmp", "modify cache/new", "delete cache/mine", "delete mine.tmp", "delete d/", "delete gone/"))
	for path, want := range map[string]bool{"f": true, "f.tmp": false, "cache/f": false, "cache/new": false, "cache/mine": true,
		"mine.tmp": true, "gone/mine.tmp": true, "gone/f": false, "d": false} {
		if exists(o.Target+path) != want {
			t.Errorf("%s at the target: %v; %+v", path, !want, r)
		}
	}
}

// TestMovedOutOfExclusion: what was excluded before a rename is not at the target to move along.
// §8: renamed into sight.
func TestMovedOutOfExclusion(t *testing.T) {
	o := sides(t)
	o.Excluded = func(path string) bool { return path == "a/x" }
	put(t, o.Source+"a/x", "1")
	put(t, o.Source+"a/y", "1")
	_, err := mirror.Tree(context.Background(), o, "")
	check(t, err)
	check(t, os.Rename(o.Source+"a", o.Source+"b"))
	apply(t, o, ops("move a/ > b/"))
	same(t, o)
}

func TestNoDelete(t *testing.T) {
	o := sides(t)
	o.Delete = false
	for _, p := range []string{"keep", "from", "dir/f", "olddir/f"} {
		put(t, o.Source+p, p)
	}
	_, err := mirror.Tree(context.Background(), o, "")
	check(t, err)
	check(t, os.Remove(o.Source+"keep"))
	check(t, os.Rename(o.Source+"from", o.Source+"to"))
	check(t, os.RemoveAll(o.Source+"dir"))
	put(t, o.Source+"dir", "now a file")
	check(t, os.Rename(o.Source+"olddir", o.Source+"newdir"))
	r, err := mirror.Apply(context.Background(), o, ops("delete keep", "move from > to", "create dir", "move olddir/ > newdir/"))
	check(t, err)
	if r.ExitCode() != mirror.ExitPartial || r.FailedTotal != 1 || r.Failed[0].Path != "dir" {
		t.Errorf("a directory in the way of a file: %d, %+v", r.ExitCode(), r)
	}
	for _, p := range []string{"keep", "from", "to", "dir/f", "olddir/f", "newdir/f"} {
		if !exists(o.Target + p) {
			t.Errorf("%s is missing", p)
		}
	}
	if r, err := mirror.Tree(context.Background(), o, ""); err != nil || r.Removed != 0 || !exists(o.Target+"keep") {
		t.Errorf("%v, %+v", err, r)
	}
}

// §9: default.direct stays below its target.
func TestPathsOutside(t *testing.T) {
	o := sides(t)
	outside := filepath.Dir(filepath.Clean(o.Target)) + "/outside"
	put(t, outside, "1")
	r, err := mirror.Apply(context.Background(), o, ops("delete ../outside", "create a/../../outside", "move ../outside > b",
		"move f > ../../x", "delete ./f", "move  > x"))
	check(t, err)
	if r.FailedTotal != 6 || r.ExitCode() != mirror.ExitPartial || !exists(outside) {
		t.Errorf("%+v", r)
	}
	// A path with a leading slash is below the root all the same.
	apply(t, o, ops("delete /etc", "delete ", "delete /", "attrib "))
	if !exists(o.Target) || !exists("/etc") {
		t.Error("a root is gone")
	}
}

// TestLinkInTarget: a symbolic link in the place of a directory of the target
// leads nothing outside, and is replaced.
func TestLinkInTarget(t *testing.T) {
	for name, op := range map[string]string{"write": "modify d/f", "remove": "delete d/gone", "move": "move d/gone > d/new",
		"mode": "attrib d/f", "tree": "full d/", "deep": "modify d/e/f"} {
		t.Run(name, func(t *testing.T) {
			o := sides(t)
			outside := t.TempDir() + "/"
			for _, p := range []string{"f", "gone", "e/f", "kept"} {
				put(t, outside+p, "outside")
				check(t, os.Chmod(outside+p, 0o600))
			}
			put(t, o.Source+"d/f", "source")
			put(t, o.Source+"d/e/f", "source")
			put(t, o.Source+"d/new", "source")
			before := treetest.Equal(outside, outside, kept)
			twin := t.TempDir() + "/twin/"
			check(t, os.Mkdir(twin, 0o755))
			same := defaults()
			same.Source, same.Target = outside, twin
			tree(t, same)
			check(t, os.Symlink(outside, o.Target+"d"))
			r, err := mirror.Apply(context.Background(), o, ops(op))
			check(t, err)
			if diff := treetest.Equal(twin, outside, kept); len(before)+len(diff) > 0 {
				t.Errorf("outside was changed: %q; %+v", diff, r)
			}
			if diff := treetest.Equal(o.Source, o.Target, kept); len(diff) > 0 {
				t.Errorf("not equal: %q; %+v", diff, r)
			}
		})
	}
}

// §9: roots that default.direct refuses.
func TestRootsRefused(t *testing.T) {
	top := t.TempDir() + "/"
	put(t, top+"a/b/f", "1")
	put(t, top+"c/f", "1")
	check(t, os.Symlink("a/b", top+"l"))
	for name, c := range map[string][2]string{
		"no source": {top + "none/", top + "c/"}, "no target": {top + "c/", top + "none/"},
		"source is a file": {top + "c/f", top + "a/"}, "relative": {"c", top + "a/"},
		"same": {top + "a/", top + "a/"}, "source in target": {top + "a/b/", top + "a/"}, "by a link": {top + "l/", top + "a/"},
	} {
		o := defaults()
		o.Source, o.Target = c[0], c[1]
		r, err := mirror.Tree(context.Background(), o, "")
		if err == nil || r.ExitCode() != mirror.ExitUnreachable {
			t.Errorf("%s: %v, %+v", name, err, r)
		}
		r, err = mirror.Apply(context.Background(), o, ops("delete f", "delete b/"))
		if err == nil || r.ExitCode() != mirror.ExitUnreachable || !exists(top+"a/b/f") || !exists(top+"c/f") {
			t.Errorf("%s: %v, %+v", name, err, r)
		}
	}
}

func TestTargetInSource(t *testing.T) {
	o := sides(t)
	o.Target = o.Source + "in/target/"
	check(t, os.MkdirAll(o.Target, 0o755))
	put(t, o.Source+"f", "1")
	r, err := mirror.Tree(context.Background(), o, "")
	if err != nil || r.ExitCode() != 0 || !exists(o.Target+"f") || exists(o.Target+"in/target") {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestSourceLost: below a root that has gone everything looks deleted.
func TestSourceLost(t *testing.T) {
	for name, lose := range map[string]func(o mirror.Options) error{
		"moved away": func(o mirror.Options) error { return os.Rename(o.Source, filepath.Clean(o.Source)+".away") },
		"removed":    func(o mirror.Options) error { return os.RemoveAll(o.Source) },
		"replaced": func(o mirror.Options) error {
			if err := os.Rename(o.Source, filepath.Clean(o.Source)+".away"); err != nil {
				return err
			}
			return os.Mkdir(o.Source, 0o755)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := sides(t)
			for _, p := range []string{"a", "b", "d/f", "d/g"} {
				put(t, o.Source+p, p)
			}
			tree(t, o)
			put(t, o.Target+"extra", "")
			done := false
			o.Excluded = func(string) bool {
				if !done {
					done = true
					check(t, lose(o))
				}
				return false
			}
			o.Workers = 1
			r, err := mirror.Apply(context.Background(), o, ops("modify a", "delete b", "delete d/", "delete extra"))
			if r.ExitCode() != mirror.ExitUnreachable || err == nil {
				t.Errorf("%v, %d, %+v", err, r.ExitCode(), r)
			}
			for _, p := range []string{"a", "b", "d/f", "d/g", "extra"} {
				if !exists(o.Target + p) {
					t.Errorf("%s was removed", p)
				}
			}
		})
	}
}

// hooked is a context that is asked before every entry and every piece of a file.
type hooked struct {
	context.Context
	ask func()
}

func (h hooked) Done() <-chan struct{} {
	h.ask()
	return h.Context.Done()
}

// §9: a copy is verified: the source must not have changed meanwhile.
func TestSourceNeverStill(t *testing.T) {
	o := sides(t)
	put(t, o.Source+"f", strings.Repeat("x", 1<<20))
	put(t, o.Target+"f", "old")
	ctx := hooked{context.Background(), func() {
		f, err := os.OpenFile(o.Source+"f", os.O_APPEND|os.O_WRONLY, 0)
		check(t, err)
		_, err = f.WriteString("more")
		check(t, err)
		check(t, f.Close())
	}}
	r, err := mirror.Apply(ctx, o, ops("modify f"))
	if err != nil || r.ExitCode() != mirror.ExitPartial || r.FailedTotal != 1 || read(t, o.Target+"f") != "old" {
		t.Errorf("%v, %+v", err, r)
	}
	apply(t, o, ops("modify f"))
	same(t, o)
}

// TestSourceStillInTheEnd changes the file while it is copied for the first time.
func TestSourceStillInTheEnd(t *testing.T) {
	o := sides(t)
	put(t, o.Source+"f", strings.Repeat("x", 1<<20))
	asked := 0
	ctx := hooked{context.Background(), func() {
		if asked++; asked == 3 {
			put(t, o.Source+"f", strings.Repeat("y", 1<<20))
		}
	}}
	r, err := mirror.Apply(ctx, o, ops("modify f"))
	if err != nil || r.ExitCode() != 0 || asked < 4 {
		t.Errorf("%v, %+v, asked %d times", err, r, asked)
	}
	same(t, o)
}

// TestCancelled ends the work at every point where it can end.
func TestCancelled(t *testing.T) {
	for at := 1; ; at++ {
		o := sides(t)
		for _, p := range []string{"a", "d/b", "d/e/c"} {
			put(t, o.Source+p, strings.Repeat(p, 300_000))
		}
		put(t, o.Target+"gone/f", "")
		cancelled, cancel := context.WithCancel(context.Background())
		asked := 0
		o.Workers = 1
		ctx := hooked{cancelled, func() {
			if asked++; asked == at {
				cancel()
			}
		}}
		r, err := mirror.Apply(ctx, o, ops("modify a", "tree d/", "delete gone/"))
		cancel()
		if asked < at {
			if at < 8 {
				t.Errorf("asked %d times only", asked)
			}
			return
		}
		if err == nil || r.ExitCode() != mirror.ExitCancelled || r.FailedTotal != 0 {
			t.Errorf("cancelled at %d: %v, %d, %+v", at, err, r.ExitCode(), r)
		}
		check(t, filepath.WalkDir(o.Target, func(path string, _ os.DirEntry, err error) error {
			if strings.Contains(path, ".lsyncgo-") {
				t.Errorf("cancelled at %d: %s is left", at, path)
			}
			return err
		}))
	}
}

func TestLeftovers(t *testing.T) {
	for _, del := range []bool{true, false} {
		o := sides(t)
		o.Delete = del
		put(t, o.Source+".f.lsyncgo-0123456789abcdef", "a file of the source")
		put(t, o.Target+"d/.g.lsyncgo-0123456789abcdef", "half a fi")
		check(t, os.Chtimes(o.Target+"d/.g.lsyncgo-0123456789abcdef", old, old)) // where locks tell nothing, age does
		put(t, o.Target+".g.lsyncgo-not-ours", "")
		put(t, o.Source+"d/g", "1")
		r, err := mirror.Tree(context.Background(), o, "")
		check(t, err)
		if exists(o.Target+"d/.g.lsyncgo-0123456789abcdef") || !exists(o.Target+".f.lsyncgo-0123456789abcdef") {
			t.Errorf("delete %v: %+v", del, r)
		}
		if exists(o.Target+".g.lsyncgo-not-ours") == del {
			t.Errorf("delete %v: .g.lsyncgo-not-ours", del)
		}
	}
}

// TestSomeOptionsOff keeps what the target has where the source's is not asked for.
func TestSomeOptionsOff(t *testing.T) {
	o := sides(t)
	o.Perms, o.Times, o.HardLinks = false, false, false
	put(t, o.Source+"f", "1")
	check(t, os.Link(o.Source+"f", o.Source+"g"))
	check(t, os.Chmod(o.Source+"f", 0o755))
	check(t, os.Chtimes(o.Source+"f", old, old))
	put(t, o.Target+"f", "2")
	check(t, os.Chmod(o.Target+"f", 0o600))
	for range 2 {
		r, err := mirror.Tree(context.Background(), o, "")
		if err != nil || r.ExitCode() != 0 {
			t.Fatalf("%v, %+v", err, r)
		}
	}
	f, err := os.Stat(o.Target + "f")
	check(t, err)
	g, err := os.Stat(o.Target + "g")
	check(t, err)
	if f.Mode() != 0o600 || f.ModTime().Equal(old) || os.SameFile(f, g) || read(t, o.Target+"f") != "1" {
		t.Errorf("%v %v", f.Mode(), f.ModTime())
	}
	put(t, o.Source+"f", "3")
	apply(t, o, ops("modify f"))
	if f, err = os.Stat(o.Target + "f"); err != nil || f.Mode() != 0o600 || read(t, o.Target+"f") != "3" {
		t.Errorf("%v %v", f.Mode(), err)
	}
}

func TestExitCode(t *testing.T) {
	o := sides(t)
	for range 150 {
		// Each is refused; the list is bounded, the count is not.
		o.Source += "./"
	}
	r, err := mirror.Apply(context.Background(), o, ops(strings.Split(strings.Repeat("delete ../x\n", 150)+"delete y", "\n")...))
	if err != nil || len(r.Failed) != 100 || r.FailedTotal != 150 || r.ExitCode() != mirror.ExitPartial {
		t.Errorf("%v, %d, %d", err, len(r.Failed), r.FailedTotal)
	}
	for want, r := range map[int]mirror.Report{0: {Copied: 1}, 23: {FailedTotal: 1, Vanished: 1}, 24: {Vanished: 1}} {
		if r.ExitCode() != want {
			t.Errorf("%+v gives %d, want %d", r, r.ExitCode(), want)
		}
	}
}
