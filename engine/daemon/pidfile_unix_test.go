//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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

// A device or a FIFO is no pidfile that can be locked: the number is written to it, and it stays.
func TestPidfileIsWrittenThrough(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(fifo, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, path := range []string{"/dev/null", fifo} {
		p, err := LockPidfile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode().IsRegular() {
			t.Errorf("%s is %v now, %v", path, info, err)
		}
	}
	text := make([]byte, 100)
	if n, err := reader.Read(text); string(text[:n]) != fmt.Sprintln(os.Getpid()) {
		t.Errorf("the reader got %q, %v", text[:n], err)
	}
}

// A link of ours stays, and the file it leads to is the pidfile.
func TestPidfileIsLink(t *testing.T) {
	dir := t.TempDir()
	link, file := filepath.Join(dir, "link"), filepath.Join(dir, "pid")
	if err := os.Symlink("pid", link); err != nil {
		t.Fatal(err)
	}
	p, err := LockPidfile(link)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); string(text) != fmt.Sprintln(os.Getpid()) {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := LockPidfile(file); err == nil {
		t.Error("locked twice, by two names")
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file: %v", err)
	}
	if _, err := os.Lstat(link); err != nil {
		t.Errorf("the link: %v", err)
	}
}
