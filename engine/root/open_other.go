//go:build !linux

package root

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Open opens the directory that path means. Links of any owner are followed.
func Open(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := dir.Stat()
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return dir, nil
}

// Follow tells to which directory an absolute path leads. Links of any owner are followed.
func Follow(path string) (Trail, error) {
	straight, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Trail{}, err
	}
	dir, err := Open(straight)
	if err != nil {
		return Trail{}, err
	}
	return Trail{Path: straight}, dir.Close()
}

func reopen(dir *os.File) (*os.File, error) { return os.Open(dir.Name()) }

// Make makes a directory that is not there and opens it. The directory above has to exist: it may be where a
// disk is to be mounted.
func Make(path string, perm os.FileMode) (*os.File, error) {
	if err := os.Mkdir(path, perm.Perm()); err != nil {
		return nil, err
	}
	return Open(path)
}

// Holds reports whether inner is the directory outer or below it.
func Holds(outer, inner *os.File) (bool, error) {
	top, err := outer.Stat()
	if err != nil {
		return false, err
	}
	at, err := filepath.EvalSymlinks(inner.Name())
	if err != nil {
		return false, err
	}
	for ; ; at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && os.SameFile(info, top) {
			return true, nil
		}
		if at == filepath.Dir(at) {
			return false, nil
		}
	}
}

// Here reports whether path means the directory id, which the caller keeps open. The error says why not.
func Here(path string, id Identity) error {
	now, err := Is(path)
	if err == nil && !id.Still(now) {
		err = errReplaced
	}
	return err
}
