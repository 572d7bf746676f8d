package daemon

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() {
	// What process 1 is in a container, a subreaper is anywhere: orphans become its children.
	roles["lead"] = func(args []string) int {
		if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
			fmt.Println(err)
			return 1
		}
		_ = os.Setenv(roleEnv, "led") // the child's
		code, done := lead(append([]string{"lsyncgo"}, args...))
		if !done {
			return 1
		}
		return code
	}
	roles["led"] = func(args []string) int {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, unix.SIGTERM)
		orphan, err := exec.Command("sh", "-c", "sleep 0.1 >&- 2>&- & echo $!").Output()
		if err != nil {
			fmt.Println(err)
			return 1
		}
		for late := time.After(deadline); ; {
			if _, err := os.Stat("/proc/" + strings.TrimSpace(string(orphan))); err != nil {
				break
			}
			select {
			case <-late:
				fmt.Println("the orphan is still there")
				return 1
			case <-time.After(2 * time.Millisecond):
			}
		}
		fmt.Println(strings.Join(args, " "), "reaped")
		if args[0] == "-kill" {
			_ = unix.Kill(os.Getpid(), unix.SIGKILL)
		}
		select {
		case s := <-signals:
			fmt.Println(s)
		case <-time.After(deadline):
			return 1
		}
		return 7
	}
}

// §1: process 1 reaps what others leave behind, passes signals on, and ends as the program does.
func TestLead(t *testing.T) {
	for _, c := range []struct {
		args   []string
		signal os.Signal
		wants  string
		code   int
	}{
		{[]string{"-a", "b c"}, unix.SIGTERM, "-a b c reaped\nterminated\n", 7},
		{[]string{"-kill"}, nil, "-kill reaped\n", 128 + 9},
	} {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self, c.args...)
		cmd.Env = append(os.Environ(), roleEnv+"=lead")
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out := bufio.NewReader(stdout)
		line, _ := out.ReadString('\n')
		if c.signal != nil {
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Error(err)
			}
		}
		rest, _ := io.ReadAll(out)
		_ = cmd.Wait() // the exit status is looked at below
		if got := line + string(rest); got != c.wants || cmd.ProcessState.ExitCode() != c.code {
			t.Errorf("%q: it said %q and ended with %d, want %q and %d", c.args, got, cmd.ProcessState.ExitCode(), c.wants, c.code)
		}
	}
}

func TestNotFirst(t *testing.T) {
	if _, done := AsFirst(); done {
		t.Error("this process is not process 1")
	}
}
