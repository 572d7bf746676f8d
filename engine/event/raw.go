package event

import "math/bits"

// RawMask is a set of kinds of raw events, as Linux numbers them: inotify(7). Their numbers never change.
type RawMask uint32

// The kinds of raw events. The last three come whether they were asked for or not.
const (
	InAccess       RawMask = 0x1
	InModify       RawMask = 0x2
	InAttrib       RawMask = 0x4
	InCloseWrite   RawMask = 0x8
	InCloseNowrite RawMask = 0x10
	InOpen         RawMask = 0x20
	InMovedFrom    RawMask = 0x40
	InMovedTo      RawMask = 0x80
	InCreate       RawMask = 0x100
	InDelete       RawMask = 0x200
	InDeleteSelf   RawMask = 0x400
	InMoveSelf     RawMask = 0x800
	InUnmount      RawMask = 0x2000
	InQOverflow    RawMask = 0x4000
	InIgnored      RawMask = 0x8000

	// InIsDir is added to the kind if the event is about a directory.
	InIsDir RawMask = 0x40000000
)

// AllRaw are all kinds of raw events.
const AllRaw = InAccess | InModify | InAttrib | InCloseWrite | InCloseNowrite | InOpen | InMovedFrom | InMovedTo | InCreate |
	InDelete | InDeleteSelf | InMoveSelf | InUnmount | InQOverflow | InIgnored

// rawNames are the kinds by their bit.
var rawNames = [...]string{
	"IN_ACCESS", "IN_MODIFY", "IN_ATTRIB", "IN_CLOSE_WRITE", "IN_CLOSE_NOWRITE", "IN_OPEN", "IN_MOVED_FROM", "IN_MOVED_TO",
	"IN_CREATE", "IN_DELETE", "IN_DELETE_SELF", "IN_MOVE_SELF", "", "IN_UNMOUNT", "IN_Q_OVERFLOW", "IN_IGNORED",
}

// RawKinds lists the names of all kinds of raw events.
func RawKinds() []string { return AllRaw.Names() }

// Names lists the names of the kinds in m.
func (m RawMask) Names() (list []string) {
	for bit, name := range rawNames {
		if name != "" && m&(1<<bit) != 0 {
			list = append(list, name)
		}
	}
	return list
}

// RawKind returns the kind with this name; false if there is none.
func RawKind(name string) (RawMask, bool) {
	for bit, n := range rawNames {
		if n == name && name != "" {
			return 1 << bit, true
		}
	}
	return 0, false
}

// Kind is the kind alone, without what else the mask tells.
func (m RawMask) Kind() RawMask { return m & AllRaw }

// String is the name of the kind, such as IN_CREATE; empty if there is none.
func (m RawMask) String() string {
	if m.Kind() == 0 {
		return ""
	}
	return rawNames[bits.TrailingZeros32(uint32(m.Kind()))]
}

// Raw is one event as the kernel tells it, for a receiver that asked for just that.
type Raw struct {
	Mask   RawMask // of one kind, and InIsDir where the kernel says so
	Cookie uint32  // the same for both halves of a rename; else 0
	// Path is what is watched, absolute and without a slash at its end: a directory, or the file whose path the watch has.
	// Empty if events were lost.
	Path string
	Name string // of the entry of the directory Path; empty if the event is about Path itself
	// Source is the absolute path from which the entry was moved, if that was watched as well; else empty.
	Source string
	IsDir  bool   // the entry, or else what is watched, is a directory
	Watch  string // the name of the watch
}

// Pathname is the absolute path of what the event is about; empty if events were lost.
func (r *Raw) Pathname() string {
	switch {
	case r.Name == "":
		return r.Path
	case r.Path == "/":
		return "/" + r.Name
	}
	return r.Path + "/" + r.Name
}

// RawRoot is how a receiver wants to be told what the kernel tells.
type RawRoot struct {
	// Kinds are told: each event by itself, in the order of the kernel. Events that were lost are an Overflow, whatever the kinds.
	Kinds RawMask
	// Subdirs: the directories that are below the root at first are watched, too.
	Subdirs bool
	// Follow: a directory that is made, moved to or renamed below the root is watched from then on. What is found in it is told as
	// InCreate, and a file that nobody is writing as InCloseWrite as well.
	Follow bool
	// Report: what is there at first is told as if it had just appeared. It needs Follow.
	Report bool
	// Excluded reports whether nothing is wanted of an absolute path and of what is below it. Any goroutine may call it, at
	// any time. Nil excludes nothing.
	Excluded func(path string) bool
}
