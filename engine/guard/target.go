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
	site     site          // where a target that nobody has seen yet is to be made
	missed   bool          // work ended while it was away, and may have been written elsewhere
}

// site is the nearest directory above a target, which is known before the target is.
type site struct {
	path string
	id   root.Identity // zero: it could not be looked at
}

// siteOf returns the site of a target that does not exist.
func siteOf(target string) site {
	for path := filepath.Dir(target); ; path = filepath.Dir(path) {
		id, err := root.Is(path)
		switch {
		case err == nil:
			return site{path, id}
		case !errors.Is(err, fs.ErrNotExist), path == filepath.Dir(path):
			return site{}
		}
	}
}

// covers reports whether what is seen now is on the mount that the site was on, as far as that is known.
func (s site) covers(now root.Identity) bool { return s.id.Zero() || !s.id.Remounted(now) }

// remounted reports whether the site is known to be on another mount by now.
func (s site) remounted() bool {
	now, err := root.Is(s.path)
	return err == nil && !s.covers(now)
}

// back reports whether the site is known to be there although its file system was unmounted since.
func (s site) back() bool {
	now, err := root.Is(s.path)
	return err == nil && s.id.Compare(now) == root.Same
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
		t.mount = cmp.Or(t.mount, mount)
		if t.was.Zero() && !t.missed {
			t.site = siteOf(path)
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
	kept := before.Zero() && (t.site.covers(now) || t.site.back()) || before.Still(now) && !before.Remounted(now)
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
	missed := t.missed
	t.learn(now, mount, !empty)
	switch {
	case full && empty && !before.Zero():
		return fmt.Errorf("%w: %s is empty", ErrRenewed, path)
	case missed:
		return fmt.Errorf("%w: %s was away when work for it ended", ErrRenewed, path)
	}
	return nil
}

func (t *Target) learn(now root.Identity, mount string, full bool) {
	t.was, t.mount, t.full = now, mount, full
	t.accepted, t.other = root.Identity{}, root.Identity{}
	t.site, t.missed = site{}, false
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
// That is true only of what is on the same mount as before the work: if a disk was unmounted meanwhile, or another one mounted, the
// directory that is at the path now is none of its doing, and nobody knows where it was written. Then Check says
// ErrRenewed when the target is back.
func (t *Target) Wrote(path string) {
	path = filepath.Clean(path)
	now, full, err := glance(path)
	mount := root.MountOf(path)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch first := t.was.Zero(); {
	case first && err != nil: // nothing was made
		t.missed = t.missed || mount != t.mount || t.site.remounted()
	case first && t.site.covers(now):
		t.learn(now, cmp.Or(t.mount, mount), full)
	case !first && err == nil && t.was.Still(now) && !t.was.Remounted(now):
		t.full = full
	default:
		t.missed = true
	}
}

// glance tells which directory is at path, and whether it has something in it.
func glance(path string) (now root.Identity, full bool, err error) {
	dir, err := root.Open(path)
	if err != nil {
		return root.Identity{}, false, err
	}
	defer dir.Close()
	if now, err = root.Of(dir); err != nil {
		return root.Identity{}, false, err
	}
	empty, err := root.Empty(dir)
	return now, !empty, err
}

// Accept lets the directory that ErrOther was about be the target.
func (t *Target) Accept() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.accepted = t.other
}
