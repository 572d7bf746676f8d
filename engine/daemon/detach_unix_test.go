//go:build unix

package daemon

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// facts are what a daemon finds out about itself.
type facts struct {
	StartDir, Dir string
	Leader        bool // of its own session
	Streams       [3]string
	Env           string
	ChildIsChild  bool // a child of the daemon takes itself for the daemon
	Again         error
}

func init() {
	roles["ready"] = func(args []string) int {
		var f facts
		f.StartDir, _ = os.Getwd()
		f.Env = os.Getenv(envPipe)
		if sid, err := unix.Getsid(0); err == nil {
			f.Leader = sid == os.Getpid()
		}
		for fd := range f.Streams {
			f.Streams[fd] = streamName(fd)
		}
		self, _ := os.Executable()
		child := exec.Command(self)
		child.Env = append(os.Environ(), roleEnv+"=child?")
		f.ChildIsChild = child.Run() == nil
		if Ready() != nil {
			return 1
		}
		Fail("too late", 9)
		f.Again = Ready()
		f.Dir, _ = os.Getwd()
		b, _ := json.Marshal(f)
		writeAll(args[0], b)
		return 0
	}
	roles["child?"] = func([]string) int {
		var st unix.Stat_t
		inherited := unix.Fstat(3, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
		if inherited || IsChild() || os.Getenv(envPipe) != "" {
			return 0
		}
		return 1
	}
	roles["fail"] = func(args []string) int {
		Fail(args[0], 7)
		Fail("a second reason", 8)
		return 7
	}
	roles["exit"] = func(args []string) int { return len(args) }
	roles["panic"] = func([]string) int { panic("unexpected") }
	roles["kill"] = func([]string) int {
		_ = unix.Kill(os.Getpid(), unix.SIGKILL)
		select {}
	}
	roles["hang"] = func(args []string) int {
		writeAll(args[0], []byte("here"))
		select {}
	}
	// orphan waits until its starter is gone.
	roles["orphan"] = func(args []string) int {
		starter := os.Getppid()
		writeAll(args[0], []byte("here"))
		for os.Getppid() == starter {
			runtime.Gosched()
		}
		if err := Ready(); err != nil {
			return 1
		}
		writeAll(args[1], []byte("alive"))
		return 0
	}
}

// writeAll makes the file appear with all of its contents.
func writeAll(path string, b []byte) {
	if os.WriteFile(path+".part", b, 0o600) == nil {
		_ = os.Rename(path+".part", path)
	}
}

func streamName(fd int) string {
	var st, null unix.Stat_t
	if unix.Fstat(fd, &st) != nil || unix.Stat(os.DevNull, &null) != nil || st.Rdev != null.Rdev {
		return "not null"
	}
	return "null"
}

// starterCmd returns a process that starts a daemon in a role.
func starterCmd(t *testing.T, dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = dir
	// The race detector would have each process sleep for a second at its end.
	cmd.Env = append(os.Environ(), roleEnv+"=start", "GORACE=atexit_sleep_ms=0")
	stderr := new(bytes.Buffer)
	cmd.Stderr = stderr
	return cmd, stderr
}

// §1: session, directory and streams of a daemon.
func TestReady(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "facts")
	cmd, stderr := starterCmd(t, dir, "ready", out)
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("%v, %q", err, stderr)
	}
	var got facts
	waitFor(t, "the daemon's facts", func() bool {
		b, err := os.ReadFile(out)
		return err == nil && json.Unmarshal(b, &got) == nil
	})
	if want := (facts{StartDir: dir, Dir: "/", Leader: true, Streams: [3]string{"null", "null", "null"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// §1: what the starter prints and exits with.
func TestNotReady(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"fail", "watch /src: no such directory\nsecond line"}, 7, "watch /src: no such directory\nsecond line\n"},
		{[]string{"exit", "a", "b", "c"}, 3, "did not say why (exit status 3); start it with -nodaemon"},
		{[]string{"exit"}, 255, "did not say why (exit status 0)"},
		{[]string{"panic"}, 2, "did not say why (exit status 2)"},
		{[]string{"kill"}, 137, "did not say why (signal: killed)"},
	} {
		cmd, stderr := starterCmd(t, "", tt.args...)
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(stderr.String(), tt.text) || strings.Contains(stderr.String(), "a second reason") {
			t.Errorf("%q: %v, code %d, %q", tt.args, err, code, stderr)
		}
	}
}

func startAndWaitFor(t *testing.T, file string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd, stderr := starterCmd(t, "", args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the daemon", func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	return cmd, stderr
}

// TestInterrupt interrupts the starter while the daemon takes its time.
func TestInterrupt(t *testing.T) {
	here := filepath.Join(t.TempDir(), "here")
	cmd, stderr := startAndWaitFor(t, here, "hang", here)
	if err := cmd.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 143 || !strings.Contains(stderr.String(), "signal: terminated") {
		t.Errorf("%v, %q", err, stderr)
	}
}

// TestStarterKilled: the daemon does without it.
func TestStarterKilled(t *testing.T) {
	dir := t.TempDir()
	here, alive := filepath.Join(dir, "here"), filepath.Join(dir, "alive")
	cmd, _ := startAndWaitFor(t, here, "orphan", here, alive)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the starter was not killed")
	}
	waitFor(t, "the daemon", func() bool {
		_, err := os.Stat(alive)
		return err == nil
	})
}

// TestForeignVariable: a number in the environment that is not a starter's pipe.
func TestForeignVariable(t *testing.T) {
	for _, v := range []string{"0", "2", "3", "12345", "-1", "x", ""} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), envPipe+"="+v, roleEnv+"=child?")
		var exit *exec.ExitError
		if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%s=%s: %v", envPipe, v, err)
		}
	}
}

func TestWithoutStarter(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if IsChild() || Ready() != nil {
		t.Error("a program in the foreground is not a daemon")
	}
	Fail("nobody listens", 1)
	if now, _ := os.Getwd(); now != dir {
		t.Errorf("directory changed to %s", now)
	}
}
