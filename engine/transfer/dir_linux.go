//go:build linux && !portable

package transfer

import (
	"bytes"
	"encoding/binary"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/root"
)

// dir is an open directory. Names given to its methods are single segments.
type dir struct {
	fd        int         // -1: closed, or not found again
	announced atomic.Bool // others know that this process has temporary entries here

	// The way from the directory that it was opened in, which is nil for a root.
	up   *dir
	name string
	id   *root.Identity // which directory it is; nil: not asked yet
	lone bool           // see within
}

// ref names something whose attributes are read: what fd is open on, or the
// entry name in the directory fd. Symbolic links are not followed.
type ref struct {
	fd   int
	name string
	path bool // fd was opened with O_PATH
}

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// openRoot opens a directory that is open to be named only.
func openRoot(top *os.File) (*dir, error) {
	fd, err := openat(int(top.Fd()), ".", dirFlags, 0)
	runtime.KeepAlive(top)
	if err != nil {
		return nil, err
	}
	return &dir{fd: fd}, nil
}

// openat survives the signals that the Go runtime sends to its own threads:
// network and user space file systems answer them with EINTR.
func openat(at int, name string, flags int, perm uint32) (int, error) {
	for {
		fd, err := unix.Openat(at, name, flags, perm)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func (d *dir) close() {
	if d.fd >= 0 {
		_ = unix.Close(d.fd)
		d.fd = -1
	}
}

func (d *dir) ref(name string) ref  { return ref{fd: d.fd, name: name} }
func (d *dir) stat() (stat, error)  { return fstat(d.fd) }
func (d *dir) rmdir(n string) error { return unix.Unlinkat(d.fd, n, unix.AT_REMOVEDIR) }

// sub opens a directory in d; a symbolic link is ENOTDIR or ELOOP.
func (d *dir) sub(name string) (*dir, error) {
	fd, err := openat(d.fd, name, dirFlags|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	return &dir{fd: fd, up: d, name: name}, nil
}

// noOpenat2 is set once the kernel, or a filter in front of it, refuses openat2.
var noOpenat2 atomic.Bool

// below opens the directory rel, "" or "a/b/", without following any link.
func (d *dir) below(rel string) (*dir, error) {
	name := strings.TrimSuffix(rel, "/")
	if name == "" {
		return d.sub(".")
	}
	at := d
	for rest := name; ; {
		var part string
		part, rest = piece(rest)
		fd, err := at.chain(part)
		if at != d {
			at.close()
		}
		if err != nil {
			return nil, err
		}
		at = &dir{fd: fd, up: d, name: name}
		if rest == "" {
			return at, nil
		}
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

// chain opens a directory below d whose path is no longer than the kernel takes.
func (d *dir) chain(path string) (int, error) {
	if !noOpenat2.Load() {
		fd, err := unix.Openat2(d.fd, path, &unix.OpenHow{
			Flags:   dirFlags,
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
	fd := d.fd
	for name := range strings.SplitSeq(path, "/") {
		next, err := openat(fd, name, dirFlags|unix.O_NOFOLLOW, 0)
		if fd != d.fd {
			_ = unix.Close(fd)
		}
		if err != nil {
			return -1, err
		}
		fd = next
	}
	return fd, nil
}

func (d *dir) lstat(name string) (stat, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return stat{}, err
	}
	return convert(&st), nil
}

func fstat(fd int) (stat, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return stat{}, err
	}
	return convert(&st), nil
}

func convert(st *unix.Stat_t) stat {
	return stat{
		inode:  inode{wide(st.Dev), st.Ino},
		kind:   kindOf(st.Mode),
		perm:   st.Mode & 0o7777,
		uid:    st.Uid,
		gid:    st.Gid,
		nlink:  wide(st.Nlink),
		size:   st.Size,
		blocks: st.Blocks,
		rdev:   wide(st.Rdev),
		mtime:  stamp{int64(wide(st.Mtim.Sec)), int64(wide(st.Mtim.Nsec))},
		ctime:  stamp{int64(wide(st.Ctim.Sec)), int64(wide(st.Ctim.Nsec))},
	}
}

// wide converts fields whose width differs between architectures; signs survive
// the way back to int64.
func wide[T int32 | int64 | uint32 | uint64](v T) uint64 { return uint64(v) }

func kindOf(mode uint32) kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return regular
	case unix.S_IFDIR:
		return directory
	case unix.S_IFLNK:
		return symlink
	case unix.S_IFIFO:
		return fifo
	case unix.S_IFSOCK:
		return socket
	case unix.S_IFCHR:
		return charDevice
	case unix.S_IFBLK:
		return blockDevice
	}
	return unknown
}

var listBuffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// list reads all names of d, which must not have been listed before.
func (d *dir) list() ([]dirent, error) {
	buf := listBuffers.Get().(*[]byte)
	defer listBuffers.Put(buf)
	var out []dirent
	for {
		n, err := unix.Getdents(d.fd, *buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return out, nil
		}
		out = appendDirents(out, (*buf)[:n])
	}
}

// rewind makes d one that has not been listed.
func (d *dir) rewind() error {
	_, err := unix.Seek(d.fd, 0, 0)
	return err
}

func appendDirents(out []dirent, buf []byte) []dirent {
	const (
		lenAt  = unsafe.Offsetof(unix.Dirent{}.Reclen)
		typeAt = unsafe.Offsetof(unix.Dirent{}.Type)
		nameAt = unsafe.Offsetof(unix.Dirent{}.Name)
	)
	for len(buf) > int(nameAt) {
		rec := buf[:binary.NativeEndian.Uint16(buf[lenAt:])]
		buf = buf[len(rec):]
		name := rec[nameAt:]
		name = name[:bytes.IndexByte(name, 0)]
		if string(name) == "." || string(name) == ".." {
			continue
		}
		out = append(out, dirent{string(name), kindOf(uint32(rec[typeAt]) << 12)})
	}
	return out
}

func (d *dir) unlink(name string) error { return unix.Unlinkat(d.fd, name, 0) }

func (d *dir) mkdir(name string, perm uint32) error { return unix.Mkdirat(d.fd, name, perm) }

func (d *dir) rename(name string, to *dir, toName string) error {
	return unix.Renameat(d.fd, name, to.fd, toName)
}

// exchange makes two entries change places.
func (d *dir) exchange(name string, to *dir, toName string) error {
	return unix.Renameat2(d.fd, name, to.fd, toName, unix.RENAME_EXCHANGE)
}

func (d *dir) symlink(text, name string) error { return unix.Symlinkat(text, d.fd, name) }

func (d *dir) readlink(name string) (string, error) {
	for size := 256; ; size *= 4 {
		buf := make([]byte, size)
		n, err := unix.Readlinkat(d.fd, name, buf)
		if err != nil {
			return "", err
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

// mknod makes a fifo or a device like s.
func (d *dir) mknod(name string, s stat) error {
	mode := map[kind]uint32{fifo: unix.S_IFIFO, charDevice: unix.S_IFCHR, blockDevice: unix.S_IFBLK}[s.kind]
	return unix.Mknodat(d.fd, name, mode|0o600, int(s.rdev))
}

// privileged tells whether owners can be given away and modes do not matter.
func privileged() bool { return os.Geteuid() == 0 }
