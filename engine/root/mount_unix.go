//go:build unix

package root

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MountOf returns the directory at or above path where its file system is mounted, on Linux also by a bind mount; "" if
// that is the root directory, or cannot be told. Links on the way are followed. Of a path that does not exist
// the directory it would be in counts.
func MountOf(path string) string {
	path = existing(filepath.Clean(path))
	if straight, err := filepath.EvalSymlinks(path); err == nil {
		path = straight
	}
	for p := path; p != filepath.Dir(p); p = filepath.Dir(p) {
		if IsMount(p) {
			return p
		}
	}
	return ""
}

func existing(path string) string {
	for path != filepath.Dir(path) {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		path = filepath.Dir(path)
	}
	return path
}
