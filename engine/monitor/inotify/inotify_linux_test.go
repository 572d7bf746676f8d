package inotify

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick are intervals short enough for tests that wait for them.
var quick = monitor.Options{PollInterval: 50 * time.Millisecond, RootInterval: 20 * time.Millisecond}

func open(t *testing.T) monitor.Monitor {
	t.Helper()
	m, err := Open(quick)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// §3: which events the kernel's become. §2: subdirs = false.
// §9: half-written files are held back; the values of inotifyMode.
func TestSuite(t *testing.T) {
	monitortest.Run(t, open, monitortest.Promises{Exact: true, Modes: true, Deep: true})
}
