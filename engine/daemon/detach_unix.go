//go:build unix

package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/printable"
)

// starter is the pipe to the process that started this one as a daemon, nil if none did.
var starter = inherit()

// report is what the daemon says on the pipe, once.
type report struct {
	Ready bool   `json:"ready"`
	Text  string `json:"text,omitempty"`
	Code  int    `json:"code,omitempty"`
}

// inherit takes the pipe out of reach of this process's own children: they would
// hold it open, and must not believe they were the daemon.
func inherit() *pipe {
	fd, err := strconv.Atoi(os.Getenv(envPipe))
	_ = os.Unsetenv(envPipe) // fails for malformed names only
	if err != nil || fd < 3 {
		return nil
	}
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
		return nil
	}
	unix.CloseOnExec(fd)
	return &pipe{f: os.NewFile(uintptr(fd), "starter")}
}

// pipe is the daemon's end.
type pipe struct {
	once sync.Once
	f    *os.File
}

// say reports once. A starter that has been killed does not listen; the daemon
// goes on without it.
func (p *pipe) say(r report) {
	p.once.Do(func() {
		_ = json.NewEncoder(p.f).Encode(r)
		_ = p.f.Close()
	})
}

// IsChild reports whether this process is the daemon that Start started.
func IsChild() bool { return starter != nil }

// Ready tells the starter that the daemon does its work, after changing the
// working directory to /, so that no file system is kept from being unmounted.
// Without a starter it does nothing.
func Ready() error {
	if starter == nil {
		return nil
	}
	if err := os.Chdir("/"); err != nil {
		return fmt.Errorf("leave the starting directory: %w", err)
	}
	starter.say(report{Ready: true})
	return nil
}

// Fail tells the starter why there will be no daemon and its exit status; the
// caller exits then. After Ready, or without a starter, it does nothing.
func Fail(msg string, code int) {
	if starter != nil {
		starter.say(report{Text: msg, Code: code})
	}
}

// Start starts this program again with args (without its name) as a daemon: in a
// session of its own, with null streams, in the current directory until Ready, so
// that relative paths mean what they mean here. It returns when the daemon has
// called Ready or Fail or has ended, prints a failure to standard error, and returns the
// exit status for this process: 0 if the daemon is ready. An interrupt meanwhile
// ends the daemon too.
func Start(args []string) (exitcode int) {
	code, err := start(args)
	if err != nil {
		fmt.Fprintln(printable.NewWriter(os.Stderr), strings.TrimRight(err.Error(), "\n"))
	}
	return code
}

func start(args []string) (int, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return failure, fmt.Errorf("start daemon: %w", err)
	}
	defer r.Close()
	cmd, err := command(args, w)
	if err != nil {
		return failure, errors.Join(err, w.Close())
	}
	sigs := make(chan os.Signal, 1)
	signal.Notify(sigs, unix.SIGINT, unix.SIGTERM)
	defer signal.Stop(sigs)
	err = cmd.Start()
	_ = w.Close() // else our own end would keep the pipe open
	if err != nil {
		return failure, fmt.Errorf("start daemon: %w", err)
	}
	return await(cmd, r, sigs)
}

func command(args []string, w *os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start daemon: %w", err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), envPipe+"=3")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, nil
}

func await(cmd *exec.Cmd, r io.Reader, sigs <-chan os.Signal) (int, error) {
	said := make(chan report, 1)
	go func() {
		var rep report
		if json.NewDecoder(r).Decode(&rep) == nil {
			said <- rep
		}
		close(said)
	}()
	for {
		select {
		case s := <-sigs:
			_ = cmd.Process.Signal(s) // it has ended: then the pipe says so
		case rep, ok := <-said:
			switch {
			case !ok:
				return ended(cmd)
			case rep.Ready:
				return 0, cmd.Process.Release()
			default:
				return rep.Code, errors.Join(errors.New(rep.Text), ignoreExit(cmd.Wait()))
			}
		}
	}
}

// ended is the result of a daemon that closed the pipe without a word.
func ended(cmd *exec.Cmd) (int, error) {
	if err := ignoreExit(cmd.Wait()); err != nil {
		return failure, fmt.Errorf("wait for daemon: %w", err)
	}
	code := cmd.ProcessState.ExitCode()
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		code = 128 + int(ws.Signal())
	}
	if code == 0 {
		code = failure
	}
	return code, fmt.Errorf("the daemon ended before it was ready and did not say why (%s); start it with -nodaemon to see", cmd.ProcessState)
}

func ignoreExit(err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil
	}
	return err
}
