package notify

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/monitortest"
)

// The library's goroutines live as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*inotify).loop"),
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*inotify).send"),
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*nonrecursiveTree).dispatch"),
		goleak.IgnoreAnyFunction("github.com/rjeczalik/notify.(*nonrecursiveTree).internal"))
}

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
