//go:build unix

package daemon

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestPidfileOfDyingChild: a killed daemon's child that is about to be started keeps the lock for a moment.
func TestPidfileOfDyingChild(t *testing.T) {
	gone := exec.Command(os.Args[0], "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(path, fmt.Appendln(nil, gone.Process.Pid), 0o600); err != nil {
		t.Fatal(err)
	}
	child, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock(child); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		p, err := LockPidfile(path)
		if err == nil {
			err = p.Close()
		}
		done <- err
	}()
	for tick := range 20 {
		select {
		case err := <-done:
			t.Fatalf("did not wait: %v, tick %d", err, tick)
		case <-time.After(time.Millisecond):
		}
	}
	if err := child.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
