//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package daemon

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// gone reports whether there is no process of this number.
func gone(pid int) bool { return pid > 0 && errors.Is(unix.Kill(pid, 0), unix.ESRCH) }

// lock takes the lock of the open file, which our children do not inherit as
// the descriptor is closed when they are started.
func lock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLocked
		default:
			return err
		}
	}
}

// Close removes the file, unless path names another by now, and releases the lock.
func (p *Pidfile) Close() error {
	var err error
	if p.f.InPlace() { // before the lock is released, or it may be the next instance's
		err = p.f.Remove()
	}
	if err := errors.Join(err, p.f.Close()); err != nil {
		return fmt.Errorf("remove pidfile: %w", err)
	}
	return nil
}
