package pseudo

import (
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
		m, err := Open(monitor.Options{RootInterval: time.Millisecond, RescanInterval: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}, monitortest.Promises{Once: true})
}
