package monitortest

import (
	"os"
	"strings"
	"testing"

	"lsyncgo/engine/monitor"
)

// testProgress: while a root is walked through, the monitor tells how far the walk has come, and afterwards nothing.
func testProgress(t *testing.T, open func(*testing.T) monitor.Monitor, _ Promises) {
	s := NewSession(t, open)
	begun, goOn := make(chan struct{}), make(chan struct{})
	r := s.Root("root", monitor.Root{ID: 1, Excluded: func(path string) bool {
		if strings.HasPrefix(path, "a/b") {
			select {
			case begun <- struct{}{}:
				<-goOn
			case <-goOn:
			}
		}
		return false
	}})
	if err := os.MkdirAll(r.Path+"a/b", 0o755); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Monitor.Watch(t.Context(), r) }()
	<-begun
	if n, of := s.Monitor.Walked(1), s.Monitor.Stats().Walked; n < 1 || n > 2 || of != n {
		t.Errorf("in the second directory %d were looked at, %d of all roots", n, of)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := s.Monitor.Walked(1); n != 0 {
		t.Errorf("a walk that has ended goes on: %d directories", n)
	}
}
