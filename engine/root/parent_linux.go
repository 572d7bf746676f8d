package root

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Parent opens the directory that the last name of path is in, only to name it (O_PATH), and returns that name, for a
// file of the program's own. Links are followed on the way and at the end, those only that root or
// the user we are owns and that are in a directory where nobody else can write: in /tmp anybody can put one. So the name
// meant no link when it was looked at. where is the directory's path without links. magic: the name is a
// link of proc all the same, as in /proc/self/fd, which only the kernel can follow.
func Parent(path string) (dir *os.File, where, name string, magic bool, err error) {
	w := walk{path: path, own: true, where: ".", fd: -1}
	name, magic, err = w.parent()
	if err == nil {
		return os.NewFile(uintptr(w.fd), w.where), w.where, name, magic, nil
	}
	if w.fd >= 0 {
		_ = unix.Close(w.fd)
	}
	var refused *LinkError
	if errors.As(err, &refused) {
		return nil, "", "", false, refused
	}
	return nil, "", "", false, &fs.PathError{Op: "open", Path: path, Err: err}
}

func (w *walk) parent() (name string, magic bool, err error) {
	start := "."
	if strings.HasPrefix(w.path, "/") {
		start = "/"
	}
	if w.fd, err = openat(unix.AT_FDCWD, start, pathFlags); err != nil {
		return "", false, err
	}
	w.where = start
	for path := w.path; ; {
		at := strings.LastIndexByte(path, '/') + 1
		if name = path[at:]; name == "" || name == "." || name == ".." {
			return "", false, unix.EISDIR
		}
		w.push(path[:at])
		if err := w.goOn(); err != nil {
			return "", false, err
		}
		path, err = w.end(name)
		if err != nil || path == "" {
			return name, errors.Is(err, errMagic), ignoreMagic(err)
		}
	}
}

// end returns what the last name leads to if it is a link, else nothing.
func (w *walk) end(name string) (path string, err error) {
	var st unix.Stat_t
	err = unix.Fstatat(w.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	switch {
	case errors.Is(err, unix.ENOENT):
		return "", nil // it can be made
	case err != nil:
		return "", err
	case st.Mode&unix.S_IFMT != unix.S_IFLNK:
		return "", nil
	}
	text, err := w.read(name)
	if errors.Is(err, errReplaced) {
		return "", nil
	}
	if err == nil {
		err = w.start(text)
	}
	return text, err
}

func ignoreMagic(err error) error {
	if errors.Is(err, errMagic) {
		return nil
	}
	return err
}

// Private reports whether only root or the user we are can make names in an open directory.
func Private(dir *os.File) (yes bool) {
	withFd(dir, func(fd int) { yes = private(fd) })
	return yes
}
