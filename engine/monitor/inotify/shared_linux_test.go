package inotify

import (
	"os"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// §3: one watch of the kernel for a directory serves all syncs that see it, be their sources the same, nested or limited.
func TestOneWatchForAll(t *testing.T) {
	s := monitortest.NewSession(t, open)
	outer := s.Root("root", monitor.Root{ID: 1})
	same := s.Root("root", monitor.Root{ID: 2})
	inner := s.Root("root/a/b", monitor.Root{ID: 3})
	flat := s.Root("root/a", monitor.Root{ID: 4, Flat: true})
	check(t, os.MkdirAll(outer.Path+"a/b/c", 0o755))
	// Those of outer are root, a, b, c and some directories above.
	watches := func() (n int) {
		for _, g := range s.Monitor.(*groups).list {
			n += kernelWatches(t, g.reader.FD())
		}
		return n
	}
	s.Watch(outer)
	first := watches()
	for i, r := range []monitor.Root{same, inner, flat} {
		s.Watch(r)
		if n := watches(); n != first || n < 4 {
			t.Errorf("%d watches with %d syncs, %d with one", n, i+2, first)
		}
	}
	check(t, os.Mkdir(inner.Path+"d", 0o755))
	write(t, inner.Path+"d/f")
	until(s, event.Create, "a/b/d/f")
	s.Equal()
	if n := watches(); n != first+1 {
		t.Errorf("%d watches with a new directory, %d without", n, first)
	}
}
