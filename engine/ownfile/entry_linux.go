package ownfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/root"
)

// Entry is a name in an open directory.
type Entry struct {
	path       string // as the user wrote it
	dir        *os.File
	where      string // the path of dir, without links
	name       string
	magic      bool // a link of proc, which the kernel has to follow
	descriptor int  // of this process; -1: none
}

// Locate finds out which name in which directory path means. The caller closes the entry. Errors name what cannot be opened or must not be followed.
func Locate(path string) (*Entry, error) {
	dir, where, name, magic, err := root.Parent(path)
	if err != nil {
		return nil, err
	}
	e := &Entry{path: path, dir: dir, where: where, name: name, magic: magic, descriptor: -1}
	if magic {
		e.descriptor = inherited(where, name)
	}
	return e, nil
}

// inherited returns the descriptor that a link in the directory where stands for, if it is one of this process.
func inherited(where, name string) int {
	n, err := strconv.Atoi(name)
	rest, ok := strings.CutPrefix(where, "/proc/")
	if err != nil || !ok {
		return -1
	}
	pid, rest, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(rest, "task/") {
		rest = filepath.Base(rest)
	}
	if rest != "fd" {
		return -1
	}
	if pid == "self" || pid == "thread-self" {
		return n
	}
	if us, err := os.Readlink("/proc/self"); err != nil || us != pid { // in another name space it is not what getpid says
		return -1
	}
	return n
}

// Close lets go of the directory.
func (e *Entry) Close() error { return e.dir.Close() }

// Path returns a short path to the name for calls that take no directory, valid until Close: on Linux through the open
// directory, so that nobody can exchange it and only the name counts against the length of an address.
func (e *Entry) Path() string {
	short := "/proc/self/fd/" + strconv.Itoa(int(e.dir.Fd()))
	if _, err := os.Lstat(short); err != nil { // no proc here
		return filepath.Join(e.where, e.name)
	}
	return short + "/" + e.name
}

// Dir returns the directory.
func (e *Entry) Dir() (fs.FileInfo, error) { return e.dir.Stat() }

// Stat returns what is there, links not followed.
func (e *Entry) Stat() (fs.FileInfo, error) {
	f, err := e.at(e.name, unix.O_PATH)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

// open opens a name in the directory, and waits for nothing.
func (e *Entry) open(name string, flags int) (*os.File, error) {
	f, err := e.at(name, flags|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (e *Entry) at(name string, flags int) (f *os.File, err error) {
	if !e.magic {
		flags |= unix.O_NOFOLLOW
	}
	defer runtime.KeepAlive(e.dir)
	for {
		fd, err := unix.Openat(int(e.dir.Fd()), name, flags|unix.O_CLOEXEC, mode)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), e.path), nil
		case unix.EINTR:
		default:
			return nil, &fs.PathError{Op: "open", Path: e.path, Err: err}
		}
	}
}

// rename gives a file in the directory the name of the entry.
func (e *Entry) rename(from string) error {
	defer runtime.KeepAlive(e.dir)
	fd := int(e.dir.Fd())
	return unix.Renameat(fd, from, fd, e.name)
}

// Remove removes what has the name.
func (e *Entry) Remove() error { return e.remove(e.name) }

func (e *Entry) remove(name string) error {
	defer runtime.KeepAlive(e.dir)
	return unix.Unlinkat(int(e.dir.Fd()), name, 0)
}

// Private reports whether nobody else can make names in the directory.
func (e *Entry) Private() bool {
	if root.Private(e.dir) {
		return true
	}
	info, err := e.dir.Stat()
	return err == nil && trusted(info) && ownGroup(info) && info.Mode()&0o002 == 0 && !hasACL(e.dir)
}

// hasACL reports whether an access list may give more users what the bits of the group say.
func hasACL(dir *os.File) bool {
	path := "/proc/self/fd/" + strconv.Itoa(int(dir.Fd())) // a descriptor that only names has no attributes
	defer runtime.KeepAlive(dir)
	_, err := unix.Getxattr(path, "system.posix_acl_access", nil)
	return err != unix.ENODATA && err != unix.ENOTSUP
}

func isLink(err error) bool { return hasErrno(err, unix.ELOOP) }
