package daemon

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"

	"golang.org/x/sys/unix"
)

// AsFirst does the duty of process 1, as which a container starts a program: the kernel gives it every
// process that lost its parent, and what nobody waits for stays in the process table for ever. The
// program itself runs as a child then, with the same arguments and streams; signals are passed on to it.
// AsFirst returns its exit status, 128+N after death by signal N. In any other process, and if there can be
// no child, done is false and nothing has happened.
func AsFirst() (exitcode int, done bool) {
	if os.Getpid() != 1 {
		return 0, false
	}
	return lead(os.Args)
}

// lead runs the program as a child, and reaps whatever ends until that does.
func lead(args []string) (exitcode int, done bool) {
	self, err := os.Executable()
	if err != nil {
		return 0, false
	}
	child := exec.Command(self, args[1:]...)
	child.Args[0] = args[0]
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	// A group of its own: a terminal sends Ctrl-C to a whole group, and with what is passed on it would count twice.
	child.SysProcAttr = &unix.SysProcAttr{Setpgid: true, Foreground: isTerminal(0)}
	signals := make(chan os.Signal, 64)
	signal.Notify(signals)
	if err := child.Start(); err != nil {
		signal.Stop(signals)
		return 0, false
	}
	passed := make(chan struct{})
	go func() {
		defer close(passed)
		passOn(signals, child.Process)
	}()
	exitcode = reapUntil(child.Process.Pid)
	signal.Stop(signals)
	close(signals)
	<-passed
	_ = child.Process.Release() // it has been waited for
	return exitcode, true
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

// passOn sends the child what is meant for it, until the channel is closed.
func passOn(signals <-chan os.Signal, child *os.Process) {
	for s := range signals {
		switch s {
		case unix.SIGCHLD, unix.SIGURG, unix.SIGPIPE: // this process's own; Go's runtime uses SIGURG
		default:
			_ = child.Signal(s) // it may have ended just now
		}
	}
}

// reapUntil waits for every child and orphan that ends, and returns the exit status of one.
func reapUntil(pid int) int {
	for {
		var status unix.WaitStatus
		ended, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return failure // there is no child at all, so it has been waited for elsewhere
		case ended != pid:
		case status.Signaled():
			return 128 + int(status.Signal())
		default:
			return status.ExitStatus()
		}
	}
}
