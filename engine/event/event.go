// Package event holds what a monitor reports: values only, no behaviour that
// touches the file system, a clock or the engine.
package event

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// Kind says what happened. The first five come from the file system, the next
// three are made by the engine, two tell what there is, the last ones tell about the watching itself.
type Kind uint8

const (
	// Attrib: metadata of an entry changed.
	Attrib Kind = iota + 1
	// Modify: a file was written (see Mode for when that is reported).
	Modify
	// Create: an entry is new, or was moved in from a place nobody watches.
	Create
	// Delete: an entry is gone, or was moved to a place nobody watches.
	Delete
	// Move: an entry was renamed within one root, Path to Dest.
	Move

	// Init asks a sync for its startup work.
	Init
	// Blanket holds back everything that comes after it.
	Blanket
	// Full asks a sync to bring everything below Path into step.
	Full
	// Exist: Path is there, and has been since before the receiver asked for it.
	Exist
	// EndExist: all that there is has been told.
	EndExist

	// Overflow: events below the directory Path were lost, "" for all of the root; it has to be looked at again.
	Overflow
	// RootLost: the root itself was deleted, moved away or unmounted. Nothing
	// follows for this root until RootBack.
	RootLost
	// RootBack: the root exists again and is watched again.
	RootBack
	// RootElsewhere: the path by which the root is known leads to the directory Dest now, which is absolute. Nothing
	// follows for this root until RootBack.
	RootElsewhere
	// Unwatched: the directory Path could not be watched; Err says why.
	// Changes below it may be missed until the monitor looks again.
	Unwatched
	// Mounted: a file system is mounted at the directory Path below the root. Told of those that there are when
	// the root is watched, after Overflow and RootBack, and of each that comes, before what is in it.
	Mounted
	// Unmounted: none is mounted at Path any more. What was in it is out of sight, not gone: no Delete
	// tells of it.
	Unmounted
	// Listed: all that there was below the directory Path when the receiver asked for it has been told.
	Listed
	// Untouched: Raw is what the kernel told, for a root that asked for that. Such a root has no events of the other kinds that
	// come from the file system.
	Untouched

	// Kinds is one more than the last of them.
	Kinds
)

var kindNames = [Kinds]string{"", "Attrib", "Modify", "Create", "Delete", "Move", "Init", "Blanket", "Full", "Exist", "EndExist",
	"Overflow", "RootLost", "RootBack", "RootElsewhere", "Unwatched", "Mounted", "Unmounted", "Listed", "Untouched"}

// String returns the name that Lua scripts see as event.etype.
func (k Kind) String() string {
	if int(k) < len(kindNames) && k > 0 {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Event is one thing that happened below one root.
//
// Paths are bytes as the file system has them, relative to the root, without a
// leading slash; a directory ends in a slash; the root itself is "".
type Event struct {
	Root RootID
	Kind Kind
	Path string
	Dest string // Move: the new path; RootElsewhere
	// Tree marks a directory that appeared with contents for which no events of
	// their own follow (it was moved in): an action has to take all of it.
	Tree bool
	// Written marks the Create of a file that was written and closed since: no
	// Modify of its own tells of that.
	Written bool
	// Linked is the file that an Attrib, Modify or Create is about, if it has other names as well and the
	// root asks for that; else nil.
	Linked *File
	// Signature is that of the entry that an Attrib, Modify, Create or Exist is about, or that of Dest for a Move, when the event was told. It is
	// nil if the root does not ask for it, and if there was none any more.
	Signature *Signature
	// Empty marks a Mounted file system that has nothing in it.
	Empty bool
	Raw   *Raw // Untouched
	Time  time.Time
	Err   error // Unwatched, RootLost, Overflow: the reason, with the remedy in its text
}

// ErrBacklog is the reason of an Overflow that the receiver is to blame for: the monitor missed nothing itself.
var ErrBacklog = errors.New("more events came than could be worked on, as if the engine had been stopped")

// File names a file on this machine, whatever its paths.
type File struct{ Device, Inode uint64 }

// Signature shows whether an entry has changed. Of directories it says nothing of what is in them, and so nothing of their times.
type Signature struct {
	Inode                   uint64
	Size, Modified, Changed int64 // the times in ns since 1970
	Mode                    fs.FileMode
	UID, GID                uint32
}

// ErrUnmounted is the reason of a root that was lost with its file system.
var ErrUnmounted = errors.New("its file system was unmounted")

// RootID names a root within one monitor; the engine uses the number of the sync.
type RootID uint32

// IsDir reports whether path names a directory (or the root).
func IsDir(path string) bool { return path == "" || strings.HasSuffix(path, "/") }

// Mode says which kernel events count as a write. It is Lsyncd's inotifyMode.
type Mode uint8

const (
	// CloseWrite reports a file when a writer closes it; a new file that is
	// still open for writing is reported when it is closed. The default.
	CloseWrite Mode = iota
	// ModifyOnly reports every write and does not wait for a close.
	ModifyOnly
	// CloseWriteOrModify reports both.
	CloseWriteOrModify
	// CloseWriteAfterModify reports a close only if something was written
	// since the file was opened.
	CloseWriteAfterModify
)

// ParseMode reads a value of inotifyMode.
func ParseMode(s string) (Mode, error) {
	switch s {
	case "", "CloseWrite":
		return CloseWrite, nil
	case "Modify":
		return ModifyOnly, nil
	case "CloseWrite or Modify":
		return CloseWriteOrModify, nil
	case "CloseWrite after Modify":
		return CloseWriteAfterModify, nil
	}
	return 0, fmt.Errorf("inotifyMode %q is not one of CloseWrite, Modify, \"CloseWrite or Modify\", \"CloseWrite after Modify\"", s)
}
