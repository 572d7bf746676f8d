//go:build linux && !portable

package mirror_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/fsat"
	"lsyncgo/engine/mirror"
)

// TestWithoutProc: what this kernel does with a path only is a failure of its entry where /proc is missing, and never
// done by name; everything else is done.
func TestWithoutProc(t *testing.T) {
	dir := t.TempDir()
	o := sidesIn(t, dir)
	for _, name := range []string{"a", "b", "c"} {
		put(t, o.Source+name, name)
	}
	if r := tree(t, o); r.Copied != 3 {
		t.Fatalf("%+v", r)
	}
	// A new file has a descriptor that takes attributes; an existing one is held by one that does not.
	put(t, o.Source+"new", "n")
	check(t, errors.Join(unix.Setxattr(o.Source+"a", "user.a", []byte("1"), 0), os.Chmod(o.Source+"c", 0o600),
		unix.Setxattr(o.Source+"new", "user.a", []byte("1"), 0)))
	self, err := os.Executable()
	check(t, err)
	cmd := exec.Command(self)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), helperEnv+"=procless-tree")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if n, err := unix.Getxattr(o.Target+"a", "user.a", nil); !errors.Is(err, unix.ENODATA) {
		t.Errorf("done by name: %d, %v", n, err)
	}
	if info, err := os.Stat(o.Target + "c"); err != nil || info.Mode() != 0o644 { // its attributes are not known
		t.Errorf("done by name: %v, %v", info.Mode(), err)
	}
	if n, err := unix.Getxattr(o.Target+"new", "user.a", nil); n != 1 || err != nil {
		t.Errorf("a new file has no attribute: %v", err)
	}
}

func init() {
	helpers["procless-tree"] = func() int {
		err := errors.Join(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("none", "/proc", "tmpfs", 0, ""))
		if err != nil {
			panic(err)
		}
		r, err := mirror.Tree(context.Background(), here(), "")
		if err != nil || r.ExitCode() != mirror.ExitPartial || r.FailedTotal != 2 {
			return report(r, err)
		}
		for _, f := range r.Failed {
			if !errors.Is(f.Err, fsat.ErrNoProc) {
				return report(r, err)
			}
		}
		return 0
	}
}
