package process

import (
	"os/exec"

	"golang.org/x/sys/unix"
)

// bind has the kernel ask the child to end when the thread that started it does. The
// runtime ends no thread before the process, unless a goroutine was locked to it.
func bind(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = unix.SIGTERM }
