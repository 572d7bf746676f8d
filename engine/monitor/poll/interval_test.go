package poll

import (
	"os"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// TestInterval: a root may be listed more often than others. Tasks §2 Monitors.
func TestInterval(t *testing.T) {
	m, err := Open(monitor.Options{RescanInterval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	dir := t.TempDir() + "/"
	for id, interval := range []time.Duration{0, time.Millisecond} {
		if err := m.Watch(t.Context(), monitor.Root{ID: 1 + event.RootID(id), Path: dir, PollInterval: interval}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(dir+"f", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := <-m.Events(); len(got) != 1 || got[0].Root != 2 || got[0].Path != "f" {
		t.Errorf("%+v", got)
	}
}
