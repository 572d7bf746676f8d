package root

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Make makes a directory that is not there, in the one that its path means, and opens it as Open does. Perm is what the umask
// leaves of it. The directory above has to exist: it may be where a disk is to be mounted.
func Make(path string, perm os.FileMode) (*os.File, error) {
	path = filepath.Clean(path)
	above, err := Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer above.Close()
	fd := -1
	withFd(above, func(at int) {
		if err = unix.Mkdirat(at, filepath.Base(path), uint32(perm.Perm())); err == nil {
			fd, err = child(at, filepath.Base(path))
		}
	})
	if err != nil {
		return nil, &fs.PathError{Op: "make", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}

// Holds reports whether inner is the directory outer or below it, by whatever mounts. Both are open.
func Holds(outer, inner *os.File) (holds bool, err error) {
	var top unix.Stat_t
	withFd(outer, func(fd int) { err = unix.Fstat(fd, &top) })
	at := -1
	if err == nil {
		withFd(inner, func(fd int) { at, err = openat(fd, ".", pathFlags) })
	}
	for err == nil {
		var here, above unix.Stat_t
		if err = unix.Fstat(at, &here); err != nil || here.Dev == top.Dev && here.Ino == top.Ino {
			_ = unix.Close(at)
			return err == nil, err
		}
		var up int
		up, err = openat(at, "..", pathFlags)
		_ = unix.Close(at)
		if at = up; err != nil {
			break
		}
		if err = unix.Fstat(at, &above); err != nil || above.Dev == here.Dev && above.Ino == here.Ino {
			_ = unix.Close(at) // the root directory is above itself
			return false, err
		}
	}
	return false, err
}

// Here reports whether path means the directory id, which the caller keeps open: nothing else has its
// number meanwhile, so that a look at the number does. The error says why not.
func Here(path string, id Identity) error {
	var st unix.Stat_t
	for {
		err := unix.Stat(path, &st)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return &fs.PathError{Op: "stat", Path: path, Err: err}
		case uint64(st.Dev) != id.Device || st.Ino != id.Inode: //nolint:unconvert // its type differs between architectures
			return errReplaced
		}
		return nil
	}
}
