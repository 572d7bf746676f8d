package inotify

import (
	"encoding/binary"
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// cpath is a path with its terminating NUL: walking builds every path in one
// buffer, without a string per system call.
type cpath []byte

func cstring(s string) cpath { return append([]byte(s), 0) }

// String drops the NUL.
func (p cpath) String() string { return string(p[:len(p)-1]) }

func openDir(path cpath) (int, error) {
	const flags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK
	at := unix.AT_FDCWD
	for {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(at), uintptr(unsafe.Pointer(&path[0])), flags, 0, 0, 0)
		switch errno {
		case 0:
			return int(fd), nil
		case unix.EINTR:
		default:
			return -1, errno
		}
	}
}

// openAny opens a directory whose path may end in a link. Flags are O_RDONLY or O_PATH.
func openAny(path string, flags int) (int, error) {
	for {
		fd, err := unix.Open(path, flags|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// list calls f for each entry of the directory open at fd. The name is valid
// during the call only; typ is one of unix.DT_*, never DT_UNKNOWN.
func list(fd int, buf []byte, f func(name []byte, typ uint8)) error {
	const header = 19 // d_ino 8, d_off 8, d_reclen 2, d_type 1
	for {
		n, err := unix.Getdents(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return err
		}
		for b := buf[:n]; len(b) >= header; {
			size := binary.NativeEndian.Uint16(b[16:])
			typ, name := b[18], cut(b[header:size])
			b = b[size:]
			if string(name) == "." || string(name) == ".." {
				continue
			}
			if typ == unix.DT_UNKNOWN { // some file systems do not store it
				typ = lookType(fd, name)
			}
			f(name, typ)
		}
	}
}

func lookType(fd int, name []byte) uint8 {
	var st unix.Stat_t
	if unix.Fstatat(fd, string(name), &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return unix.DT_REG // gone again: an event follows
	}
	return uint8(st.Mode & unix.S_IFMT >> 12)
}

// cut ends b before its first NUL.
func cut(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}

// vanished reports whether err means that there is no directory at the path (any more).
func vanished(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}

func lstat(path cpath, st *unix.Stat_t) error {
	return unix.Lstat(path.String(), st)
}
