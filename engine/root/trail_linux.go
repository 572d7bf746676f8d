package root

import (
	"errors"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Follow tells to which directory an absolute path leads, by the rule of [Open]. With an error the trail has the links up
// to where it ends.
func Follow(path string) (Trail, error) {
	fd, err := openat2(unix.AT_FDCWD, path)
	if err == nil {
		_ = unix.Close(fd)
		return Trail{Path: filepath.Clean(path)}, nil
	}
	w := walk{path: path}
	if fd, err = w.open(); err == nil {
		_ = unix.Close(fd)
		return Trail{Path: filepath.Clean(w.where), Links: w.passed}, nil
	}
	var refused *LinkError
	if !errors.As(err, &refused) {
		err = &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return Trail{Links: w.passed}, err
}
