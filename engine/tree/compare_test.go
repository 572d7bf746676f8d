package tree_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/tree"
)

// dir is a directory's entry as Read has it.
func dir(name string, s tree.Signature) tree.Entry {
	s.Mode |= fs.ModeDir
	return tree.Entry{Name: name, Signature: s}
}

func file(name string, s tree.Signature) tree.Entry { return tree.Entry{Name: name, Signature: s} }

// told compares and returns what was told, one "KIND NAME" each. What keep says is remembered.
func told(was, is []tree.Entry, keep func(name string) bool) (lines string, now []tree.Entry) {
	var list []string
	now = tree.Compare(was, is, func(c tree.Change) bool {
		e := c.Is
		if c.Kind == tree.Gone {
			e = c.Was
		}
		list = append(list, fmt.Sprint([]string{"same", "new", "gone", "content", "metadata"}[c.Kind], " ", e.Name))
		return keep == nil || keep(e.Name)
	})
	return strings.Join(list, ", "), now
}

func TestCompare(t *testing.T) {
	type sig = tree.Signature
	old := sig{Inode: 1, Size: 10, Modified: 100, Changed: 100, Mode: 0o644}
	with := func(change func(*sig)) sig {
		s := old
		change(&s)
		return s
	}
	for _, c := range []struct {
		name    string
		was, is tree.Entry
		want    string
	}{
		{"unchanged", file("f", old), file("f", old), "same f"},
		{"size", file("f", old), file("f", with(func(s *sig) { s.Size = 11 })), "content f"},
		{"time", file("f", old), file("f", with(func(s *sig) { s.Modified = 99 })), "content f"},
		{"another file", file("f", old), file("f", with(func(s *sig) { s.Inode = 2 })), "content f"},
		{"mode", file("f", old), file("f", with(func(s *sig) { s.Mode = 0o600 })), "metadata f"},
		{"mode and size", file("f", old), file("f", with(func(s *sig) { s.Mode, s.Size = 0o600, 1 })), "content f"},
		{"owner", file("f", old), file("f", with(func(s *sig) { s.UID = 1 })), "metadata f"},
		{"group", file("f", old), file("f", with(func(s *sig) { s.GID = 1 })), "metadata f"},
		{"attributes", file("f", old), file("f", with(func(s *sig) { s.Changed = 101 })), "metadata f"},
		{"a link now", file("f", old), file("f", with(func(s *sig) { s.Mode |= fs.ModeSymlink })), "gone f, new f"},
		{"a directory now", file("f", old), dir("f", old), "gone f, new f"},
		{"another directory", dir("d", old), dir("d", with(func(s *sig) { s.Inode = 2 })), "gone d, new d"},
		{"entries of a directory", dir("d", old), dir("d", with(func(s *sig) { s.Modified, s.Changed = 200, 200 })), "same d"},
		{"attributes of a directory", dir("d", old), dir("d", with(func(s *sig) { s.Changed = 200 })), "metadata d"},
		{"mode and entries of a directory", dir("d", old), dir("d", with(func(s *sig) { s.Mode, s.Modified = 0o700, 200 })), "metadata d"},
		{"owner of a directory", dir("d", old), dir("d", with(func(s *sig) { s.UID, s.Modified = 1, 200 })), "metadata d"},
		{"refused", file("f", old), file("f", sig{Refused: true}), "same f"},
		{"refused directory", dir("d", old), dir("d", sig{Refused: true}), "same d"},
		{"not refused any more", dir("d", sig{Refused: true}), dir("d", old), "metadata d"},
	} {
		got, now := told([]tree.Entry{c.was}, []tree.Entry{c.is}, nil)
		if got != c.want {
			t.Errorf("%s: told %q, want %q", c.name, got, c.want)
		}
		want := c.is
		if c.is.Refused {
			want = c.was
		}
		if !slices.Equal(now, []tree.Entry{want}) {
			t.Errorf("%s: remembered %+v", c.name, now)
		}
	}
}

func names(list ...string) (entries []tree.Entry) {
	for _, n := range list {
		entries = append(entries, file(n, tree.Signature{Inode: uint64(n[0]), Size: int64(len(n))}))
	}
	return entries
}

// TestOrder: what is gone is told of first; all else in order of names.
func TestOrder(t *testing.T) {
	got, now := told(names("a", "b", "d"), names("b", "c", "e"), nil)
	if want := "gone a, gone d, same b, new c, new e"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if !slices.Equal(now, names("b", "c", "e")) {
		t.Errorf("remembered %+v", now)
	}
}

// TestNotTaken: what is not taken stays as it was, and is told of again.
func TestNotTaken(t *testing.T) {
	was, is := names("a", "b", "d", "f"), names("b", "c", "d", "e")
	is[0].Size, is[2].Mode = 77, fs.ModeSymlink
	no := func(string) bool { return false }
	first, now := told(was, is, no)
	if want := "gone a, gone d, gone f, content b, new c, new e"; first != want {
		t.Errorf("told %q, want %q", first, want)
	}
	if !slices.Equal(now, names("a", "b", "d", "f")) {
		t.Errorf("remembered %+v", now)
	}
	second, now := told(now, is, func(name string) bool { return name != "d" })
	if want := "gone a, gone d, gone f, content b, new c, new e"; second != want {
		t.Errorf("told %q, want %q", second, want)
	}
	if got := fmt.Sprint(list(now)); got != "[b c d e]" || now[0].Size != 77 || now[2].Mode != 0 {
		t.Errorf("remembered %+v", now)
	}
}

func list(entries []tree.Entry) (names []string) {
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names
}

// TestUnchanged: a comparison that finds nothing keeps nothing either.
func TestUnchanged(t *testing.T) {
	was, is := names("a", "b", "c"), names("a", "b", "c")
	take := func(tree.Change) bool { return true }
	if n := testing.AllocsPerRun(100, func() {
		if now := tree.Compare(was, is, take); &now[0] != &was[0] {
			t.Fatal("copied")
		}
	}); n > 6 { // of the iterators
		t.Errorf("%v allocations", n)
	}
}

// TestBelow: what a directory holds stays with it, and goes with it.
func TestBelow(t *testing.T) {
	was := []tree.Entry{dir("d", tree.Signature{Inode: 1}), dir("e", tree.Signature{Inode: 2})}
	top := tree.Dir{Entries: was}
	was[0].Below, was[1].Below = &tree.Dir{Entries: names("f")}, &tree.Dir{}
	if got := top.Count(); got != 3 {
		t.Errorf("%d directories", got)
	}
	is := []tree.Entry{dir("d", tree.Signature{Inode: 1, Mode: 0o700}), dir("e", tree.Signature{Inode: 3})}
	_, top.Entries = told(top.Entries, is, nil)
	if d := top.At("d/"); d == nil || d.Find("f") == nil || top.At("d/f/") != nil || top.At("") != &top {
		t.Errorf("%+v", top.Entries)
	}
	if d := top.At("e/"); d != nil {
		t.Errorf("another directory holds %+v", d)
	}
	var paths []string
	for p := range top.All("x/") {
		paths = append(paths, p)
	}
	if fmt.Sprint(paths) != "[x/ x/d/]" {
		t.Errorf("walked %q", paths)
	}
}
