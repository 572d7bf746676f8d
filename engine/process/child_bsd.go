//go:build unix && !linux

package process

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/work"
)

// ownGroup puts the child into a session of its own; see spawn on Linux.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func resultOfState(state *os.ProcessState) work.Result {
	return resultOf(state.Sys().(syscall.WaitStatus))
}

// readNow reads what is in the pipe without waiting for more.
func (p *polled) readNow(buf []byte) (n int, err error) {
	raw, err := p.SyscallConn()
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
