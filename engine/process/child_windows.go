package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"

	"lsyncgo/engine/work"
)

// ownGroup keeps the console's interrupt, which is meant for the daemon, from the child.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// termGroup ends the process: Windows has no way to ask one without a window.
func termGroup(s *spawned) { killGroup(s) }

func killGroup(s *spawned) { _ = s.process.Kill() } // fails if it has ended

func resultOfState(state *os.ProcessState) work.Result { return work.Result{Code: state.ExitCode()} }

// readNow cannot be done with anonymous pipes; their readers wait for the end.
func (*polled) readNow([]byte) (int, error) { return 0, errors.ErrUnsupported }

func scarce(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_ENOUGH_MEMORY) || errors.Is(err, windows.ERROR_TOO_MANY_OPEN_FILES)
}
