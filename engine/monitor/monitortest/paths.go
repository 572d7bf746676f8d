package monitortest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

func testExcluded(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{Excluded: func(path string) bool {
		return strings.HasPrefix(path, "x") || strings.Contains(path, "/x")
	}})
	run(t, r.Path, "mkdir xd/in; write xf one")
	s.Watch(r)
	for _, st := range []step{
		{"write xf two; write xd/in/f one; mkdir xe; write xe/f one", ""},
		{"mkdir d/xd; write d/xd/f one", "Create d/"},
		{"mv xe e", "Create e/; Create e/f"},
		{"append e/f two", "Modify e/f"},
		{"mv e xe", "Delete e/"},
		{"append xe/f three", ""},
		{"mv xf f", "Create f"},
		{"mv f xf", "Delete f"},
	} {
		run(t, r.Path, st.do)
		if p.Exact {
			s.compare(st.want)
		}
		s.Equal()
	}
	for _, e := range s.Take() {
		if r.Excluded(e.Path) || r.Excluded(e.Dest) {
			t.Errorf("excluded, but reported: %s", Format([]event.Event{e}))
		}
	}
}

// testAnchored: after a rename of a directory above, what was excluded no longer is, and can be asked for.
func testAnchored(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{Excluded: func(path string) bool { return strings.HasPrefix(path, "a/x") }})
	run(t, r.Path, "mkdir a/xd; write a/xf one; write a/f one; write a/xd/g one")
	s.Watch(r)
	run(t, r.Path, "mv a b")
	if p.Exact {
		s.Sync()
		if !s.Has(event.Move, "a/") {
			t.Errorf("no Move:\n%s", Format(s.log))
		}
	}
	s.Sync()
	s.Monitor.Relist(r.ID, "b/", monitor.Want{Hidden: func(path string) bool { return strings.HasPrefix(path, "b/x") }})
	s.Equal()
	run(t, r.Path, "append b/xd/g two; append b/xf two")
	s.Equal()
}

func testFlat(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{Flat: true})
	run(t, r.Path, "mkdir d")
	s.Watch(r)
	for _, st := range []step{
		{"write f one", "Create f"},
		{"write d/f one", ""},
		{"mkdir e", "Create e/"},
		{"write e/f one", ""},
		{"mv e g", "Move e/ -> g/"},
		{"rmr g", "Delete g/"},
	} {
		run(t, r.Path, st.do)
		if p.Exact {
			s.compare(st.want)
		}
		s.Equal()
	}
	for _, e := range s.Take() {
		if strings.Contains(strings.TrimSuffix(e.Path, "/"), "/") {
			t.Errorf("not in the directory itself: %s", Format([]event.Event{e}))
		}
	}
}

func testRoots(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	s := NewSession(t, open)
	inner := s.Root("root/a/b", monitor.Root{ID: 2})
	outer := s.Root("root", monitor.Root{ID: 1})
	same := s.Root("root", monitor.Root{ID: 3, Excluded: func(path string) bool { return strings.HasPrefix(path, "a/") }})
	s.Watch(inner)
	s.Watch(outer)
	s.Watch(same)
	run(t, outer.Path, "write a/b/f one")
	s.Sync()
	if p.Exact {
		got := Format(s.Take())
		if want := "2: Create f\nCreate a/b/f\n"; got != want && got != "Create a/b/f\n2: Create f\n" {
			t.Errorf("reported\n%swanted in any order\n%s", got, want)
		}
	}
	run(t, outer.Path, "mkdir a/b/c/d; write a/b/c/d/f one; mkdir e; mv a/b/c e/c; write e/c/d/f two; mv e/c/d a/b/d; write a/b/d/g one")
	s.Equal()
	s.Monitor.Unwatch(1)
	delete(s.models, 1)
	s.roots = []monitor.Root{inner, same}
	run(t, outer.Path, "write a/b/d/g two; write e/f one")
	s.Equal()
}

func testNames(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	names := []string{"new\nline", "tab\t", "quo'te\"", "$(id)", "`id`", "*", "?", "[a-z]", "back\\slash", "-rf", "--", " ", "a b", "#x", ";",
		"~", ".hidden", "...", "%s", strings.Repeat("n", 255), "ü", "\u0301", "{a,b}", "a|b", "&", "<>", "!"}
	switch runtime.GOOS {
	case "linux":
		names = append(names, "\xff\xfe", "\x80", strings.Repeat("\xc3\x28", 127), "\x01")
	case "windows":
		names = []string{" a b", "$(id)", "[a-z]", "-rf", "#x", ";", "~", ".hidden", "%s", "ü", "{a,b}", "&", "!"}
	}
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	for _, n := range names {
		check(t, os.Mkdir(r.Path+n, 0o755))
		check(t, os.WriteFile(filepath.Join(r.Path, n, n), []byte("one"), 0o644))
	}
	s.Equal()
	for i, n := range names {
		check(t, os.WriteFile(filepath.Join(r.Path, n, n), []byte("more"), 0o644))
		to := filepath.Join(r.Path, names[(i+1)%len(names)], "moved")
		check(t, os.Rename(filepath.Join(r.Path, n, n), to))
	}
	s.Equal()
	for _, n := range names {
		if !s.Has(event.Create, n+"/") {
			t.Errorf("no Create of %q", n+"/")
		}
	}
}

// testDeep: a tree may be deeper than a path may be long.
func testDeep(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	const depth = 40
	name := strings.Repeat("d", 200)
	dir, err := os.OpenRoot(r.Path)
	check(t, err)
	path := ""
	for range depth {
		check(t, dir.Mkdir(name, 0o755))
		next, err := dir.OpenRoot(name)
		check(t, err)
		check(t, dir.Close())
		dir = next
		path += name + "/"
	}
	defer func() { check(t, dir.Close()) }()
	s.Until(func() string { return "for the deepest directory" }, func() bool { return s.Has(event.Create, path) })
	s.Take()
	f, err := dir.Create("f")
	check(t, err)
	check(t, f.Close())
	s.Until(func() string { return "for the file in the deepest directory" }, func() bool { return s.Has(event.Create, path+"f") })
}
