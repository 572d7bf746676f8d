package inotify

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// elsewhere runs the calling test in a process of its own with attr, and returns false;
// in that process it returns true.
func elsewhere(t *testing.T, attr *syscall.SysProcAttr) bool {
	t.Helper()
	const mark = "LSYNCGO_TEST_ELSEWHERE"
	if os.Getenv(mark) != "" {
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), mark+"=1")
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil && cmd.ProcessState == nil: // not even started
		t.Fatalf("this test needs to run as root, or a kernel that lets users make namespaces: %v", err)
	case err != nil:
		t.Fatalf("in a process of its own: %v\n%s", err, out)
	}
	return false
}

// namespaces are a user namespace, which has limits of its own, and a mount namespace.
func namespaces() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	check(t, os.WriteFile(path, []byte("one"), 0o644))
}

// instance is the one that root 1 is on.
func firstInstance(m monitor.Monitor) *instance { return m.(*instances).list[0] }

// within runs f in the owner of the instance that root 1 is on.
func within(t *testing.T, m monitor.Monitor, f func(*watcher)) {
	t.Helper()
	check(t, firstInstance(m).actor.Ask(t.Context(), func(_ context.Context, w *watcher) error { f(w); return nil }))
}

func until(s *monitortest.Session, k event.Kind, path string) {
	s.T.Helper()
	s.Until(func() string { return fmt.Sprintf("for %v %q", k, path) }, func() bool { return s.Has(k, path) })
}

// §3: an unmounted source is lost, not deleted.
func TestUnmount(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("mnt/root", monitor.Root{})
	mnt := filepath.Join(s.Dir, "mnt")
	mount := func() {
		check(t, unix.Mount("none", mnt, "tmpfs", 0, ""))
		check(t, os.MkdirAll(r.Path+"d/e", 0o755))
		write(t, r.Path+"d/e/f")
	}
	mount()
	s.Watch(r)
	write(t, r.Path+"d/g")
	s.Equal()
	s.Take()
	check(t, unix.Unmount(mnt, 0))
	until(s, event.RootLost, "")
	// Where it was mounted there is an empty directory of the same name: not the root.
	within(t, s.Monitor, func(w *watcher) {
		w.trees[0].lookForRoot(time.Now())
		if w.trees[0].top != nil {
			t.Error("took the directory below the mount for the root")
		}
	})
	lost := s.Take()
	for _, e := range lost {
		if e.Kind == event.Delete {
			t.Errorf("Delete of %q by an unmount", e.Path)
		}
		if e.Kind == event.RootLost && !strings.Contains(e.Err.Error(), "mount it again") {
			t.Errorf("no remedy in %v", e.Err)
		}
	}
	if len(lost) != 1 {
		t.Errorf("reported\n%s", monitortest.Format(lost))
	}
	mount()
	defer func() { check(t, unix.Unmount(mnt, unix.MNT_DETACH)) }()
	until(s, event.RootBack, "")
	write(t, r.Path+"d/e/f")
	s.Equal()
}

// §3: a file system mounted below the root goes away.
func TestUnmountBelow(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	check(t, os.Mkdir(r.Path+"mnt", 0o755))
	check(t, unix.Mount("none", r.Path+"mnt", "tmpfs", 0, ""))
	check(t, os.Mkdir(r.Path+"mnt/d", 0o755))
	s.Watch(r)
	check(t, unix.Unmount(r.Path+"mnt", 0))
	until(s, event.Unmounted, "mnt/")
	for _, e := range s.Take() {
		if e.Kind == event.Delete {
			t.Errorf("Delete of %q by an unmount", e.Path)
		}
	}
	write(t, r.Path+"mnt/f")
	until(s, event.Create, "mnt/f")
}

// TestBind: one directory is at two places of one tree.
func TestBind(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	check(t, os.MkdirAll(r.Path+"a/d", 0o755))
	check(t, os.Mkdir(r.Path+"b", 0o755))
	check(t, unix.Mount(r.Path+"a", r.Path+"b", "", unix.MS_BIND, ""))
	defer func() { check(t, unix.Unmount(r.Path+"b", unix.MNT_DETACH)) }()
	s.Watch(r)
	write(t, r.Path+"a/d/f")
	check(t, os.Rename(r.Path+"a/d", r.Path+"a/e"))
	check(t, os.Mkdir(r.Path+"b/e/g", 0o755))
	write(t, r.Path+"a/e/g/h")
	until(s, event.Create, "a/e/g/h")
	until(s, event.Create, "b/e/g/h")
	s.Equal()
}

func TestUnreadable(t *testing.T) {
	attr := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		attr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	if !elsewhere(t, attr) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	check(t, os.MkdirAll(r.Path+"d/e", 0o755))
	check(t, os.Chmod(r.Path+"d", 0))
	s.Watch(r)
	until(s, event.Unwatched, "d/")
	for _, e := range s.Take() {
		if e.Kind == event.Unwatched && !strings.Contains(e.Err.Error(), "permission") {
			t.Errorf("no remedy in %v", e.Err)
		}
	}
	check(t, os.Chmod(r.Path+"d", 0o755))
	until(s, event.Create, "d/e/")
	write(t, r.Path+"d/e/f")
	s.Equal()
}

func TestExchange(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	check(t, os.MkdirAll(r.Path+"a/x", 0o755))
	check(t, os.MkdirAll(r.Path+"b/y", 0o755))
	write(t, r.Path+"f")
	check(t, os.WriteFile(r.Path+"g", []byte("other"), 0o600))
	s.Watch(r)
	swap := func(a, b string) {
		check(t, unix.Renameat2(unix.AT_FDCWD, r.Path+a, unix.AT_FDCWD, r.Path+b, unix.RENAME_EXCHANGE))
		s.Equal()
	}
	swap("f", "g")
	swap("a", "b")
	write(t, r.Path+"a/y/1")
	write(t, r.Path+"b/x/1")
	s.Equal()
	swap("a", "f")
	write(t, r.Path+"f/y/2")
	s.Equal()
}

// TestMovedAbove: a directory above the root is renamed.
func TestMovedAbove(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("a/b/top", monitor.Root{})
	s.Watch(r)
	check(t, os.Rename(s.Dir+"a", s.Dir+"z"))
	until(s, event.RootLost, "")
	write(t, s.Dir+"z/b/top/f")
	check(t, os.Rename(s.Dir+"z", s.Dir+"a"))
	until(s, event.RootBack, "")
	write(t, r.Path+"g")
	s.Equal()
}

// TestNotOpened: what is not a regular file is not opened to see who writes it.
func TestNotOpened(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	check(t, unix.Mkfifo(r.Path+"fifo", 0o644))
	until(s, event.Create, "fifo")
	// A reader would let this succeed.
	if fd, err := unix.Open(r.Path+"fifo", unix.O_WRONLY|unix.O_NONBLOCK, 0); err != unix.ENXIO {
		unix.Close(fd)
		t.Errorf("somebody has the fifo open: %v", err)
	}
}

// TestHoldEnds: a file that stays open is reported after CreateHold.
// §9: a file is not held back for ever.
func TestHoldEnds(t *testing.T) {
	s := monitortest.NewSession(t, func(t *testing.T) monitor.Monitor {
		m, err := Open(monitor.Options{CreateHold: 30 * time.Millisecond})
		check(t, err)
		return m
	})
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	f, err := os.Create(r.Path + "f")
	check(t, err)
	until(s, event.Create, "f")
	check(t, f.Close())
	until(s, event.Modify, "f")
}

// TestIdle: after all kinds of things have happened, nothing waits for a time.
func TestIdle(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	check(t, os.MkdirAll(r.Path+"a/b/c", 0o755))
	check(t, os.Rename(r.Path+"a", r.Path+"d"))
	check(t, os.MkdirAll(r.Path+"a/b", 0o755))
	check(t, os.Rename(r.Path+"d", s.Dir+"d"))
	f, err := os.Create(r.Path + "f")
	check(t, err)
	check(t, f.Close())
	check(t, os.Symlink("x", r.Path+"l"))
	s.Equal()
	s.Until(func() string { return "for nothing to be due" }, func() bool {
		var due time.Time
		within(t, s.Monitor, func(w *watcher) { due = w.due() })
		if !due.IsZero() {
			write(t, r.Path+"tick")
		}
		return due.IsZero()
	})
}

// TestNoWatchLeft: what is dropped, excluded or no longer wanted has no watch.
// §8: excluded directories get no watch.
func TestNoWatchLeft(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{Excluded: func(p string) bool { return strings.HasPrefix(p, "x") }})
	for _, d := range []string{"a/b/c", "x/y", "d/e"} {
		check(t, os.MkdirAll(r.Path+d, 0o755))
	}
	s.Watch(r)
	watches := func() (n int) {
		var above int
		within(t, s.Monitor, func(w *watcher) {
			above = len(w.above)
			if len(w.nodes) > 0 && len(w.trees) == 0 {
				t.Errorf("%d nodes without a tree", len(w.nodes))
			}
		})
		return kernelWatches(t, firstInstance(s.Monitor).reader.FD()) - above
	}
	want := func(n int) {
		t.Helper()
		s.Until(func() string { return fmt.Sprintf("for %d watches, there are %d", n, watches()) }, func() bool {
			if watches() == n {
				return true
			}
			write(t, r.Path+"tick")
			return false
		})
	}
	want(6) // root, a, a/b, a/b/c, d, d/e
	check(t, os.Rename(r.Path+"a", r.Path+"x/a"))
	want(3)
	check(t, os.Rename(r.Path+"d", s.Dir+"d"))
	want(1)
	check(t, os.Rename(r.Path+"x/a", r.Path+"a"))
	want(4)
	check(t, os.RemoveAll(r.Path+"a"))
	want(1)
	s.Monitor.Unwatch(1)
	if n := watches(); n != 0 {
		t.Errorf("%d watches after Unwatch", n)
	}
}

// kernelWatches counts what the kernel says this inotify instance watches.
func kernelWatches(t *testing.T, fd int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	check(t, err)
	return strings.Count(string(b), "inotify wd:")
}

// §9: a file that was written in a new directory before that was watched, and is closed after, counts as written, although
// nothing tells of the writing.
func TestWrittenBeforeWatch(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{Mode: event.CloseWriteAfterModify})
	s.Watch(r)
	read := firstInstance(s.Monitor).reader.Hold() // nobody reads
	check(t, os.Mkdir(r.Path+"d", 0o755))
	f, err := os.Create(r.Path + "d/f")
	check(t, err)
	_, err = f.WriteString("one")
	check(t, err)
	read()
	until(s, event.Create, "d/")
	check(t, f.Close())
	s.Until(func() string { return "for d/f to be written" }, func() bool {
		return slices.ContainsFunc(s.Log(), func(e event.Event) bool { return e.Path == "d/f" && (e.Written || e.Kind == event.Modify) })
	})
}
