package inotify

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// pathMax is what the kernel takes in one path, its NUL included.
const pathMax = unix.PathMax

// place is a path that can be given to the kernel. A tree can be deeper than a path
// may be long: then the upper part is opened and the rest named through it.
type kernelPath struct {
	path cpath
	fd   int // of the upper part; -1 if the path is whole
}

func (p kernelPath) close() {
	if p.fd >= 0 {
		unix.Close(p.fd)
	}
}

// dir is the place of directory n; it uses the watcher's path buffer.
func (w *watcher) dir(n *node) (kernelPath, error) {
	w.pathBuf = n.absolute(w.pathBuf[:0])
	if n.parent == nil && n.name == "" { // the root directory is its slash
		w.pathBuf = append(w.pathBuf, '/')
	}
	return w.kernelPath()
}

// file is the place of an entry; it uses the watcher's path buffer.
func (w *watcher) file(e entry) (kernelPath, error) {
	w.pathBuf = e.dir.absolute(w.pathBuf[:0])
	w.pathBuf = append(append(w.pathBuf, e.name...), 0)
	return w.kernelPath()
}

func (w *watcher) kernelPath() (kernelPath, error) { return splitPath(w.pathBuf) }

// splitPath makes a path for the kernel of one whose last byte, its slash, is to be overwritten.
func splitPath(buf []byte) (kernelPath, error) {
	buf[len(buf)-1] = 0
	if len(buf) <= pathMax {
		return kernelPath{cpath(buf), -1}, nil
	}
	fd := -1
	for len(buf) > pathMax-64 { // leave room for the prefix below
		cut := bytes.LastIndexByte(buf[:pathMax-64], '/')
		part := string(buf[:cut])
		next, err := openAt(fd, part)
		if fd >= 0 {
			unix.Close(fd)
		}
		if err != nil {
			return kernelPath{fd: -1}, err
		}
		fd, buf = next, buf[cut+1:]
	}
	// There is no inotify_add_watch relative to a descriptor.
	return kernelPath{append([]byte(fmt.Sprintf("/proc/self/fd/%d/", fd)), buf...), fd}, nil
}

func openAt(fd int, path string) (int, error) {
	if fd < 0 {
		fd = unix.AT_FDCWD
	}
	for {
		next, err := unix.Openat(fd, path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return next, err
		}
	}
}
