package descent

import (
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// noOpenat2 is set once the kernel, or a filter in front of it, refuses openat2.
var noOpenat2 atomic.Bool

// Below opens the directory path, "a" or "a/b", below the one that is open at fd, without following any link. Flags are O_RDONLY or O_PATH.
func Below(fd int, path string, flags int) (int, error) {
	at := fd
	for rest := path; ; {
		var part string
		part, rest = piece(rest)
		next, err := chain(at, part, flags|unix.O_DIRECTORY|unix.O_CLOEXEC)
		if at != fd {
			shut(at)
		}
		if err != nil || rest == "" {
			return next, err
		}
		at = next
	}
}

// piece cuts from a path what the kernel takes at once.
func piece(path string) (part, rest string) {
	if len(path) < unix.PathMax {
		return path, ""
	}
	at := strings.LastIndexByte(path[:unix.PathMax], '/')
	if at < 0 {
		return path, "" // a name of that length is an error of the kernel's
	}
	return path[:at], path[at+1:]
}

// chain opens a directory whose path is no longer than the kernel takes.
func chain(at int, path string, flags int) (int, error) {
	if !noOpenat2.Load() {
		fd, err := unix.Openat2(at, path, &unix.OpenHow{
			Flags:   uint64(flags),
			Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS,
		})
		switch err {
		case unix.ENOSYS, unix.EPERM:
			noOpenat2.Store(true)
		case unix.EINTR, unix.EAGAIN:
		default:
			return fd, err
		}
	}
	fd := at
	for name := range strings.SplitSeq(path, "/") {
		next, err := openat(fd, name, flags|unix.O_NOFOLLOW)
		if fd != at {
			shut(fd)
		}
		if err != nil {
			return -1, err
		}
		fd = next
	}
	return fd, nil
}
