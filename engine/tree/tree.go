// Package tree says what directories hold, names and signatures, and how that differs from what they held before.
//
// It keeps what it was told to keep, and reports nothing by itself: who compares decides for each entry what is
// remembered. A tree of a million files costs about 80 bytes for each of them, and its name.
package tree

import (
	"io/fs"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/event"
)

// Signature shows whether an entry changed.
type Signature struct {
	Inode    uint64 // 0 where the system has none
	Size     int64  // of directories 0: it changes with their entries
	Modified int64  // when the content did last, in ns since 1970
	Changed  int64  // when anything did last, in ns since 1970; 0 where the system does not tell
	Mode     fs.FileMode
	UID, GID uint32
	// Refused: it is there, but no more is known than its type, because the system refuses to tell (a directory
	// without search permission, a broken file system).
	Refused bool
}

// IsDir reports whether it is of a directory.
func (s *Signature) IsDir() bool { return s.Mode.IsDir() }

// Latest is when the entry changed last, as far as its system tells; of a directory also when its entries did.
func (s *Signature) Latest() time.Time { return time.Unix(0, max(s.Modified, s.Changed)) }

// Told is the signature as events have it; nil if it is refused.
func (s *Signature) Told() *event.Signature {
	switch {
	case s.Refused:
		return nil
	case s.IsDir():
		return &event.Signature{Inode: s.Inode, Mode: s.Mode, UID: s.UID, GID: s.GID}
	}
	return &event.Signature{Inode: s.Inode, Size: s.Size, Modified: s.Modified, Changed: s.Changed, Mode: s.Mode, UID: s.UID, GID: s.GID}
}

// Entry is what a directory has under a name.
type Entry struct {
	Name string
	Signature
	// Below is what it holds itself; nil if it is no directory, or nobody listed it.
	Below *Dir
}

// Dir is a directory with what it held when it could be listed last, in order of names.
type Dir struct {
	Entries []Entry
	// Listed: it could be listed when that was tried last.
	Listed bool
	// Refused: the system refused to list it when that was tried last.
	Refused bool
}

// Find returns the entry called name; nil if there is none.
func (d *Dir) Find(name string) *Entry {
	if i, ok := slices.BinarySearchFunc(d.Entries, name, func(e Entry, name string) int { return strings.Compare(e.Name, name) }); ok {
		return &d.Entries[i]
	}
	return nil
}

// At returns the directory at path, relative to d and with a slash at the end, "" for d itself; nil if there is none.
func (d *Dir) At(path string) *Dir {
	for name := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if d == nil || path == "" {
			break
		}
		e := d.Find(name)
		if e == nil {
			return nil
		}
		d = e.Below
	}
	return d
}

// Count counts d and the directories below it.
func (d *Dir) Count() int {
	n := 0
	for range d.All("") {
		n++
	}
	return n
}
