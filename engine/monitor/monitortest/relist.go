package monitortest

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

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

// testExisting, tasks §2 "exists": what has been there is told as that, parents first, then the end. What is new is a Create all the same.
func testExisting(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{ID: 1, Excluded: func(path string) bool { return strings.HasSuffix(path, "x") }})
	run(t, r.Path, "mkdir d/e/f; write d/a one; write d/e/b one; write d/e/x one; symlink nowhere d/e/l; write c one")
	s.Watch(r)
	s.Monitor.Relist(r.ID, "", monitor.Want{Existing: true})
	s.Until(func() string { return "for EndExist" }, func() bool { return s.Has(event.EndExist, "") })
	var got []string
	for _, e := range s.Take() {
		switch {
		case e.Kind == event.EndExist:
			if len(got) != 7 {
				t.Errorf("the end came after %d entries", len(got))
			}
			got = append(got, "end")
		case e.Kind != event.Exist || e.Root != r.ID:
			t.Errorf("reported: %s", Format([]event.Event{e}))
		default:
			if dir := e.Path[:strings.LastIndexByte(strings.TrimSuffix(e.Path, "/"), '/')+1]; dir != "" && !slices.Contains(got, dir) {
				t.Errorf("%s was told before the directory it is in", e.Path)
			}
			got = append(got, e.Path)
		}
	}
	slices.Sort(got)
	if want := []string{"c", "d/", "d/a", "d/e/", "d/e/b", "d/e/f/", "d/e/l", "end"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// testExistingLive: what comes while it is told is told as new.
func testExistingLive(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	run(t, r.Path, "mkdir d; write d/a one; write b one")
	s.Monitor.Relist(r.ID, "", monitor.Want{Existing: true})
	run(t, r.Path, "mkdir e; write e/a one; write c one; write d/z one")
	s.Equal()
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
