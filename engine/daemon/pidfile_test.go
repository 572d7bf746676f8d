package daemon

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func mustLock(t *testing.T, path string) *Pidfile {
	t.Helper()
	p, err := LockPidfile(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustClose(t *testing.T, p *Pidfile) {
	t.Helper()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func wantContents(t *testing.T, path, want string) {
	t.Helper()
	if b, err := os.ReadFile(path); err != nil || string(b) != want {
		t.Errorf("%s has %q, %v, want %q", path, b, err, want)
	}
}

// §1: the pidfile is locked, and removed at the end.
func TestPidfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	p := mustLock(t, path)
	wantContents(t, path, fmt.Sprintln(os.Getpid()))
	_, err := LockPidfile(path)
	if want := fmt.Sprintf("pidfile %s: process %d runs already", path, os.Getpid()); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("second instance: %v, want %s", err, want)
	}
	mustClose(t, p)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("after Close: %v", err)
	}
	mustClose(t, mustLock(t, path))
}

func TestPidfileOverwrites(t *testing.T) {
	for contents, ok := range map[string]bool{
		"": true, "1\n": true, "99999999": true, " 7 \n": true,
		"root:x:0:0\n": false, "12 34": false, "-1": false, "\n\n": true,
		strings.Repeat(" ", pidMax): false, strings.Repeat("1", 100): false,
	} {
		path := filepath.Join(t.TempDir(), "pid")
		if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := LockPidfile(path)
		if (err == nil) != ok {
			t.Errorf("%q: %v", contents, err)
		}
		if err != nil {
			wantContents(t, path, contents)
			continue
		}
		wantContents(t, path, fmt.Sprintln(os.Getpid()))
		mustClose(t, p)
	}
}

func TestPidfileCannotBeMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "pid")
	if _, err := LockPidfile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// TestPidfileOfOther: what somebody else has put there meanwhile stays.
func TestPidfileOfOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	old := mustLock(t, path)
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	other := mustLock(t, path)
	mustClose(t, old)
	wantContents(t, path, fmt.Sprintln(os.Getpid()))
	mustClose(t, other)
}

func TestPidfileFromOtherDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	p := mustLock(t, "pid")
	t.Chdir("/")
	mustClose(t, p)
	if _, err := os.Stat(filepath.Join(dir, "pid")); !os.IsNotExist(err) {
		t.Errorf("after Close: %v", err)
	}
}

// TestPidfileOfProcess has another process hold the lock and die without a chance
// to clean up.
func TestPidfileOfProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), roleEnv+"=lock")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, err = LockPidfile(path)
	if want := fmt.Sprintf("process %d runs already", cmd.Process.Pid); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process was not killed")
	}
	mustClose(t, mustLock(t, path))
}

// TestPidfileChildren: a child that outlives Close does not keep the lock.
func TestPidfileChildren(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	p := mustLock(t, path)
	cmd := exec.Command(os.Args[0], path+".other")
	cmd.Env = append(os.Environ(), roleEnv+"=lock")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Errorf("%q, %v", line, err)
	}
	again, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	mustClose(t, p)
	if err := lock(again); err != nil {
		t.Errorf("still locked: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // was killed
}

// TestPidfileRace has many instances start and end; never do two run.
// §1: of many at once one gets the pidfile.
func TestPidfileRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	var running, locked atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				p, err := LockPidfile(path)
				if err != nil {
					continue
				}
				if running.Add(1) > 1 {
					t.Error("two instances run")
				}
				if !p.f.InPlace() {
					t.Error("the lock is of a file that was removed")
				}
				locked.Add(1)
				running.Add(-1)
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if locked.Load() == 0 {
		t.Error("nobody got the lock")
	}
}
