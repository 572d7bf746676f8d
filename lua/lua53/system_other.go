//go:build !unix

package lua53

import (
	"os"
	"os/exec"
	"syscall"
)

const openAtOnce = 0

const nothing = syscall.Signal(0)

func hasTerminal() bool { return true }

func ownSession(*exec.Cmd) bool { return false }

func killSession(*os.Process) {}
