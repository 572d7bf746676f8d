//go:build linux && !portable

package fsat

import (
	"errors"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// handle is an inode that a descriptor holds. Only [pinned] changes anything with it.
type handle struct {
	fd   int
	path bool // opened with O_PATH, which the system calls for open files do not take
}

// CanPin tells that inodes are held by descriptors here.
const CanPin = true

// handle holds an entry. O_PATH opens what may not be read, and has no effect on a device.
func (d *Dir) handle(name string) (handle, error) {
	fd, err := openat(d.fd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	return handle{fd: fd, path: true}, err
}

func (d *Dir) own() handle { return handle{fd: d.fd} }
func (f File) own() handle { return handle{fd: int(f)} }

func (h handle) close()              { _ = unix.Close(h.fd) }
func (h handle) stat() (Stat, error) { return fstat(h.fd) }
func (h handle) ref() Attrs          { return Attrs{fd: h.fd, path: h.path} }

func (h handle) readlink() (string, error) { return (&Dir{fd: h.fd}).Readlink("") }

func (h handle) chown(uid, gid int) error {
	return unix.Fchownat(h.fd, "", uid, gid, unix.AT_EMPTY_PATH)
}

// chmod needs Linux 6.6 or proc for an O_PATH descriptor. A filter of system calls may answer EPERM to fchmodat2.
func (h handle) chmod(perm uint32) error {
	if !h.path {
		return unix.Fchmod(h.fd, perm)
	}
	err := unix.Fchmodat(h.fd, "", perm, unix.AT_EMPTY_PATH)
	if !errors.Is(err, unix.EOPNOTSUPP) && (!errors.Is(err, unix.EPERM) || !hasProc()) {
		return err
	}
	return h.byProc(func(path string) error { return unix.Chmod(path, perm) })
}

func (h handle) setTime(t Time) error {
	ts := [2]unix.Timespec{{Nsec: unix.UTIME_OMIT}, timespec(t)}
	if !h.path {
		// futimens, which the unix package does not offer: utimensat without a path.
		_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(h.fd), 0, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
		return errnoErr(errno)
	}
	err := unix.UtimesNanoAt(h.fd, "", ts[:], unix.AT_EMPTY_PATH)
	if !errors.Is(err, unix.EINVAL) { // before Linux 5.8
		return err
	}
	return h.byProc(func(path string) error { return unix.UtimesNanoAt(unix.AT_FDCWD, path, ts[:], 0) })
}

// link needs CAP_DAC_READ_SEARCH or proc.
func (h handle) link(to *Dir, name string) error {
	err := unix.Linkat(h.fd, "", to.fd, name, unix.AT_EMPTY_PATH)
	if !errors.Is(err, unix.ENOENT) {
		return err
	}
	return h.byProc(func(path string) error {
		return unix.Linkat(unix.AT_FDCWD, path, to.fd, name, unix.AT_SYMLINK_FOLLOW)
	})
}

func (h handle) setXattr(name, value string) error {
	if !h.path {
		return unix.Fsetxattr(h.fd, name, []byte(value), 0)
	}
	return h.byProc(func(path string) error { return unix.Setxattr(path, name, []byte(value), 0) })
}

func (h handle) removeXattr(name string) error {
	var err error
	if !h.path {
		err = unix.Fremovexattr(h.fd, name)
	} else {
		err = h.byProc(func(path string) error { return unix.Removexattr(path, name) })
	}
	if errors.Is(err, unix.ENODATA) {
		return nil
	}
	return err
}

// ErrNoProc says that a kernel needs /proc for what was to be done by descriptor.
var ErrNoProc = errors.New("this kernel does it with a name only; mount /proc")

// hasProc tells whether /proc is what it should be. Its links lead to the inode of a descriptor, whatever is
// at the path that they show.
var hasProc = sync.OnceValue(func() bool {
	var fs unix.Statfs_t
	return unix.Statfs("/proc/self/fd", &fs) == nil && fs.Type == unix.PROC_SUPER_MAGIC
})

// byProc calls do with a path that leads to the inode of h.
func (h handle) byProc(do func(path string) error) error {
	if !hasProc() {
		return ErrNoProc
	}
	return do(procPath(h.fd, ""))
}

// procPath names fd, or an entry of the directory fd, for calls that take paths only.
func procPath(fd int, name string) string {
	if name == "" {
		return "/proc/self/fd/" + strconv.Itoa(fd)
	}
	return "/proc/self/fd/" + strconv.Itoa(fd) + "/" + name
}
