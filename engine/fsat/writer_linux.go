//go:build linux && !portable

package fsat

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// A process that is about to make temporary entries in a directory holds a read lock on one
// byte of that directory: the byte that its mark numbers. The lock belongs to the open
// directory, so it ends with the process however that ends; it is seen in every pid
// namespace; and nobody can keep it from being taken, because the write lock that
// would be in its way needs a descriptor that is open for writing, which no directory gives.

// announce tells other processes that this one has temporary entries in d, until d is closed.
func (d *Dir) announce() {
	if d.announced.Load() {
		return
	}
	if l, ok := markLock(tempProcess, unix.F_RDLCK); ok {
		// A file system without locks leaves the others with the age of the entries.
		_ = unix.FcntlFlock(uintptr(d.fd), unix.F_OFD_SETLK, &l)
	}
	d.announced.Store(true)
}

// writer asks whether the process of mark has temporary entries in d.
func (d *Dir) writer(mark string) writer {
	l, ok := markLock(mark, unix.F_WRLCK)
	if !ok || unix.FcntlFlock(uintptr(d.fd), unix.F_OFD_GETLK, &l) != nil {
		return writerUnknown
	}
	switch {
	case l.Type != unix.F_UNLCK:
		return writerLives
	case d.shared():
		return writerUnknown
	}
	return writerEnded
}

func markLock(mark string, kind int16) (unix.Flock_t, bool) {
	at, err := strconv.ParseUint(mark, 16, 32)
	return unix.Flock_t{Type: kind, Start: int64(at), Len: 1}, err == nil
}

// shared tells whether other machines may write in d: locks on directories end at the
// machine that holds them.
func (d *Dir) shared() bool {
	var fs unix.Statfs_t
	if unix.Fstatfs(d.fd, &fs) != nil {
		return true
	}
	const gfs2, ocfs2, lustre = 0x01161970, 0x7461636f, 0x0bd00bd0
	switch uint32(fs.Type) { //nolint:gosec // magic numbers have 32 bits; the field's type differs between systems
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.CEPH_SUPER_MAGIC,
		unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC, unix.V9FS_MAGIC, unix.FUSE_SUPER_MAGIC, gfs2, ocfs2, lustre:
		return true
	}
	return false
}
