package notify

import (
	"fmt"
	"os"
	"testing"
	"time"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

func TestMain(m *testing.M) { monitortest.VerifyMain(m) }

// Tasks §2 Monitors.
func TestSuite(t *testing.T) {
	monitortest.Run(t, func(t *testing.T) monitor.Monitor {
		t.Helper()
		m, err := Open(monitor.Options{RootInterval: 20 * time.Millisecond, RescanInterval: 500 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}, monitortest.Promises{})
}

// TestHints: without a rescan, what happens in a directory that the library has only just heard of is seen.
func TestHints(t *testing.T) {
	s := monitortest.NewSession(t, func(t *testing.T) monitor.Monitor {
		t.Helper()
		m, err := Open(monitor.Options{RescanInterval: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		return m
	})
	r := s.Root("root", monitor.Root{})
	s.Watch(r)
	for i := range 50 {
		dir := fmt.Sprintf("%sd%d/deep/deeper", r.Path, i)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/file", []byte("one"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.Equal()
}
