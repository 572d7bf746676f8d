package poll

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Tasks §2 Monitors.
func TestSuite(t *testing.T) {
	monitortest.Run(t, func(t *testing.T) monitor.Monitor {
		t.Helper()
		m, err := Open(monitor.Options{RootInterval: 20 * time.Millisecond, RescanInterval: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}, monitortest.Promises{})
}
