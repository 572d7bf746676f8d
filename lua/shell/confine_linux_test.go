package shell

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// nobodys is a user who has nothing and runs nothing, unless by a test.
const nobodys = 64791

// confine has a command run as nobody's user, if we may do that, in a process group that ends with it.
func confine(t testing.TB, cmd *exec.Cmd, dir string) {
	t.Helper()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chown(dir, nobodys, nobodys); err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobodys, Gid: nobodys}
}
