package inotify

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// mountAt mounts an empty file system.
func mountAt(t *testing.T, path string) {
	t.Helper()
	check(t, os.MkdirAll(path, 0o755))
	check(t, unix.Mount("none", path, "tmpfs", 0, ""))
}

// told returns the events about mounts, in order, and of others those whose kinds are given.
func told(s *monitortest.Session, others ...event.Kind) (list []string) {
	for _, e := range s.Log() {
		wanted := e.Kind == event.Mounted || e.Kind == event.Unmounted
		for _, k := range others {
			wanted = wanted || e.Kind == k
		}
		if wanted {
			list = append(list, strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.Path, map[bool]string{true: " empty"}[e.Empty])))
		}
	}
	return list
}

// awaits waits until these events about mounts, and no others, were told.
func awaits(s *monitortest.Session, wanted ...string) {
	s.T.Helper()
	text := strings.Join(wanted, ", ")
	s.Until(func() string { return fmt.Sprintf("for %s; told: %q", text, told(s)) }, func() bool {
		return strings.Join(told(s), ", ") == text
	})
	s.Take()
}

// §3: the monitor tells what is mounted below a root, and what is not any more.
func TestMountsTold(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{Mounts: []string{"a/m/", "gone/"}, Excluded: func(p string) bool { return strings.HasPrefix(p, "skip/") }})
	mountAt(t, r.Path+"a/m")
	write(t, r.Path+"a/m/f")
	mountAt(t, r.Path+"a/m/in")
	mountAt(t, r.Path+"skip/m")
	s.Watch(r)
	awaits(s, "Mounted a/m/", "Mounted a/m/in/ empty", "Unmounted gone/")
	check(t, unix.Unmount(r.Path+"skip/m", 0))
	check(t, unix.Unmount(r.Path+"a/m/in", 0))
	awaits(s, "Unmounted a/m/in/")
	mountAt(t, r.Path+"new")
	awaits(s, "Mounted new/ empty")

	// A directory above is renamed: the mount goes along.
	check(t, os.Rename(r.Path+"a", r.Path+"b"))
	until(s, event.Move, "a/")
	s.Sync() // it may be told that it is mounted there now
	s.Take()
	check(t, unix.Unmount(r.Path+"b/m", unix.MNT_DETACH))
	awaits(s, "Unmounted b/m/")

	// Out of the root, and back with what is mounted below it.
	mountAt(t, r.Path+"out/m")
	awaits(s, "Mounted out/m/ empty")
	check(t, os.Rename(r.Path+"out", s.Dir+"out"))
	until(s, event.Delete, "out/")
	check(t, os.Rename(s.Dir+"out", r.Path+"out"))
	until(s, event.Mounted, "out/m/")
	awaits(s, "Mounted out/m/ empty")

	// The mount is moved, and its mount point is not.
	check(t, os.MkdirAll(s.Dir+"there", 0o755))
	check(t, unix.Mount(r.Path+"out/m", s.Dir+"there", "", unix.MS_MOVE, ""))
	awaits(s, "Unmounted out/m/")
	check(t, unix.Unmount(s.Dir+"there", 0))
	check(t, unix.Unmount(r.Path+"new", 0))
	awaits(s, "Unmounted new/")
}

// §3: what is unmounted and then removed is unmounted first, however late the monitor learns of both.
func TestUnmountedBeforeDeleted(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	for _, how := range []int{0, unix.MNT_DETACH} {
		s := monitortest.NewSession(t, open)
		r := s.Root("root", monitor.Root{})
		mountAt(t, r.Path+"a/b/m")
		check(t, os.MkdirAll(r.Path+"a/b/m/d/e", 0o755))
		s.Watch(r)
		awaits(s, "Mounted a/b/m/")
		m := firstInstance(s.Monitor)
		read := m.reader.Hold() // nobody reads
		check(t, unix.Unmount(r.Path+"a/b/m", how))
		check(t, os.RemoveAll(r.Path+"a"))
		read()
		until(s, event.Delete, "a/")
		for _, line := range told(s, event.Delete) {
			if line == "Unmounted a/b/m/" {
				break
			}
			if strings.HasPrefix(line, "Delete") {
				t.Errorf("%s before it is told that it was unmounted: %q", line, told(s, event.Delete))
			}
		}
		s.Take()
	}
}

// §3: a mount that has got the number of one that is no more is not that one, wherever it is.
func TestUnmountedNumberTaken(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	for _, place := range []string{"outside", "root/inside"} {
		s := monitortest.NewSession(t, open)
		r := s.Root("root", monitor.Root{})
		mountAt(t, s.Dir+"disk")
		write(t, s.Dir+"disk/f")
		check(t, os.MkdirAll(r.Path+"a/m", 0o755))
		check(t, unix.Mount(s.Dir+"disk", r.Path+"a/m", "", unix.MS_BIND, "")) // inotify tells only of the last one
		s.Watch(r)
		awaits(s, "Mounted a/m/")
		within(t, s.Monitor, func(*watcher) { // nobody looks meanwhile
			check(t, unix.Unmount(r.Path+"a/m", 0))
			check(t, os.RemoveAll(r.Path+"a"))
			for i := range 20 { // of which one gets the number
				mountAt(t, fmt.Sprint(s.Dir, place, i))
			}
		})
		until(s, event.Delete, "a/")
		if list := told(s, event.Delete); !slices.Contains(list, "Unmounted a/m/") {
			t.Errorf("%s: told: %q", place, list)
		}
		for i := range 20 {
			check(t, unix.Unmount(fmt.Sprint(s.Dir, place, i), 0))
		}
		check(t, unix.Unmount(s.Dir+"disk", 0))
	}
}

// §3: what was unmounted while the root was away is told when it is back, before it is.
func TestUnmountedWhileLost(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("mnt/root", monitor.Root{})
	disk := s.Dir + "disk"
	mountAt(t, disk)
	check(t, os.MkdirAll(disk+"/root/sub", 0o755))
	bind := func() { check(t, unix.Mount(disk, s.Dir+"mnt", "", unix.MS_BIND, "")) }
	bind()
	mountAt(t, r.Path+"sub")
	write(t, r.Path+"sub/f")
	s.Watch(r)
	awaits(s, "Mounted sub/")
	check(t, unix.Unmount(r.Path+"sub", 0))
	check(t, unix.Unmount(s.Dir+"mnt", 0))
	until(s, event.RootLost, "")
	bind()
	until(s, event.RootBack, "")
	list := told(s, event.RootLost, event.RootBack)
	unmounted := 0
	for i, line := range list {
		if line == "Unmounted sub/" && list[len(list)-1] != line {
			unmounted = i + 1
		}
	}
	if unmounted == 0 {
		t.Errorf("told: %q", list)
	}
	check(t, unix.Unmount(s.Dir+"mnt", unix.MNT_DETACH))
	check(t, unix.Unmount(disk, unix.MNT_DETACH))
}

// §3: when events are lost, mounts are not.
func TestUnmountedInOverflow(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	mountAt(t, r.Path+"stays")
	write(t, r.Path+"stays/f")
	mountAt(t, r.Path+"a/moves")
	write(t, r.Path+"a/moves/f")
	mountAt(t, r.Path+"goes")
	s.Watch(r)
	awaits(s, "Mounted a/moves/", "Mounted goes/ empty", "Mounted stays/")
	within(t, s.Monitor, func(w *watcher) {
		check(t, os.Rename(r.Path+"a", r.Path+"b"))
		check(t, unix.Unmount(r.Path+"goes", 0))
		check(t, os.Remove(r.Path+"goes"))
		w.now = time.Now()
		w.overflow()
		w.flush()
	})
	s.Until(func() string { return "for Overflow" }, func() bool { return overflowed(t, s, r.ID) })
	until(s, event.Mounted, "stays/")
	list := strings.Join(told(s, event.Overflow), ", ")
	if !strings.HasSuffix(list, "Overflow, Mounted b/moves/, Mounted stays/") || !strings.Contains(list, "Unmounted goes/") || strings.Contains(list, "Unmounted a/") {
		t.Errorf("told: %s", list)
	}
	check(t, unix.Unmount(r.Path+"stays", 0))
	check(t, unix.Unmount(r.Path+"b/moves", 0))
}

// §2 subdirs: a startup looks below the source of a flat sync, too.
func TestUnmountedBelowFlat(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{Flat: true})
	mountAt(t, r.Path+"a/m")
	s.Watch(r)
	awaits(s, "Mounted a/m/ empty")
	check(t, unix.Unmount(r.Path+"a/m", 0))
	awaits(s, "Unmounted a/m/")
}

// §3: a file system that takes the place of another while nobody looks is another one, although the kernel gives it the same number.
func TestMountReplaced(t *testing.T) {
	if !elsewhere(t, namespaces()) {
		return
	}
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	full, empty := s.Dir+"full", s.Dir+"empty"
	check(t, os.MkdirAll(full+"/d", 0o755))
	check(t, os.MkdirAll(empty, 0o755))
	at := r.Path + "a/m"
	check(t, os.MkdirAll(at, 0o755))
	bind := func(dir string) { check(t, unix.Mount(dir, at, "", unix.MS_BIND, "")) }
	bind(full)
	s.Watch(r)
	awaits(s, "Mounted a/m/")
	for range 3 { // two of the same device, too
		within(t, s.Monitor, func(*watcher) {
			check(t, unix.Unmount(at, 0))
			bind(empty)
		})
		until(s, event.Create, "a/m/")
		if list := strings.Join(told(s, event.Delete), ", "); !strings.HasPrefix(list, "Unmounted a/m/, Mounted a/m/ empty") {
			t.Errorf("told: %s", list)
		}
		s.Take()
		within(t, s.Monitor, func(*watcher) {
			check(t, unix.Unmount(at, 0))
			bind(full)
		})
		until(s, event.Create, "a/m/d/")
		if list := strings.Join(told(s, event.Delete), ", "); !strings.HasPrefix(list, "Unmounted a/m/, Mounted a/m/") {
			t.Errorf("told: %s", list)
		}
		s.Take()
	}
	check(t, unix.Unmount(at, 0))
}

// §3: a file system that is mounted again and is empty by now was emptied by somebody, if it is the same one.
func TestMountedAgainEmpty(t *testing.T) {
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	disk, at := s.Dir+"disk", r.Path+"a/m"
	check(t, os.MkdirAll(disk, 0o755))
	check(t, os.MkdirAll(at, 0o755))
	write(t, disk+"/f")
	bind := func(dir string) { check(t, unix.Mount(dir, at, "", unix.MS_BIND, "")) }
	t.Cleanup(func() { _ = unix.Unmount(at, unix.MNT_DETACH) })
	bind(disk)
	s.Watch(r)
	awaits(s, "Mounted a/m/")
	check(t, unix.Unmount(at, 0))
	awaits(s, "Unmounted a/m/")
	check(t, os.Rename(disk, s.Dir+"full"))
	check(t, os.Mkdir(disk, 0o755))
	bind(disk) // another one
	awaits(s, "Mounted a/m/ empty")
	check(t, unix.Unmount(at, 0))
	awaits(s, "Unmounted a/m/")
	check(t, os.Remove(s.Dir+"full/f"))
	bind(s.Dir + "full")
	awaits(s, "Mounted a/m/")
}
