//go:build unix

package lua53

import (
	"os"
	"os/exec"
	"syscall"
)

// openAtOnce has open wait for nobody, and take no terminal for ours.
const openAtOnce = syscall.O_NONBLOCK | syscall.O_NOCTTY

// nothing is the signal that only asks whether a process is there.
const nothing = syscall.Signal(0)

func ownSession(cmd *exec.Cmd) bool {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return true
}

// hasTerminal tells whether this process has a controlling terminal.
func hasTerminal() bool {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR|openAtOnce, 0)
	if err == nil {
		_ = f.Close()
	}
	return err == nil
}

// killSession kills the group that the session began with. What has left it is not ours.
func killSession(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
