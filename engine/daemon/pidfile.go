package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"lsyncgo/engine/ownfile"
)

// pidMax bounds what is read of a file that claims to be a pidfile.
const pidMax = 32

// errLocked: another process holds the lock.
var errLocked = errors.New("locked")

// lockedError is the refusal of a second instance.
type lockedError struct {
	path  string
	owner int // 0: not known
}

// Error names the owner and the remedy.
func (e lockedError) Error() string {
	owner := "an instance"
	if e.owner > 0 {
		owner = fmt.Sprintf("process %d", e.owner)
	}
	return fmt.Sprintf("pidfile %s: %s runs already; stop it or use another pidfile", e.path, owner)
}

// inherited is how long the lock of a process that is gone may go on. Between
// fork and exec a child holds what its parent held, also when that was killed meanwhile.
const inherited = 2 * time.Second

// Pidfile is a locked file with the number of this process. The lock, not the
// file, says that an instance runs: a file left over by a crash is in nobody's way.
type Pidfile struct {
	path string
	f    *ownfile.File
}

// LockPidfile creates or takes over the file at path, locks it until Close or the
// end of the process, and writes the process number. The error names the process
// that holds the lock. A file with other contents than a number is refused. What is no regular file
// gets the number written to it, and that is all.
func LockPidfile(path string) (*Pidfile, error) {
	path, err := filepath.Abs(path) // the daemon changes its directory before Close
	if err != nil {
		return nil, fmt.Errorf("pidfile: %w", err)
	}
	for deadline := time.Now().Add(inherited); ; {
		p, err := lockPidfile(path)
		var locked lockedError
		switch {
		case errors.As(err, &locked) && gone(locked.owner) && time.Now().Before(deadline):
			time.Sleep(10 * time.Millisecond)
		case p != nil || err != nil:
			return p, err
		}
	}
}

// lockPidfile returns nothing if the file was removed by its owner before it was locked.
func lockPidfile(path string) (_ *Pidfile, err error) {
	f, err := ownfile.Open(path, ownfile.Update)
	if err != nil {
		return nil, fmt.Errorf("pidfile: %w", err)
	}
	p := &Pidfile{path, f}
	if !f.Regular {
		if _, err := f.Write(fmt.Appendln(nil, os.Getpid())); err != nil {
			return nil, errors.Join(fmt.Errorf("pidfile: %w", err), f.Close())
		}
		return p, nil
	}
	keep := false
	defer func() {
		if !keep {
			_ = f.Close()
		}
	}()
	if err := lock(f.File); err != nil {
		if errors.Is(err, errLocked) {
			owner, _ := readPid(f.File) // 0 if it says nothing
			return nil, lockedError{path, owner}
		}
		return nil, fmt.Errorf("lock pidfile %s: %w", path, err)
	}
	if !f.InPlace() {
		return nil, nil
	}
	if err := p.write(); err != nil {
		return nil, err
	}
	keep = true
	return p, nil
}

// Warning says why others can change the file though it is used; empty: they cannot.
func (p *Pidfile) Warning() string { return p.f.Warning }

func (p *Pidfile) write() error {
	if _, err := readPid(p.f.File); err != nil {
		return fmt.Errorf("pidfile %s: %w; it is not overwritten: remove it or use another pidfile", p.path, err)
	}
	if err := p.f.Truncate(0); err != nil {
		return fmt.Errorf("pidfile: %w", err)
	}
	if _, err := p.f.WriteAt(fmt.Appendln(nil, os.Getpid()), 0); err != nil {
		return fmt.Errorf("pidfile: %w", err)
	}
	return nil
}

// readPid returns 0 for an empty file.
func readPid(f *os.File) (int, error) {
	b := make([]byte, pidMax)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	text := string(bytes.TrimSpace(b[:n]))
	if text == "" && n < pidMax {
		return 0, nil
	}
	pid, err := strconv.Atoi(text)
	if err != nil || n == pidMax || pid < 0 {
		return 0, errors.New("what is in it is not a process number")
	}
	return pid, nil
}
