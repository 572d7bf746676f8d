package backend

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

func TestMain(m *testing.M) { monitortest.VerifyMain(m) }

// quick are intervals short enough for tests that wait for them.
var quick = monitor.Options{RootInterval: 20 * time.Millisecond, PollInterval: 50 * time.Millisecond, RescanInterval: 100 * time.Millisecond}

// TestMuxSuite: through a Mux a backend keeps its promises.
func TestMuxSuite(t *testing.T) {
	monitortest.Run(t, func(*testing.T) monitor.Monitor { return NewMux(quick, nil) }, monitortest.Promises{})
}

// TestMux: each root is watched by what it names, all of them report to one receiver, and who watches is told.
func TestMux(t *testing.T) {
	choices := make(chan Choice, 10)
	m := NewMux(quick, func(c Choice) { choices <- c })
	dirs := []string{t.TempDir() + "/", t.TempDir() + "/", t.TempDir() + "/"}
	chosen, _ := Choose(dirs[0])
	for i, name := range []string{"poll", "notify", ""} {
		root := monitor.Root{ID: event.RootID(i + 1), Path: dirs[i], Backend: name}
		if err := m.Watch(t.Context(), root); err != nil {
			t.Fatal(err)
		}
		c, want := <-choices, name
		if name == "" {
			want = chosen
		}
		if c.Root != root.ID || c.Backend != want || (c.Why == "") != (name != "") {
			t.Errorf("%q: %+v", name, c)
		}
		if got := m.Backend(root.ID); got != want {
			t.Errorf("root %d is watched by %q, want %q", root.ID, got, want)
		}
		if err := os.WriteFile(dirs[i]+"file", nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[event.RootID]bool{}
	for len(seen) < len(dirs) {
		for _, e := range <-m.Events() {
			if e.Path == "file" {
				seen[e.Root] = true
			}
		}
	}
	for mark, heard := m.Mark(), false; !heard; {
		select {
		case <-mark:
			heard = true
		case <-m.Events():
		}
	}
	if s := m.Stats(); s.Watched+s.Polled != len(dirs) {
		t.Errorf("%+v, want %d directories", s, len(dirs))
	}
	m.Unwatch(1)
	if got := m.Backend(1); got != "" {
		t.Errorf("after its end root 1 is watched by %q", got)
	}
	if err := m.Watch(context.Background(), monitor.Root{ID: 2, Path: dirs[0]}); err == nil {
		t.Error("a root was watched twice")
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if _, ok := <-m.Events(); ok {
		t.Error("events after close")
	}
	if err := m.Watch(context.Background(), monitor.Root{ID: 9, Path: dirs[0]}); err == nil {
		t.Error("watched after close")
	}
}

func TestMuxUnknown(t *testing.T) {
	m := NewMux(quick, nil)
	defer m.Close()
	for _, err := range []error{
		m.Watch(t.Context(), monitor.Root{ID: 1, Path: t.TempDir() + "/", Backend: "fswatch"}),
		m.Open("fswatch", "/"),
	} {
		if err == nil || !strings.Contains(err.Error(), "inotify") {
			t.Errorf("got %v, want the known names", err)
		}
	}
	if got := m.Backend(1); got != "" {
		t.Errorf("watched by %q", got)
	}
}
