package root

import (
	"encoding/binary"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// File systems whose inode numbers last as long as an inode is in memory.
const (
	fat   = unix.MSDOS_SUPER_MAGIC
	exfat = unix.EXFAT_SUPER_MAGIC
	fuse  = unix.FUSE_SUPER_MAGIC
)

// exfatRoot is the inode number of the root of an exFAT.
const exfatRoot = 1

// Of returns which directory is open.
func Of(dir *os.File) (id Identity, err error) {
	withFd(dir, func(fd int) { id, err = identify(fd) })
	if err != nil {
		return Identity{}, fmt.Errorf("identify %s: %w", dir.Name(), err)
	}
	return id, nil
}

// OfDescriptor is [Of] for a directory that is open without an [os.File].
func OfDescriptor(fd int) (Identity, error) { return identify(fd) }

func identify(fd int) (Identity, error) {
	var st unix.Statx_t
	err := statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS|unix.STATX_BTIME|unix.STATX_MNT_ID_UNIQUE, &st)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Device: unix.Mkdev(st.Dev_major, st.Dev_minor), Inode: st.Ino}
	if st.Mask&unix.STATX_MNT_ID_UNIQUE != 0 {
		id.Mount = st.Mnt_id
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		id.Birth = Time{st.Btime.Sec, st.Btime.Nsec}
	}
	var fs unix.Statfs_t
	if err := statfs(fd, &fs); err != nil {
		return Identity{}, err
	}
	id.FileSystem = fileSystem(fs.Fsid.Val, st.Dev_major, st.Dev_minor)
	switch uint32(fs.Type) {
	case fuse: // its numbers count what the server was asked for; those of a root are the same for all
		id.Fleeting = true
	case fat, exfat: // inode numbers and generations are made up when an inode is read from the disk
		id.Fleeting = true
		if id.Inode == exfatRoot {
			id.Birth = Time{} // the time of the mount
		}
	default:
		id.Generation = generation(fd)
	}
	return id, nil
}

// fileSystem is the file system's own number, zero if it is but its device (xfs, FAT), which
// another disk may have tomorrow.
func fileSystem(val [2]int32, major, minor uint32) uint64 {
	n := uint64(uint32(val[0])) | uint64(uint32(val[1]))<<32
	if n == uint64(minor&0xff|major<<8|minor&^0xff<<12) {
		return 0
	}
	return n
}

// generation asks for the file handle, which needs no privilege to be told.
func generation(fd int) string {
	for {
		h, _, err := unix.NameToHandleAt(fd, "", unix.AT_EMPTY_PATH)
		switch err {
		case nil:
			return string(binary.BigEndian.AppendUint32(nil, uint32(h.Type()))) + string(h.Bytes())
		case unix.EINTR:
		default:
			return ""
		}
	}
}

func statx(at int, path string, flags int, mask int, st *unix.Statx_t) error {
	for {
		if err := unix.Statx(at, path, flags, mask, st); err != unix.EINTR {
			return err
		}
	}
}

func statfs(fd int, fs *unix.Statfs_t) error {
	for {
		if err := unix.Fstatfs(fd, fs); err != unix.EINTR {
			return err
		}
	}
}
