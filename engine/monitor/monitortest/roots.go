package monitortest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

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
