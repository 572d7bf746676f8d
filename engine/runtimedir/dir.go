// Package runtimedir keeps a directory for sockets that nobody else can enter, replace or clean away
// while the program runs.
package runtimedir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Dir is a private directory. The zero value has none yet. Its methods must not be called at the same time.
type Dir struct {
	path string
	held *os.File // open on the directory, and locked: that tells it from another one in its place
}

// prefix is what the names of the directories begin with; random digits follow.
const prefix = "lsyncgo-"

// randomDigits is the most that os.MkdirTemp appends.
const randomDigits = 10

// Path looks at the directory and returns its path, of at most limit bytes. If there is none yet, if it was removed,
// or if it is not ours alone any more, it makes another one, below the first of these that nobody else can
// change: the runtime directory that systemd gave us, that of the user's session, /run, the directory for temporary files.
func (d *Dir) Path(limit int) (string, error) {
	if d.held != nil {
		if d.intact() == nil {
			return d.path, nil
		}
		d.forget()
	}
	var errs []error
	for _, parent := range parents() {
		err := d.make(parent, limit)
		if err == nil {
			return d.path, nil
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("make a private directory for sockets: %w", errors.Join(errs...))
}

// Detach returns what d has and leaves d as if it had none. Closing what was returned is the caller's.
func (d *Dir) Detach() Dir {
	detached := *d
	*d = Dir{}
	return detached
}

// Existing returns the path of the directory, "" if there is none that is still ours.
func (d *Dir) Existing() string {
	if d.held == nil || d.intact() != nil {
		return ""
	}
	return d.path
}

// Close removes the directory with all that is in it, unless it is not ours any more.
func (d *Dir) Close() error {
	defer d.forget()
	if d.Existing() == "" {
		return nil
	}
	if err := os.RemoveAll(d.path); err != nil {
		return fmt.Errorf("remove the directory for sockets: %w", err)
	}
	return nil
}

// forget lets go of the directory.
func (d *Dir) forget() {
	if d.held != nil {
		_ = d.held.Close() // nothing was written
	}
	*d = Dir{}
}

// parents lists where the directory may be, the best place first.
func parents() []string {
	list := filepath.SplitList(os.Getenv("RUNTIME_DIRECTORY"))
	return append(append(list, sessionDir()...), os.TempDir(), "/tmp")
}

// make makes the directory below parent.
func (d *Dir) make(parent string, limit int) error {
	parent, err := filepath.EvalSymlinks(parent)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(parent) {
		return fmt.Errorf("%s is no absolute path", parent)
	}
	if len(parent)+len("/"+prefix)+randomDigits > limit {
		return fmt.Errorf("%s is too long for a socket", parent)
	}
	if err := secure(parent); err != nil {
		return err
	}
	path, err := os.MkdirTemp(parent, prefix) // mode 0700
	if err != nil {
		return err
	}
	if err := d.hold(path); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// hold opens and locks a directory that was just made.
func (d *Dir) hold(path string) error {
	held, err := openLocked(path)
	if err != nil {
		return err
	}
	d.path, d.held = path, held
	if err := d.intact(); err != nil {
		d.forget()
		return err
	}
	return nil
}

// intact reports whether the directory is at its path as it was made, and nobody else can put another one there.
func (d *Dir) intact() error {
	held, err := d.held.Stat()
	if err != nil {
		return err
	}
	now, err := os.Lstat(d.path)
	switch {
	case err != nil:
		return err
	case !now.IsDir() || !os.SameFile(held, now):
		return fmt.Errorf("%s was replaced", d.path)
	case !private(now):
		return fmt.Errorf("%s is open to others", d.path)
	}
	return secure(filepath.Dir(d.path))
}
