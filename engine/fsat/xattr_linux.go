//go:build linux && !portable

package fsat

import (
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Read reads the extended attributes that a mirror keeps; nil if there are none.
func (r Attrs) Read() (map[string]string, error) {
	names, err := r.xattrNames()
	if err != nil || len(names) == 0 {
		return nil, err
	}
	out := make(map[string]string, len(names))
	for _, name := range names {
		value, err := r.xattr(name)
		if errors.Is(err, unix.ENODATA) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

// xattrNames asks with a buffer on the stack first: most entries have none.
func (r Attrs) xattrNames() ([]string, error) {
	var small [256]byte
	n, err := r.listxattr(small[:])
	raw := small[:max(n, 0)]
	for errors.Is(err, unix.ERANGE) {
		if n, err = r.listxattr(nil); err != nil {
			break
		}
		raw = make([]byte, n+64)
		n, err = r.listxattr(raw)
		raw = raw[:max(n, 0)]
	}
	if errors.Is(err, unix.EOPNOTSUPP) {
		return nil, nil
	}
	if err != nil || n == 0 {
		return nil, err
	}
	var names []string
	for name := range strings.SplitSeq(string(raw), "\x00") {
		if mirrored(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// mirrored leaves out what the target's own system puts there: labels and
// integrity hashes mean nothing in another place.
func mirrored(name string) bool {
	switch {
	case strings.HasPrefix(name, "user."), name == "security.capability":
		return true
	case strings.HasPrefix(name, "system.posix_acl_"):
		return true
	case strings.HasPrefix(name, "trusted."):
		return Privileged() && !strings.HasPrefix(name, "trusted.overlay.")
	}
	return false
}

func (r Attrs) listxattr(buf []byte) (int, error) {
	if r.name == "" && !r.path {
		return unix.Flistxattr(r.fd, buf)
	}
	if r.name == "" {
		if !hasProc() {
			return 0, ErrNoProc
		}
		return unix.Listxattr(procPath(r.fd, ""), buf)
	}
	if !noListxattrat.Load() {
		n, errno := listxattrat(r.fd, r.name, buf)
		if errno != unix.ENOSYS && errno != unix.EPERM {
			return n, errnoErr(errno)
		}
		noListxattrat.Store(true)
	}
	if !hasProc() {
		return 0, ErrNoProc // and not that the file is missing, which is what its path would say
	}
	return unix.Llistxattr(procPath(r.fd, r.name), buf)
}

// noListxattrat is set once the kernel, or a filter in front of it, refuses it.
var noListxattrat atomic.Bool

// sysListxattrat has one number on all architectures. Linux has it since 6.13;
// comparing two equal trees takes half the time with it.
const sysListxattrat = 465

func listxattrat(fd int, name string, buf []byte) (int, syscall.Errno) {
	path, err := unix.BytePtrFromString(name)
	if err != nil {
		return 0, unix.EINVAL
	}
	n, _, errno := unix.Syscall6(sysListxattrat, uintptr(fd), uintptr(unsafe.Pointer(path)), unix.AT_SYMLINK_NOFOLLOW,
		uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)), 0)
	return int(n), errno
}

func errnoErr(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

func (r Attrs) xattr(name string) (string, error) {
	if (r.name != "" || r.path) && !hasProc() {
		return "", ErrNoProc
	}
	for size := 256; ; size *= 8 {
		buf := make([]byte, size)
		var n int
		var err error
		switch {
		case r.name == "" && !r.path:
			n, err = unix.Fgetxattr(r.fd, name, buf)
		case r.name == "":
			n, err = unix.Getxattr(procPath(r.fd, ""), name, buf)
		default:
			n, err = unix.Lgetxattr(procPath(r.fd, r.name), name, buf)
		}
		if err == unix.ERANGE && size < 1<<20 {
			continue
		}
		if err != nil {
			return "", err
		}
		return string(buf[:n]), nil
	}
}
