package inotify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// openWithCrew opens a monitor each of whose walks has a crew from its second directory on.
func openWithCrew(t *testing.T) monitor.Monitor {
	t.Helper()
	m := open(t)
	m.(*instances).shared.solo = 1
	return m
}

// TestSuiteWithCrew: a walk by several keeps every promise of a walk by one.
func TestSuiteWithCrew(t *testing.T) {
	t.Parallel()
	monitortest.Run(t, openWithCrew, monitortest.Promises{Exact: true, Modes: true, Deep: true})
}

// broad makes about n directories, each with up to ten others and a file in it, and returns their paths below dir.
func broad(t *testing.T, dir string, n int) (paths []string) {
	t.Helper()
	for queue := []string{""}; len(paths) < n; queue = queue[1:] {
		for i := range 10 {
			path := fmt.Sprintf("%sd%d/", queue[0], i)
			check(t, os.MkdirAll(dir+path, 0o755))
			write(t, dir+path+"f")
			paths, queue = append(paths, path), append(queue, path)
		}
	}
	return paths
}

// TestWalkByCrew: every directory has its watch in the tree, and no other is left; what is excluded has none.
func TestWalkByCrew(t *testing.T) {
	t.Parallel()
	s := monitortest.NewSession(t, openWithCrew)
	r := s.Root("root", monitor.Root{Excluded: func(path string) bool { return strings.Contains(path, "d7/") }})
	want := 1
	for _, path := range broad(t, r.Path, 500) {
		if !r.Excluded(path) {
			want++
		}
	}
	s.Watch(r)
	within(t, s.Monitor, func(w *watcher) {
		tree, n := w.trees[0], 0
		tree.top.below(func(k *node) {
			n++
			if !tree.current(k) {
				t.Errorf("%s does not have the watch of its directory", tree.rel(k))
			}
		})
		if kernel := kernelWatches(t, w.reader.FD()) - len(w.above); n != want || kernel != want {
			t.Errorf("%d directories in the tree, %d watched, want %d", n, kernel, want)
		}
	})
	if n := s.Monitor.(*instances).shared.walkers.Load(); n != 0 {
		t.Errorf("%d walkers are left", n)
	}
}

// TestCreatesByCrew: of a large tree that is moved in each entry is reported once, behind the directory that it is in.
func TestCreatesByCrew(t *testing.T) {
	t.Parallel()
	s := monitortest.NewSession(t, openWithCrew)
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	paths := broad(t, s.Dir+"outside/", 300)
	check(t, os.Rename(s.Dir+"outside", r.Path+"in"))
	s.Equal()
	seen := map[string]bool{"./": true}
	for _, e := range s.Take() {
		if e.Kind != event.Create || strings.HasPrefix(e.Path, ".sync-") {
			continue
		}
		if seen[e.Path] {
			t.Errorf("%s is reported twice", e.Path)
		}
		if dir := filepath.Dir(strings.TrimSuffix(e.Path, "/")) + "/"; !seen[dir] {
			t.Errorf("%s is reported before %s", e.Path, dir)
		}
		seen[e.Path] = true
	}
	if len(seen) != 2+2*len(paths) {
		t.Errorf("%d entries are reported, want %d", len(seen)-1, 1+2*len(paths))
	}
}

// TestWalkCancelled: a walk that is no longer wanted ends in the middle, with all its goroutines, and leaves no watch.
func TestWalkCancelled(t *testing.T) {
	t.Parallel()
	s := monitortest.NewSession(t, openWithCrew)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	reason := errors.New("no longer wanted")
	var asked atomic.Int32
	r := s.Root("root", monitor.Root{Excluded: func(string) bool {
		if asked.Add(1) == 150 {
			cancel(reason)
		}
		return false
	}})
	paths := broad(t, r.Path, 800)
	if err := s.Monitor.Watch(ctx, r); !errors.Is(err, reason) {
		t.Errorf("Watch returned %v", err)
	}
	if n := int(asked.Load()); n > len(paths)-100 {
		t.Errorf("the walk went on: it came to %d directories of %d", n, len(paths))
	}
	within(t, s.Monitor, func(w *watcher) { w.caughtUp(true) })
	within(t, s.Monitor, func(w *watcher) {
		if n := kernelWatches(t, w.reader.FD()); n != 0 {
			t.Errorf("%d watches are left", n)
		}
	})
}

// TestCloseEndsWalk, §10: Close does not wait for the end of a walk through a new directory.
func TestCloseEndsWalk(t *testing.T) {
	t.Parallel()
	m := openWithCrew(t)
	dir := t.TempDir() + "/"
	check(t, os.Mkdir(dir+"root", 0o755))
	begun, closing := make(chan struct{}), make(chan struct{})
	var asked atomic.Int32
	check(t, m.Watch(t.Context(), monitor.Root{ID: 1, Path: dir + "root/", Excluded: func(string) bool {
		if asked.Add(1) == 50 {
			close(begun)
			<-closing
		}
		return false
	}}))
	paths := broad(t, dir+"outside/", 500)
	check(t, os.Rename(dir+"outside", dir+"root/in"))
	<-begun
	context.AfterFunc(firstInstance(m).actor.Context(), func() { close(closing) })
	check(t, m.Close())
	for range m.Events() { // drained, then closed
	}
	if n := int(asked.Load()); n > len(paths) {
		t.Errorf("the walk went on: it came to %d entries", n)
	}
}

// TestWalkAmongRenames: directories that are renamed while walks go on are watched in the end, at the names they have then.
func TestWalkAmongRenames(t *testing.T) {
	t.Parallel()
	s := monitortest.NewSession(t, openWithCrew)
	r := s.Root("root", monitor.Root{})
	broad(t, r.Path, 100)
	s.Watch(r)
	for i := range 30 {
		done := make(chan error, 1)
		go func() {
			done <- os.Rename(fmt.Sprintf("%sd%d", r.Path, i%10), fmt.Sprintf("%sd%d/away", r.Path, (i+1)%10))
		}()
		s.Monitor.Relist(r.ID, "", monitor.Want{})
		check(t, <-done)
		check(t, os.Rename(fmt.Sprintf("%sd%d/away", r.Path, (i+1)%10), fmt.Sprintf("%sd%d", r.Path, i%10)))
	}
	s.Equal()
	write(t, r.Path+"d1/d1/last")
	s.Equal()
}

// TestOverflowDropsDirectories: a directory whose deletion was among lost events is in the tree no more.
func TestOverflowDropsDirectories(t *testing.T) {
	t.Parallel()
	s := monitortest.NewSession(t, open)
	r := s.Root("root", monitor.Root{})
	check(t, os.MkdirAll(r.Path+"d/gone", 0o755))
	check(t, os.MkdirAll(r.Path+"d/stays", 0o755))
	s.Watch(r)
	within(t, s.Monitor, func(w *watcher) {
		check(t, os.Remove(r.Path+"d/gone"))
		w.overflow()
		d := w.trees[0].top.child("d")
		if d.child("gone") != nil || d.child("stays") == nil {
			t.Errorf("gone: %v, stays: %v", d.child("gone"), d.child("stays"))
		}
	})
}
