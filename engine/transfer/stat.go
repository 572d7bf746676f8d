package transfer

// kind is the type of a directory entry.
type kind uint8

const (
	unknown kind = iota // a listing that does not tell types
	regular
	directory
	symlink
	fifo
	socket
	charDevice
	blockDevice
)

// stamp is a time as file systems keep it. time.Time.UnixNano does not reach
// all of them: ext4 and xfs go past the year 2262.
type stamp struct{ sec, nsec int64 }

func (t stamp) after(u stamp) bool { return t.sec > u.sec || t.sec == u.sec && t.nsec > u.nsec }

// inode names a file on this machine whatever its paths. It is zero where the
// system does not tell.
type inode struct{ dev, ino uint64 }

// stat is what decides whether two entries are equal, and whether one changed.
type stat struct {
	inode
	kind         kind
	perm         uint32 // permission bits with setuid, setgid and sticky
	uid, gid     uint32
	nlink        uint64
	size         int64
	blocks       int64 // of 512 bytes
	rdev         uint64
	mtime, ctime stamp
}

// unchanged tells whether b, taken later, is still the file and the state of a.
func (a stat) unchanged(b stat) bool {
	return a.inode == b.inode && a.kind == b.kind && a.size == b.size && a.mtime == b.mtime && a.ctime == b.ctime
}

// alike is the quick check: an entry that passes is taken to hold the same data.
func (a stat) alike(b stat) bool {
	return a.kind == b.kind && a.size == b.size && a.mtime == b.mtime
}

// dirent is one name of a listing.
type dirent struct {
	name string
	kind kind
}
