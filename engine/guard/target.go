package guard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Target remembers which directory a local target was. A disk that is not mounted looks like an empty
// target, and what is written there is missing on the disk when it is back. The methods may be called by
// several goroutines; the zero value has seen nothing.
type Target struct {
	mu    sync.Mutex // guards all below: children are fed and jobs run beside the loop
	seen  os.FileInfo
	mount string // where the file system of the target was mounted; "": not known
}

// ErrAway says that a target is not there, or is not mounted.
var ErrAway = errors.New("the target is away")

// ErrRenewed says that another directory is at the target's path, or will be, as somebody has removed the
// one that was. It is said once.
var ErrRenewed = errors.New("the target is not the directory that it was")

// Check looks at the target before something is written to it. The error is ErrAway, while nothing may be
// written, or ErrRenewed, when all that was written before has to be written again. The first time anything is right.
func (t *Target) Check(path string) error {
	path = filepath.Clean(path)
	info, err := os.Stat(path)
	mount := mountOf(path)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.mount != "" && mount != t.mount && mountOf(t.mount) != t.mount:
		return fmt.Errorf("%w: nothing is mounted at %s; mount it again, or restart lsyncgo if it shall stay so", ErrAway, t.mount)
	case t.seen != nil && errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fmt.Errorf("%w: %s does not exist any more; mount or make it again", ErrAway, filepath.Dir(path))
		}
		t.seen = nil
		return fmt.Errorf("%w: %s was removed", ErrRenewed, path)
	case err != nil:
		t.mount = mount
		return nil // not yet there, or its own error will tell
	}
	before := t.seen
	t.seen, t.mount = info, mount
	if before != nil && !os.SameFile(before, info) {
		return fmt.Errorf("%w: %s", ErrRenewed, path)
	}
	return nil
}

// mountOf returns the topmost directory above path, or path itself, that is on the same file system; ""
// if that is the root directory, or cannot be told. Of a path that is not there the directory it would be in counts.
func mountOf(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			break
		}
		path = filepath.Dir(path)
	}
	if straight, err := filepath.EvalSymlinks(path); err == nil {
		path = straight
	}
	for {
		above := filepath.Dir(path)
		if above == path {
			return ""
		}
		here, ok := device(path)
		there, ok2 := device(above)
		if !ok || !ok2 {
			return ""
		}
		if here != there {
			return path
		}
		path = above
	}
}
