package inotify

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
	"lsyncgo/engine/monitor/monitortest"
)

// §9: directories without a watch are polled, and the sysctl is named.
func TestWatchLimit(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	limit := func(n int) {
		check(t, os.WriteFile("/proc/sys/user/max_inotify_watches", fmt.Append(nil, n), 0))
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	const dirs = 100
	dir := func(i int) string { return fmt.Sprintf("%sd%d/e", r.Path, i) }
	for i := range dirs {
		check(t, os.MkdirAll(dir(i), 0o755))
		write(t, dir(i)+"/old")
	}
	limit(60)
	s.Watch(r)
	until(s, event.Unwatched, firstUnwatched(t, s))
	n := 0
	for _, e := range s.Take() {
		if e.Kind == event.Unwatched {
			n++
			if !strings.Contains(e.Err.Error(), "fs.inotify.max_user_watches") || !strings.Contains(e.Err.Error(), "at least") {
				t.Errorf("no remedy in %v", e.Err)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d events Unwatched for one shortage", n)
	}
	polled := func() (n int) {
		within(t, s.Monitor, func(w *watcher) { n = len(w.trees[0].polled) })
		return n
	}
	if polled() == 0 {
		t.Fatal("nothing is polled")
	}
	for i := range dirs {
		write(t, dir(i)+"/new")
		check(t, os.WriteFile(dir(i)+"/old", []byte("longer"), 0o644))
		check(t, os.MkdirAll(dir(i)+"/x/y", 0o755))
		write(t, dir(i)+"/x/y/z")
	}
	check(t, os.RemoveAll(dir(0)))
	check(t, os.Rename(dir(1), dir(2)+"/moved"))
	s.Equal()
	limit(1000)
	s.Until(func() string { return "for watches that have become free" }, func() bool {
		write(t, r.Path+"tick") // or no event comes to ask again
		return polled() == 0
	})
	for i := 2; i < dirs; i++ {
		write(t, dir(i)+"/x/y/last")
	}
	s.Equal()
}

func firstUnwatched(t *testing.T, s *monitortest.Session) string {
	t.Helper()
	var path string
	within(t, s.Monitor, func(w *watcher) {
		for k := range w.trees[0].polled {
			path = w.trees[0].rel(k)
		}
	})
	if path == "" {
		t.Fatal("no directory is without a watch")
	}
	s.Until(func() string { return "for Unwatched" }, func() bool {
		for _, e := range s.Log() {
			if e.Kind == event.Unwatched {
				path = e.Path
				return true
			}
		}
		return false
	})
	return path
}

func TestInstanceLimit(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	check(t, os.WriteFile("/proc/sys/user/max_inotify_instances", []byte("0"), 0))
	m, err := Open(quick)
	if err == nil {
		check(t, m.Close())
		t.Fatal("no error")
	}
	if !strings.Contains(err.Error(), "fs.inotify.max_user_instances") {
		t.Errorf("no remedy in %v", err)
	}
}

// §9: what is lost of one tree is lost of that tree and of those that share directories with it.
func TestOverflow(t *testing.T) {
	s := monitortest.NewSession(t, open)
	a, inner := s.Root("root", monitor.Root{ID: 1}), s.Root("root/inner", monitor.Root{ID: 2})
	other := s.Root("other", monitor.Root{ID: 3})
	check(t, os.MkdirAll(a.Path+"gone/deep", 0o755))
	s.Watch(a)
	s.Watch(inner)
	s.Watch(other)
	m := firstInstance(s.Monitor)
	read := m.reader.Hold() // nobody reads
	defer read()
	var limit int
	_, err := fmt.Sscan(kernel.Sysctl("max_queued_events"), &limit)
	check(t, err)
	for i := range limit/2 + 100 { // each makes two events at least
		write(t, fmt.Sprintf("%sf%d", a.Path, i))
	}
	check(t, os.RemoveAll(a.Path+"gone"))
	roots := []monitor.Root{a, inner, other}
	for _, r := range roots {
		check(t, os.MkdirAll(r.Path+"new/deep", 0o755))
	}
	until(s, event.Create, "new/deep/") // of the other one, while this one waits
	read()
	for _, r := range roots[:2] {
		s.Until(func() string { return "for Overflow" }, func() bool { return overflowed(t, s, r.ID) })
	}
	for _, r := range roots {
		write(t, r.Path+"new/deep/f")
	}
	s.Equal()
	if overflowed(t, s, other.ID) {
		t.Error("a tree of which nothing was lost was reported, too")
	}
}

func overflowed(t *testing.T, s *monitortest.Session, id event.RootID) bool {
	t.Helper()
	for _, e := range s.Log() {
		if e.Kind == event.Overflow && e.Root == id {
			if !strings.Contains(e.Err.Error(), "fs.inotify.max_queued_events") {
				t.Errorf("no remedy in %v", e.Err)
			}
			return true
		}
	}
	return false
}

// TestInstancesShort: without an instance of its own a root shares that of another.
// §9: too few instances to keep all roots apart.
func TestInstancesShort(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	a, b := s.Root("root", monitor.Root{ID: 1}), s.Root("other", monitor.Root{ID: 2})
	check(t, os.WriteFile("/proc/sys/user/max_inotify_instances", []byte("1"), 0))
	s.Watch(a)
	s.Watch(b)
	if n := len(s.Monitor.(*instances).list); n != 1 {
		t.Errorf("%d instances where 1 is allowed", n)
	}
	write(t, a.Path+"f")
	write(t, b.Path+"f")
	s.Equal()
	// An instance that has become empty is used again.
	check(t, os.WriteFile("/proc/sys/user/max_inotify_instances", []byte("100"), 0))
	c := s.Root("third", monitor.Root{ID: 3})
	s.Watch(c)
	s.Monitor.Unwatch(3)
	check(t, s.Monitor.Watch(t.Context(), monitor.Root{ID: 4, Path: c.Path}))
	count := func() int { return len(s.Monitor.(*instances).list) }
	if n := count(); n != 2 {
		t.Errorf("%d instances, not 2", n)
	}
	// And not all that the user may have are taken.
	for i := range 2 * maxInstances {
		s.Watch(s.Root(fmt.Sprint("more/", i), monitor.Root{ID: event.RootID(10 + i)}))
	}
	if n := count(); n != maxInstances {
		t.Errorf("%d instances, not %d", n, maxInstances)
	}
	for _, m := range s.Monitor.(*instances).list {
		if n := len(m.roots); n > 3 {
			t.Errorf("%d roots on one instance", n)
		}
	}
}
