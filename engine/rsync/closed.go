package rsync

import (
	"io/fs"
	"os"
	"strings"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/fsat"
)

// canRemove are the rights of its owner with which a directory can be emptied.
const canRemove = 0o300

// closed reports whether the target has below name, which the source does not, a directory that its owner has closed to
// himself, as module caches do. Rsync opens it when it deletes what a directory of its list has in excess, but not when
// it is told of a missing path (3.5.0).
func (s *survey) closed(name string) bool {
	if s.Target == "" || fsat.Privileged() {
		return false
	}
	info, err := os.Lstat(s.Target + name)
	switch {
	case err != nil || !info.IsDir():
		return false
	case info.Mode()&canRemove != canRemove:
		return true
	}
	at, err := descend(s.Target, name+"/")
	if err != nil {
		return true
	}
	defer at.Close()
	return s.closedBelow(at)
}

// closedBelow is closed for what is below the directory that at is in.
func (s *survey) closedBelow(at *descent.Cursor) (closed bool) {
	var dirs []string
	err := at.ReadDir(func(e fs.DirEntry) error {
		if !e.IsDir() {
			return s.ctx.Err()
		}
		if info, err := e.Info(); err == nil && info.Mode()&canRemove != canRemove {
			return fs.ErrPermission
		}
		dirs = append(dirs, e.Name())
		return s.ctx.Err()
	})
	if err != nil {
		return true
	}
	for _, name := range dirs {
		if at.Down(name) != nil {
			return true
		}
		closed = s.closedBelow(at)
		if at.Up() != nil || closed {
			return true
		}
	}
	return false
}

// descend returns a cursor in dir, which is "" or ends in a slash, below the directory top.
func descend(top, dir string) (*descent.Cursor, error) {
	at, err := descent.Open(top + dir)
	if !tooLong(err) {
		return at, err
	}
	if at, err = descent.Open(top); err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if err := at.Down(name); err != nil {
			at.Close()
			return nil, err
		}
	}
	return at, nil
}
