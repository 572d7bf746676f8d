package fsat

import "time"

// Kind is the type of a directory entry.
type Kind uint8

const (
	Unknown Kind = iota // a listing that does not tell types
	Regular
	Directory
	Symlink
	FIFO
	Socket
	CharDevice
	BlockDevice
)

// Time is a time as file systems keep it. time.Time.UnixNano does not reach
// all of them: ext4 and xfs go past the year 2262.
type Time struct{ Sec, Nsec int64 }

// Std is t for the time package.
func (t Time) Std() time.Time { return time.Unix(t.Sec, t.Nsec) }

// After reports whether t is later than u.
func (t Time) After(u Time) bool { return t.Sec > u.Sec || t.Sec == u.Sec && t.Nsec > u.Nsec }

// Inode names a file on this machine whatever its paths. It is zero where the
// system does not tell.
type Inode struct{ Dev, Ino uint64 }

// Stat is what decides whether two entries are equal, and whether one changed.
type Stat struct {
	Inode
	Kind         Kind
	Perm         uint32 // permission bits with setuid, setgid and sticky
	UID, GID     uint32
	Nlink        uint64
	Size         int64
	Blocks       int64 // of 512 bytes
	Rdev         uint64
	Mtime, Ctime Time
}

// Unchanged tells whether b, taken later, is still the file and the state of a.
func (a Stat) Unchanged(b Stat) bool {
	return a.Inode == b.Inode && a.Kind == b.Kind && a.Size == b.Size && a.Mtime == b.Mtime && a.Ctime == b.Ctime
}

// QuickMatch is the quick check: an entry that passes is taken to hold the same data.
func (a Stat) QuickMatch(b Stat) bool {
	return a.Kind == b.Kind && a.Size == b.Size && a.Mtime == b.Mtime
}

// Entry is one name of a listing.
type Entry struct {
	Name string
	Kind Kind
}

const (
	Setuid = 0o4000
	Setgid = 0o2000
	Sticky = 0o1000
)
