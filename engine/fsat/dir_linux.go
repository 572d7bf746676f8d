//go:build linux && !portable

package fsat

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

	"lsyncgo/engine/descent"
	"lsyncgo/engine/root"
)

// Dir is an open directory. Names given to its methods are single segments.
type Dir struct {
	fd        int         // -1: closed, or not found again
	announced atomic.Bool // others know that this process has temporary entries here

	// The way from the directory that it was opened in, which is nil for a root.
	up         *Dir
	name       string
	id         *root.Identity // which directory it is; nil: not asked yet
	sequential bool           // see within
}

// Attrs names something whose attributes are read: what fd is open on, or the
// entry name in the directory fd. Symbolic links are not followed.
type Attrs struct {
	fd   int
	name string
	path bool // fd was opened with O_PATH
}

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// OpenRoot opens a directory that is open to be named only.
func OpenRoot(top *os.File) (*Dir, error) {
	fd, err := openat(int(top.Fd()), ".", dirFlags, 0)
	runtime.KeepAlive(top)
	if err != nil {
		return nil, err
	}
	return &Dir{fd: fd}, nil
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

// Close closes the directory; d must not be used then.
func (d *Dir) Close() {
	if d.fd >= 0 {
		_ = unix.Close(d.fd)
		d.fd = -1
	}
}

// Attrs is where the extended attributes of the entry name are read.
func (d *Dir) Attrs(name string) Attrs { return Attrs{fd: d.fd, name: name} }

// Stat looks at the directory itself.
func (d *Dir) Stat() (Stat, error) { return fstat(d.fd) }

// Rmdir removes an empty directory.
func (d *Dir) Rmdir(n string) error { return unix.Unlinkat(d.fd, n, unix.AT_REMOVEDIR) }

// OpenDir opens a directory in d; a symbolic link is ENOTDIR or ELOOP.
func (d *Dir) OpenDir(name string) (*Dir, error) {
	fd, err := openat(d.fd, name, dirFlags|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	return &Dir{fd: fd, up: d, name: name}, nil
}

// OpenBelow opens the directory rel, "" or "a/b/", without following any link.
func (d *Dir) OpenBelow(rel string) (*Dir, error) {
	name := strings.TrimSuffix(rel, "/")
	if name == "" {
		return d.OpenDir(".")
	}
	fd, err := descent.Below(d.fd, name, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	return &Dir{fd: fd, up: d, name: name}, nil
}

// Lstat looks at an entry; a symbolic link is not followed.
func (d *Dir) Lstat(name string) (Stat, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return Stat{}, err
	}
	return convert(&st), nil
}

func fstat(fd int) (Stat, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Stat{}, err
	}
	return convert(&st), nil
}

func convert(st *unix.Stat_t) Stat {
	return Stat{
		Inode:  Inode{wide(st.Dev), st.Ino},
		Kind:   kindOf(st.Mode),
		Perm:   st.Mode & 0o7777,
		UID:    st.Uid,
		GID:    st.Gid,
		Nlink:  wide(st.Nlink),
		Size:   st.Size,
		Blocks: st.Blocks,
		Rdev:   wide(st.Rdev),
		Mtime:  Time{int64(wide(st.Mtim.Sec)), int64(wide(st.Mtim.Nsec))},
		Ctime:  Time{int64(wide(st.Ctim.Sec)), int64(wide(st.Ctim.Nsec))},
	}
}

// wide converts fields whose width differs between architectures; signs survive
// the way back to int64.
func wide[T int32 | int64 | uint32 | uint64](v T) uint64 { return uint64(v) }

func kindOf(mode uint32) Kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return Regular
	case unix.S_IFDIR:
		return Directory
	case unix.S_IFLNK:
		return Symlink
	case unix.S_IFIFO:
		return FIFO
	case unix.S_IFSOCK:
		return Socket
	case unix.S_IFCHR:
		return CharDevice
	case unix.S_IFBLK:
		return BlockDevice
	}
	return Unknown
}

var listBuffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// List reads all names of d, which must not have been listed before.
func (d *Dir) List() ([]Entry, error) {
	buf := listBuffers.Get().(*[]byte)
	defer listBuffers.Put(buf)
	var out []Entry
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

// Rewind makes d one that has not been listed.
func (d *Dir) Rewind() error {
	_, err := unix.Seek(d.fd, 0, 0)
	return err
}

func appendDirents(out []Entry, buf []byte) []Entry {
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
		out = append(out, Entry{string(name), kindOf(uint32(rec[typeAt]) << 12)})
	}
	return out
}

// Unlink removes an entry that is no directory.
func (d *Dir) Unlink(name string) error { return unix.Unlinkat(d.fd, name, 0) }

// Mkdir makes a directory.
func (d *Dir) Mkdir(name string, perm uint32) error { return unix.Mkdirat(d.fd, name, perm) }

// Rename moves an entry, in the place of what has the name, which may be no directory.
func (d *Dir) Rename(name string, to *Dir, toName string) error {
	return unix.Renameat(d.fd, name, to.fd, toName)
}

// RenameNew moves an entry to a name that nothing has, else the error is fs.ErrExist. Where the file system cannot tell both
// at once, what gets the name between a look and the rename is replaced, if it is no directory.
func (d *Dir) RenameNew(name string, to *Dir, toName string) error {
	err := unix.Renameat2(d.fd, name, to.fd, toName, unix.RENAME_NOREPLACE)
	if err == unix.EINVAL || err == unix.ENOSYS {
		return d.renameAfterLook(name, to, toName)
	}
	return err
}

// Sync writes to the disk which entries d has.
func (d *Dir) Sync() error {
	if err := unix.Fsync(d.fd); err != nil && err != unix.EINVAL { // some file systems cannot
		return err
	}
	return nil
}

// Exchange makes two entries change places.
func (d *Dir) Exchange(name string, to *Dir, toName string) error {
	return unix.Renameat2(d.fd, name, to.fd, toName, unix.RENAME_EXCHANGE)
}

// Symlink makes a symbolic link.
func (d *Dir) Symlink(text, name string) error { return unix.Symlinkat(text, d.fd, name) }

// Readlink returns what a symbolic link says.
func (d *Dir) Readlink(name string) (string, error) {
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

// Mknod makes a fifo or a device like s.
func (d *Dir) Mknod(name string, s Stat) error {
	mode := map[Kind]uint32{FIFO: unix.S_IFIFO, CharDevice: unix.S_IFCHR, BlockDevice: unix.S_IFBLK}[s.Kind]
	return unix.Mknodat(d.fd, name, mode|0o600, int(s.Rdev))
}

// Privileged tells whether owners can be given away and modes do not matter.
func Privileged() bool { return os.Geteuid() == 0 }
