package monitortest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/monitor"
)

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
