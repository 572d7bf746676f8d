//go:build unix

package process

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/work"
)

// termGroup asks the group to end. Stopped processes see that only once they go on.
// Errors are of no interest: ESRCH is success.
func termGroup(s *spawned) {
	_ = unix.Kill(-s.pid, unix.SIGTERM)
	_ = unix.Kill(-s.pid, unix.SIGCONT)
}

func killGroup(s *spawned) { _ = unix.Kill(-s.pid, unix.SIGKILL) }

func resultOf(status syscall.WaitStatus) work.Result {
	if status.Signaled() {
		return work.Result{Code: 128 + int(status.Signal()), Signal: int(status.Signal())}
	}
	return work.Result{Code: status.ExitStatus()}
}

func scarce(err error) bool {
	for _, e := range []error{unix.EAGAIN, unix.ENOMEM, unix.EMFILE, unix.ENFILE, unix.ETXTBSY} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
