package inotify

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// chain makes directories in each other, each with one more beside the next, and
// returns the path of the last one and an open descriptor of it.
func chain(t *testing.T, root, name string, levels int) (string, int) {
	t.Helper()
	at, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	check(t, err)
	for range levels {
		check(t, unix.Mkdirat(at, "side", 0o755))
		check(t, unix.Mkdirat(at, name, 0o755))
		next, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		check(t, err)
		check(t, unix.Close(at))
		at = next
	}
	t.Cleanup(func() { _ = unix.Close(at) })
	return strings.Repeat(name+"/", levels), at
}

// TestDeep: every directory of a deep tree is watched, none of them by a path from the root, which costs the
// kernel a step for each level; and what happens at the bottom is told whole.
// §9: watches are placed in linear time.
func TestDeep(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{Links: true})
	const levels = 100
	bottom, at := chain(t, r.Path, strings.Repeat("n", 200), levels)
	s.Watch(r)
	within(t, s.Monitor, func(w *watcher) {
		if n := kernelWatches(t, w.reader.FD()); n < 2*levels+1 {
			t.Errorf("%d directories are watched, want %d", n, 2*levels+1)
		}
		if n := cap(w.walker.pathBuf); n > 10*200 {
			t.Errorf("a path of up to %d bytes was resolved", n)
		}
	})
	fd, err := unix.Openat(at, "f", unix.O_CREAT|unix.O_WRONLY, 0o644)
	check(t, err)
	check(t, unix.Linkat(at, "f", at, "g", 0))
	check(t, unix.Close(fd))
	until(s, event.Create, bottom+"g")
	for _, e := range s.Log() {
		if e.Path == bottom+"g" && e.Linked == nil {
			t.Error("the file is not known to have two names")
		}
	}
	check(t, unix.Renameat(at, "f", at, "h"))
	check(t, os.Mkdir(r.Path+"last", 0o755))
	until(s, event.Create, "last/")
}
