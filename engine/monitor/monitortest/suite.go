package monitortest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// Promises name what a backend does beyond the least, which is: the events add up
// to the tree, for every root, whatever happens.
type Promises struct {
	// Exact: it reports what happened, in order, and nothing else; renames are one Move.
	Exact bool
	// Modes: it honours Root.Mode and holds back new files that are open for writing.
	Modes bool
	// Deep: it watches directories whose path is longer than the system takes in one call.
	Deep bool
}

// Run is the acceptance test. Open returns a new monitor, made with short
// intervals (monitor.Options) where it has any; the suite closes it.
func Run(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) { c.play(t, open, p) })
	}
	tests := []struct {
		name string
		when bool
		test func(*testing.T, func(*testing.T) monitor.Monitor, Promises)
	}{
		{"excluded", true, testExcluded},
		{"excluded by place", true, testAnchored},
		{"flat", true, testFlat},
		{"several roots", true, testRoots},
		{"hostile names", true, testNames},
		{"deep", p.Deep, testDeep},
		{"root deleted", true, testRootDeleted},
		{"root replaced", true, testRootReplaced},
		{"root behind links", true, testRootLinked},
		{"written", true, testWritten},
		{"relist", true, testRelist},
		{"relist what was hidden", true, testRelistHidden},
		{"relist what was seen", true, testRelistSeen},
		{"mark", p.Exact, testMark},
		{"unwatch", true, testUnwatch},
		{"errors", true, testErrors},
		{"slow receiver", true, testSlow},
		{"modes", p.Modes, testModes},
		{"held", p.Modes, testHeld},
		{"churn", true, testChurn},
	}
	for _, c := range tests {
		if c.when {
			t.Run(c.name, func(t *testing.T) { c.test(t, open, p) })
		}
	}
}

var scripts = []script{
	{"file", "", []step{
		{"write f one", "Create f"},
		{"write f three", "Modify f"},
		{"append f x", "Modify f"},
		{"chmod 600 f", "Attrib f"},
		{"rm f", "Delete f"},
		{"write f again", "Create f"},
	}},
	{"directory", "", []step{
		{"mkdir d", "Create d/"},
		{"write d/f one", "Create d/f"},
		{"chmod 700 d", "Attrib d/"},
		{"mkdir d/e", "Create d/e/"},
		{"write d/e/g one", "Create d/e/g"},
		{"rm d/e/g; rm d/e", "Delete d/e/g; Delete d/e/"},
		{"rmr d", "Delete d/f; Delete d/"},
	}},
	{"what is there is not news", "mkdir d/e; write d/e/f one", []step{
		{"", ""},
		{"append d/e/f two", "Modify d/e/f"},
	}},
	{"rename file", "write a one; mkdir d", []step{
		{"mv a b", "Move a -> b"},
		{"mv b d/a", "Move b -> d/a"},
		{"write t two; mv t d/a", "Create t; Move t -> d/a"},
	}},
	{"rename directory", "mkdir a/b/c; write a/b/f one; mkdir z", []step{
		{"mv a x", "Move a/ -> x/"},
		{"write x/b/f two", "Modify x/b/f"},
		{"write x/b/c/g one", "Create x/b/c/g"},
		{"mv x/b z/y", "Move x/b/ -> z/y/"},
		{"append z/y/c/g two", "Modify z/y/c/g"},
		{"mkdir x/b", "Create x/b/"},
		{"write x/b/f three", "Create x/b/f"},
		{"append z/y/f three", "Modify z/y/f"},
	}},
	{"there and back", "mkdir a; write a/f one; write p one", []step{
		{"mv a b", "Move a/ -> b/"},
		{"mv b a", "Move b/ -> a/"},
		{"append a/f two", "Modify a/f"},
		{"mv p q; mv q p", "Move p -> q; Move q -> p"},
	}},
	{"moved out", "mkdir d/e; write d/e/f one; write g one", []step{
		{"mv g ../g", "Delete g"},
		{"mv d ../d", "Delete d/"},
		{"write ../d/e/f two; write ../d/h one", ""},
		{"mkdir d/e", "Create d/; Create d/e/"},
		{"write d/e/f three", "Create d/e/f"},
	}},
	{"moved in", "mkdir ../d/e; write ../d/e/f one; write ../g one", []step{
		{"mv ../g g", "Create g"},
		{"mv ../d d", "Create d/; Create d/e/; Create d/e/f"},
		{"append d/e/f two", "Modify d/e/f"},
	}},
	{"links", "write f one; mkdir d", []step{
		{"symlink f l", "Create l"},
		{"symlink d dl", "Create dl"},
		{"write d/g one", "Create d/g"},
		{"ln f h", "Create h"},
		{"rm h", "Delete h"},
		{"rm dl", "Delete dl"},
	}},
	{"another kind", "write a one; mkdir b", []step{
		{"rm a", "Delete a"},
		{"mkdir a", "Create a/"},
		{"write a/f one", "Create a/f"},
		{"rm b", "Delete b/"},
		{"write b one", "Create b"},
	}},
	{"empty directory overwritten", "mkdir a/b; mkdir c; write a/b/f one", []step{
		{"mv a c", "Move a/ -> c/"},
		{"append c/b/f two", "Modify c/b/f"},
	}},
	// From here on so fast that only the end is certain.
	{"new tree at once", "", []step{
		{"mkdir a/b/c/d/e; write a/b/c/d/e/f one; write a/b/g one; mkdir a/b/h", ""},
		{"write a/b/c/d/e/f two; write a/b/h/i one", ""},
	}},
	{"name taken again", "", []step{
		{"mkdir a/1; mv a b; mkdir a/2; write b/1/f one; write a/2/f one", ""},
		{"mkdir c/1; mv c d; mkdir c/2; mv c e; mkdir c/3; write c/3/f one; write e/2/f one; write d/1/f one", ""},
		{"rmr c; mkdir c/3; write c/3/f two; rmr c; mkdir c/4; write c/4/f one", ""},
		{"append b/1/f two; append a/2/f two; append c/4/f two; append e/2/f two; append d/1/f two", ""},
	}},
	{"new directory moved on", "mkdir x; mkdir y", []step{
		{"mkdir x/a/b/c; mv x/a y/a; write y/a/b/c/f one; mv y z; mkdir y/a/b; write y/a/b/f one", ""},
		{"write z/a/b/c/f two; write y/a/b/f two", ""},
	}},
}

func (c script) play(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	run(t, r.Path, c.setup)
	s.Watch(r)
	exact := p.Exact
	for _, st := range c.steps {
		if st.want == "" && st.do != "" && !strings.HasPrefix(st.do, "write ../") {
			exact = false
		}
	}
	for _, st := range c.steps {
		run(t, r.Path, st.do)
		if exact {
			s.compare(st.want)
		}
		s.Equal()
		s.Take()
	}
}

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

func testRootDeleted(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	run(t, r.Path, "mkdir d/e; write d/e/f one")
	s.Watch(r)
	run(t, r.Path, "rmr .")
	s.Until(func() string { return "for RootLost" }, func() bool { return s.Has(event.RootLost, "") })
	run(t, r.Path, "mkdir d/e; write d/e/f two")
	s.Until(func() string { return "for RootBack" }, func() bool { return s.Has(event.RootBack, "") })
	run(t, r.Path, "append d/e/f three")
	s.Equal()
	s.once(event.RootLost)
	s.once(event.RootBack)
}

func testRootReplaced(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	run(t, r.Path, "mkdir d; write d/f one")
	s.Watch(r)
	run(t, s.Dir, "mv root old; mkdir root/d; write root/d/g one")
	s.Until(func() string { return "for RootBack" }, func() bool { return s.Has(event.RootBack, "") })
	run(t, s.Dir, "write old/d/f two; append root/d/g two")
	s.Equal()
	s.once(event.RootLost)
	s.once(event.RootBack)
	for _, e := range s.Take() {
		if e.Kind == event.Delete {
			t.Errorf("the root moved, nothing was deleted: %s", Format([]event.Event{e}))
		}
		if e.Kind == event.RootLost && (e.Err == nil || !strings.Contains(e.Err.Error(), r.Path)) {
			t.Errorf("RootLost does not say what is lost: %v", e.Err)
		}
	}
}

func testRootLinked(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	first, second := s.Root("one/root", monitor.Root{ID: 1}), s.Root("two/root", monitor.Root{ID: 2})
	relink := func(to string) { // as deployments do
		check(t, os.Symlink(to, s.Dir+"new"))
		check(t, os.Rename(s.Dir+"new", s.Dir+"current"))
	}
	check(t, os.WriteFile(first.Path+"f", []byte("one"), 0o644))
	check(t, os.WriteFile(second.Path+"g", []byte("two"), 0o644))
	relink("one")
	check(t, os.Symlink("current", s.Dir+"link"))
	first.Name = s.Dir + "link/root"
	hears := func(id event.RootID, k event.Kind, dest string) {
		t.Helper()
		s.Until(func() string { return k.String() + " " + dest }, func() bool {
			return slices.ContainsFunc(s.log, func(e event.Event) bool { return e.Root == id && e.Kind == k && e.Dest == dest })
		})
		s.Take()
	}
	s.Watch(first)
	relink("one") // another link that leads to the same
	check(t, os.WriteFile(first.Path+"f", []byte("1"), 0o644))
	s.Equal()
	s.Take()

	relink("two")
	hears(1, event.RootElsewhere, second.Path)
	relink("nowhere")
	relink("one")
	hears(1, event.RootBack, "")

	// The one that leads to the other, and the directory that both are in.
	check(t, os.Remove(s.Dir+"link"))
	hears(1, event.RootLost, "")
	check(t, os.Symlink("two", s.Dir+"link"))
	hears(1, event.RootElsewhere, second.Path)
	check(t, os.Remove(s.Dir+"link"))
	check(t, os.Rename(s.Dir+"one", s.Dir+"link"))
	hears(1, event.RootElsewhere, s.Dir+"link/root/")
	s.Monitor.Unwatch(1)

	// Of a root whose name leads elsewhere from the start.
	second.ID, second.Name = 3, s.Dir+"link/root"
	s.Watch(second)
	hears(3, event.RootElsewhere, s.Dir+"link/root/")
}

func (s *Session) once(k event.Kind) {
	s.T.Helper()
	n := 0
	for _, e := range s.log {
		if e.Kind == k {
			n++
		}
	}
	if n != 1 {
		s.T.Errorf("%d times %v", n, k)
	}
}

// testWritten, §4, §9: who knows nothing of Create hears of a new file that was written, and one that can
// tell a file that was not.
func testWritten(t *testing.T, open func(*testing.T) monitor.Monitor, p Promises) {
	for _, mode := range []event.Mode{event.CloseWrite, event.ModifyOnly, event.CloseWriteOrModify, event.CloseWriteAfterModify} {
		s := NewSession(t, open)
		r := s.Root("root", monitor.Root{Mode: mode})
		run(t, r.Path, "write ../o one; mkdir ../od; write ../od/f one")
		s.Watch(r)
		written := func(path string) bool {
			for _, e := range s.Log() {
				if e.Path == path && (e.Kind == event.Create && e.Written || e.Kind == event.Modify) {
					return true
				}
			}
			return false
		}
		run(t, r.Path, "write f one; mkdir d/e; write d/e/f one")
		for _, path := range []string{"f", "d/e/f"} {
			s.Until(func() string { return "for " + path }, func() bool { return written(path) })
		}
		run(t, r.Path, "symlink f l; mv ../o o; mv ../od od; ln f h")
		s.Equal()
		for path, tells := range map[string]bool{"l": true, "o": p.Exact, "od/f": p.Exact, "h": p.Exact} {
			if tells && written(path) {
				t.Errorf("mode %d: %s was reported as written", mode, path)
			}
		}
	}
}

// listed waits until all below dir was told.
func (s *Session) listed(id event.RootID, dir string) {
	s.T.Helper()
	s.Until(func() string { return fmt.Sprintf("for Listed %s of root %d", dir, id) }, func() bool {
		return slices.ContainsFunc(s.log, func(e event.Event) bool { return e.Root == id && e.Kind == event.Listed && e.Path == dir })
	})
}

// testRelist, §3, §9: all that is below a directory is told once more, for this root only.
func testRelist(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{ID: 1, Excluded: func(path string) bool { return strings.HasSuffix(path, "x") }})
	other := s.Root("root", monitor.Root{ID: 2})
	flat := s.Root("root", monitor.Root{ID: 3, Flat: true})
	run(t, r.Path, "mkdir d/e/f; mkdir d/g; write d/a one; write d/e/b one; write d/e/x one; symlink nowhere d/e/l; mkdir o; write o/a one")
	for _, root := range []monitor.Root{r, other, flat} {
		s.Watch(root)
	}
	s.Sync()
	s.Take()
	for _, ask := range []struct {
		root event.RootID
		dir  string
	}{{1, "d/"}, {1, "none/"}, {3, "d/"}, {3, ""}, {77, "d/"}} {
		s.Monitor.Relist(ask.root, ask.dir, monitor.Want{})
	}
	s.listed(3, "")
	if got := Format(slices.DeleteFunc(slices.Clone(s.log), func(e event.Event) bool { return e.Root != 3 })); got != "3: Listed d/\n3: Create d/\n3: Create o/\n3: Listed\n" &&
		got != "3: Listed d/\n3: Create o/\n3: Create d/\n3: Listed\n" {
		t.Errorf("of a flat root:\n%s", got)
	}
	s.listed(1, "d/")
	s.listed(1, "none/")
	var got []string
	for _, e := range s.Take() {
		switch {
		case marks(e.Path), e.Root == 3:
		case e.Kind == event.Listed:
			if want := map[string]int{"d/": 6, "none/": 6}[e.Path]; len(got) != want {
				t.Errorf("told that all below %s was told after %d of %d entries", e.Path, len(got), want)
			}
		case e.Root != 1 || e.Kind != event.Create:
			t.Errorf("reported: %s", Format([]event.Event{e}))
		default:
			got = append(got, e.Path)
		}
	}
	for _, path := range got {
		if dir := path[:strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1]; dir != "d/" &&
			slices.Index(got, dir) > slices.Index(got, path) {
			t.Errorf("%s was told before the directory it is in", path)
		}
	}
	slices.Sort(got)
	if want := []string{"d/a", "d/e/", "d/e/b", "d/e/f/", "d/e/l", "d/g/"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
}

// testRelistHidden: what is excluded no more is reported and watched, whether it was excluded from the start or for a while.
func testRelistHidden(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	hidden := func(path string) bool { return strings.HasPrefix(path, "x") || strings.Contains(path, "/x") }
	var on atomic.Bool
	on.Store(true)
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{Excluded: func(path string) bool { return on.Load() && hidden(path) }})
	run(t, r.Path, "mkdir d/xd/in; write d/xd/in/f one; write d/xd/f one; mkdir leaf; write leaf/xf one; write leaf/f one; write xf one; mkdir d/e")
	s.Watch(r)
	run(t, r.Path, "write d/xd/g one; mkdir d/e/xd; write d/e/xd/f one")
	s.Sync()
	on.Store(false)
	s.Monitor.Relist(r.ID, "", monitor.Want{Hidden: hidden})
	s.Monitor.Relist(77, "", monitor.Want{Hidden: hidden})
	s.listed(r.ID, "")
	for path, told := range map[string]bool{"d/xd/in/f": true, "leaf/xf": true, "leaf/f": false, "d/": false} {
		if s.Has(event.Create, path) != told {
			t.Errorf("%s told: %v, want %v", path, !told, told)
		}
	}
	s.Equal()
	run(t, r.Path, "append d/xd/in/f two; mkdir d/xd/in/new; write d/xd/in/new/f one; append xf two; append leaf/xf two; mv d/e/xd d/e/y")
	s.Equal()
	on.Store(true)
	run(t, r.Path, "append d/xd/in/f three; mkdir d/xd/in/more; write d/xd/in/more/f one; append leaf/xf three; mkdir d/e/xd; write d/e/xd/g one")
	s.Sync()
	on.Store(false)
	s.Monitor.Relist(r.ID, "", monitor.Want{Hidden: hidden})
	s.Equal()
	run(t, r.Path, "append d/xd/in/f four; write d/xd/in/more/g one; append d/e/xd/g two")
	s.Equal()
}

// testRelistSeen: what was seen when it changed last is not reported when it comes to light, and is watched.
func testRelistSeen(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	hidden := func(path string) bool { return strings.HasPrefix(path, "x") }
	var on atomic.Bool
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{Excluded: func(path string) bool { return on.Load() && hidden(path) }})
	run(t, r.Path, "mkdir xd; write xd/f one; write xf one")
	s.Watch(r)
	on.Store(true)
	run(t, r.Path, "write xf three; append xd/f two; mkdir xd/new; write xd/new/f one; write xg one; write xseen one")
	s.Sync()
	s.Take()
	on.Store(false)
	s.Monitor.Relist(r.ID, "", monitor.Want{Hidden: hidden, Seen: func(path string, changed time.Time) bool { return path != "xg" && !changed.After(time.Now()) }})
	s.Sync()
	s.Until(func() string { return "for the file that was not seen" }, func() bool { return s.Has(event.Create, "xg") })
	if got := Format(s.Take()); got != "Create xg\nListed\n" {
		t.Errorf("reported:\n%s", got)
	}
	run(t, r.Path, "append xd/new/f two; append xf four")
	for _, path := range []string{"xd/new/f", "xf"} {
		s.Until(func() string { return "for " + path }, func() bool { return s.Has(event.Modify, path) })
	}
}

// testMark: when a mark is reached everything that had happened was reported.
func testMark(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	a, b := s.Root("a", monitor.Root{ID: 1}), s.Root("b", monitor.Root{ID: 2})
	s.Watch(a)
	s.Watch(b)
	for i := range 50 {
		name := fmt.Sprintf("f%d", i)
		run(t, a.Path, "write "+name+" one")
		run(t, b.Path, "write "+name+" one")
		mark := s.Monitor.Mark()
		for reached := false; !reached; {
			select {
			case batch := <-s.Monitor.Events():
				s.takeAll(batch)
			case <-mark:
				reached = true
			}
		}
		if n := len(s.Take()); n < 2 {
			t.Fatalf("the mark came after %d of 2 events", n)
		}
	}
}

func testUnwatch(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	a, b := s.Root("a", monitor.Root{ID: 1}), s.Root("b", monitor.Root{ID: 2})
	s.Watch(a)
	s.Watch(b)
	run(t, a.Path, "mkdir d")
	s.Equal()
	watches := func(want int) {
		t.Helper()
		is := func() monitor.Stats { return s.Monitor.Stats() } // counted when the owner has done all that it was told
		s.Until(func() string { return fmt.Sprintf("%+v, want %d directories watched", is(), want) }, func() bool {
			return is().Watched+is().Polled == want
		})
	}
	watches(3)
	s.Monitor.Unwatch(1)
	s.Monitor.Unwatch(77) // unknown: nothing
	s.roots = []monitor.Root{b}
	delete(s.models, 1)
	s.Sync()
	s.Take()
	watches(1)
	run(t, a.Path, "write d/f one; mkdir e")
	s.Sync()
	for _, e := range s.Take() {
		if e.Root == 1 {
			t.Errorf("reported after Unwatch: %s", Format([]event.Event{e}))
		}
	}
	s.roots = []monitor.Root{b}
	s.Watch(a) // again, under the same number
	run(t, a.Path, "write d/f two")
	s.Equal()
}

func testErrors(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	m := open(t)
	dir := t.TempDir() + "/"
	ctx := t.Context()
	if err := m.Watch(ctx, monitor.Root{ID: 1, Path: dir + "none/"}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "none") {
		t.Errorf("watch of nothing: %v", err)
	}
	check(t, os.WriteFile(dir+"file", nil, 0o644))
	if err := m.Watch(ctx, monitor.Root{ID: 1, Path: dir + "file/"}); err == nil {
		t.Error("watch of a file: no error")
	}
	if err := m.Watch(ctx, monitor.Root{ID: 1, Path: dir + "without-slash"}); err == nil {
		t.Error("watch of a path without a slash: no error")
	}
	check(t, m.Watch(ctx, monitor.Root{ID: 1, Path: dir}))
	if err := m.Watch(ctx, monitor.Root{ID: 1, Path: dir}); err == nil {
		t.Error("second watch with one number: no error")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := m.Watch(ended, monitor.Root{ID: 2, Path: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("watch with an ended context: %v", err)
	}
	check(t, m.Close())
	for range m.Events() { // has to end
	}
	if err := m.Watch(ctx, monitor.Root{ID: 3, Path: dir}); err == nil {
		t.Error("watch after close: no error")
	}
	m.Unwatch(1) // must not block
	check(t, m.Close())
}

// testSlow: while nobody receives, everything is kept, and repetitions are not.
func testSlow(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	const files, rounds = 300, 100
	for range rounds {
		for i := range files {
			f, err := os.OpenFile(filepath.Join(r.Path, string(rune('a'+i))), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			check(t, err)
			_, err = f.WriteString("x")
			check(t, err)
			check(t, f.Close())
		}
	}
	s.Equal()
	if n := len(s.Take()); n >= files*rounds {
		t.Errorf("%d events for %d writes of %d files", n, files*rounds, files)
	}
}

func testModes(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	for _, c := range []struct {
		mode event.Mode
		want []string // after: open, write, close of a file; open, close of it
	}{
		{event.CloseWrite, []string{"", "", "Modify f", "Modify f"}},
		{event.ModifyOnly, []string{"", "Modify f", "", ""}},
		{event.CloseWriteOrModify, []string{"", "Modify f", "Modify f", "Modify f"}},
		{event.CloseWriteAfterModify, []string{"", "", "Modify f", ""}},
	} {
		s := NewSession(t, open)
		r := s.Root("root", monitor.Root{Mode: c.mode})
		run(t, r.Path, "write f one")
		s.Watch(r)
		f, err := os.OpenFile(r.Path+"f", os.O_WRONLY, 0)
		check(t, err)
		s.compare(c.want[0])
		_, err = f.WriteString("two")
		check(t, err)
		s.compare(c.want[1])
		check(t, f.Close())
		s.compare(c.want[2])
		run(t, r.Path, "touch f")
		s.compare(c.want[3])
		run(t, r.Path, "write g one")
		s.compare("Create g")
	}
}

// testHeld: a new file is reported when it is complete.
func testHeld(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	create := func(name string) *os.File {
		f, err := os.Create(r.Path + name)
		check(t, err)
		_, err = f.WriteString("half")
		check(t, err)
		return f
	}
	f := create("f")
	run(t, r.Path, "write g one")
	s.compare("Create g") // which f does not hold up
	run(t, r.Path, "chmod 600 f")
	s.compare("")
	check(t, f.Close())
	s.compare("Create f")

	f = create("a")
	s.compare("")
	run(t, r.Path, "mv a b")
	s.compare("Delete a")
	run(t, r.Path, "mkdir d")
	s.compare("Create d/")
	run(t, r.Path, "mv b d/c")
	s.compare("Delete b")
	run(t, r.Path, "mv d e")
	s.compare("Move d/ -> e/")
	check(t, f.Close())
	s.compare("Create e/c")

	f = create("gone")
	s.compare("")
	run(t, r.Path, "rm gone")
	s.compare("Delete gone")
	check(t, f.Close())
	s.compare("")

	f = create("out")
	s.compare("")
	run(t, r.Path, "mv out ../out")
	s.compare("Delete out")
	check(t, f.Close())
	s.compare("")

	// Found by listing a new directory: held too.
	run(t, r.Path, "mkdir ../n")
	f = create("../n/f")
	run(t, r.Path, "mkdir m")
	f2 := create("m/f")
	s.compare("Create m/")
	check(t, f2.Close())
	s.compare("Create m/f")
	check(t, f.Close())
	s.Equal()
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
