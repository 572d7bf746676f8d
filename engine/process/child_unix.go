//go:build unix

package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/work"
)

// ownGroup puts the child into a session of its own, hence also into a group of
// its own. A mere group would be a background group of our terminal, if there is
// one: an ssh that asks there for a password would be stopped and never end.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// termGroup asks the group to end. Stopped processes see that only once they go on.
// Errors are of no interest: ESRCH is success.
func termGroup(p *os.Process) {
	_ = unix.Kill(-p.Pid, unix.SIGTERM)
	_ = unix.Kill(-p.Pid, unix.SIGCONT)
}

func killGroup(p *os.Process) { _ = unix.Kill(-p.Pid, unix.SIGKILL) }

func resultOf(state *os.ProcessState) work.Result {
	if ws := state.Sys().(syscall.WaitStatus); ws.Signaled() {
		return work.Result{Code: 128 + int(ws.Signal()), Signal: int(ws.Signal())}
	}
	return work.Result{Code: state.ExitCode()}
}

// readNow reads what is in the pipe without waiting for more.
func readNow(f *os.File, buf []byte) (n int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	if cerr := raw.Read(func(fd uintptr) bool {
		n, err = unix.Read(int(fd), buf)
		return true
	}); cerr != nil {
		return 0, cerr
	}
	return n, err
}

func scarce(err error) bool {
	for _, e := range []error{unix.EAGAIN, unix.ENOMEM, unix.EMFILE, unix.ENFILE, unix.ETXTBSY} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
