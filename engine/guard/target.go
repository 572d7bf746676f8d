package guard

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"lsyncgo/engine/root"
)

// Target remembers which directory a local target was. A disk that is not mounted looks like an empty
// target, and what is written there is missing on the disk when it is back; a directory that somebody else
// has put in its place would be made equal to the source. The methods may be called by
// several goroutines; the zero value has seen nothing.
type Target struct {
	mu       sync.Mutex // guards all below: children are fed and jobs run beside the loop
	was      root.Identity
	full     bool          // it had something in it
	accepted root.Identity // may be there instead
	other    root.Identity // is there instead
	mount    string        // where the file system of the target was mounted; "": not known
}

// ErrAway says that a target is not there, or is not mounted.
var ErrAway = errors.New("the target is away")

// ErrRenewed says that the target has nothing any more of what was written to it: it is new and empty, or may be another one
// after its disk was away. It is said once.
var ErrRenewed = errors.New("the target is not the directory that it was")

// ErrOther says that another directory is at the target's path, and has something in it. Nothing may be written before Accept.
var ErrOther = errors.New("the target is another directory than before, and not empty")

// Check opens the target before something is written to it, so that what was looked at is what is written to. A target that was
// removed is made again if the directory above is there, with the permissions of source as far as the umask leaves them; nil: there
// never was one. The error is ErrAway or ErrOther, while nothing may be written, or
// ErrRenewed, when all that was written before has to be written again; else it is that of opening. The first time
// any directory is right.
func (t *Target) Check(path, source string) (*os.File, error) {
	path = filepath.Clean(path)
	dir, err := root.Open(path)
	mount := root.MountOf(path)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mount != "" && mount != t.mount && !root.IsMount(t.mount) {
		err = fmt.Errorf("%w: nothing is mounted at %s; mount it again, or restart lsyncgo if it shall stay so", ErrAway, t.mount)
	} else if errors.Is(err, fs.ErrNotExist) {
		if t.mount = cmp.Or(t.mount, mount); t.was.Zero() {
			return nil, nil // still to be made, or the error of doing so will tell
		}
		return nil, t.remake(path, source)
	}
	if err == nil {
		err = t.judge(path, dir, mount)
	}
	if err != nil && dir != nil {
		_ = dir.Close()
		dir = nil
	}
	return dir, err
}

// judge looks whether an open directory is the target.
func (t *Target) judge(path string, dir *os.File, mount string) error {
	now, err := root.Of(dir)
	if err != nil {
		return err
	}
	empty, err := root.Empty(dir)
	if err != nil {
		return fmt.Errorf("look at the target %s: %w", path, err)
	}
	before, full := t.was, t.full
	kept := before.Zero() || before.Still(now) && !before.Remounted(now)
	verdict := before.Compare(now)
	accepted := !t.accepted.Zero() && t.accepted.Still(now)
	switch {
	case kept, verdict == root.Same, accepted:
	case verdict == root.Different && !empty:
		t.other = now
		return fmt.Errorf("%w: %s", ErrOther, path)
	default:
		t.learn(now, mount, !empty)
		return fmt.Errorf("%w: %s", ErrRenewed, path)
	}
	t.learn(now, mount, !empty)
	if full && empty && !before.Zero() {
		return fmt.Errorf("%w: %s is empty", ErrRenewed, path)
	}
	return nil
}

func (t *Target) learn(now root.Identity, mount string, full bool) {
	t.was, t.mount, t.full = now, mount, full
	t.accepted, t.other = root.Identity{}, root.Identity{}
}

// remake makes a target anew that was removed. The error is ErrRenewed if it could.
func (t *Target) remake(path, source string) error {
	perm := os.FileMode(0o700)
	if info, err := os.Stat(source); err == nil {
		perm |= info.Mode().Perm()
	}
	dir, err := root.Make(path, perm)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s does not exist any more; mount or make it again", ErrAway, filepath.Dir(path))
	case err != nil:
		return fmt.Errorf("create the target %s: %w", path, err)
	}
	defer dir.Close()
	now, err := root.Of(dir)
	if err != nil {
		return err
	}
	t.learn(now, root.MountOf(path), false)
	return fmt.Errorf("%w: %s was removed", ErrRenewed, path)
}

// Wrote is called when work has ended: whether the target has something in it now, and that it is there at all, is its doing.
func (t *Target) Wrote(path string) {
	dir, err := root.Open(path)
	if err != nil {
		return
	}
	defer dir.Close()
	now, err := root.Of(dir)
	empty, err2 := root.Empty(dir)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err != nil || err2 != nil:
	case t.was.Zero(): // it was made by this work
		t.learn(now, root.MountOf(path), !empty)
	case t.was.Still(now):
		t.full = !empty
	}
}

// Accept lets the directory that ErrOther was about be the target.
func (t *Target) Accept() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.accepted = t.other
}
