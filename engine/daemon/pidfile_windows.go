package daemon

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// gone is of interest only where a child has its parent's locks for a moment.
func gone(int) bool { return false }

// lock locks one byte far behind the contents: locked bytes cannot be read by others.
func lock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// Close releases the lock and removes the file; an open file cannot be removed here.
func (p *Pidfile) Close() error {
	ours := p.f.InPlace()
	err := p.f.File.Close()
	if ours {
		err = errors.Join(err, p.f.Remove())
	}
	if e := p.f.Close(); !errors.Is(e, os.ErrClosed) { // the directory it is in
		err = errors.Join(err, e)
	}
	if err != nil {
		return fmt.Errorf("remove pidfile: %w", err)
	}
	return nil
}
