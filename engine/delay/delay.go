package delay

import (
	"fmt"
	"strings"
	"time"

	"lsyncgo/engine/event"
)

// Status says where a delay stands.
type Status uint8

const (
	// Wait: nothing older stands in front; it is ready when its alarm comes.
	Wait Status = iota
	// Active: an agent acts on it.
	Active
	// Block: something older and related is still queued.
	Block
)

var statusNames = [...]string{"wait", "active", "block"}

// String returns the word that logs, the status file and Lua scripts show.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// Delay is one thing to do, as it stands in the FIFO. Kind, Tree and what its methods return may
// be read at any time; only Partials is the caller's to write.
//
// A million delays are normal, so what only few of them need is in relations, and the path is not kept as text: that of
// a file in a deep directory takes more memory than all the rest.
type Delay struct {
	selfNode node // of the origin, unless that has one already

	Kind event.Kind
	// Tree: the directory has contents that no events of their own tell of.
	Tree bool
	// Partials counts those of the failed attempts that were partial failures, up to 255. The core keeps it; a replaced
	// delay starts again at 0.
	Partials uint8

	isDir  bool // the path ends in a slash
	status Status
	queued bool
	held   bool // by Retry
	state  queueState
	slot   uint8 // in its page
	tries  uint16
	turn   uint32 // of its valid item in a timerHeap

	seq    uint64
	page   *page
	alarm  instant
	first  instant // the alarm it was queued with
	queue  *Queue
	origin end // at the path; at the root for Init and Blanket; in no trie for Full
}

// relations is what only some ends have: those that something related stands in front of or behind.
type relations struct {
	// left and right are the children in the node's entries.
	left, right *end

	// blocker is the newest older delay at the end's node or above it, if the delay
	// is blocked by one; prev and next chain the ends with the same blocker.
	blocker    *Delay
	prev, next *end

	// olderBelow counts the ends strictly below the node that are older than this
	// one and younger than its predecessor at the node.
	olderBelow uint32

	// The others are used of origins only.

	destIsDir bool
	waiters   *end // the ends whose newest older delay upwards is this one
	destRef   *end // at the destination of a Move, or of what was a Move
	data      any
}

// Path returns the path relative to the root; a directory ends in a slash; the root is "".
func (d *Delay) Path() string { return d.origin.node.path(d.isDir) }

// Dest returns the new path of a Move, else "".
func (d *Delay) Dest() string {
	if d.Kind != event.Move {
		return ""
	}
	m := d.origin.more
	return m.destRef.node.path(m.destIsDir)
}

// Tries counts the failed attempts so far. A replaced delay starts again at 0.
func (d *Delay) Tries() int { return int(d.tries) }

// SetTries sets what Tries returns.
func (d *Delay) SetTries(n int) {
	d.queue.uncount(d)
	d.tries = uint16(min(n, 1<<16-1))
	d.queue.recount(d)
}

// Data returns what SetData has kept: it belongs to the script side. It is nil in a fresh or replaced delay.
func (d *Delay) Data() any {
	if d.origin.more == nil {
		return nil
	}
	return d.origin.more.data
}

// SetData keeps a value with the delay.
func (d *Delay) SetData(v any) {
	if v != nil || d.origin.more != nil {
		d.origin.relate().data = v
	}
}

// Alarm returns the time from which on the delay may be acted on.
func (d *Delay) Alarm() time.Time { return d.queue.time(d.alarm) }

// FirstAlarm returns the alarm that the delay was queued with, before anything
// replaced it or was tried again.
func (d *Delay) FirstAlarm() time.Time { return d.queue.time(d.first) }

// Position tells where the delay stands in the FIFO: younger ones have greater numbers.
func (d *Delay) Position() uint64 { return d.seq }

// End is the position that the next delay will have.
func (q *Queue) End() uint64 { return q.seq + 1 }

// Queued reports whether the delay still stands in the FIFO.
func (d *Delay) Queued() bool { return d.queued }

// Status tells whether the delay waits, is acted on or is blocked. It means
// nothing after Remove.
func (d *Delay) Status() Status { return d.status }

// barrier reports whether everything younger waits for d.
func (d *Delay) barrier() bool { return d.Kind == event.Init || d.Kind == event.Blanket }

// tellsExisting reports whether d says that something is there, or that this was all.
func (d *Delay) tellsExisting() bool { return d.Kind == event.Exist || d.Kind == event.EndExist }

// Item is what a delay was at one time, as a value that any goroutine may read: thousands of them are copied at once,
// and their paths are made into text where that holds up nobody.
type Item struct {
	Kind               event.Kind
	Status             Status
	isDir, destIsDir   bool
	pathNode, destNode *node
}

// Item returns what the delay is now.
func (d *Delay) Item() Item {
	i := Item{Kind: d.Kind, Status: d.status, isDir: d.isDir, pathNode: d.origin.node}
	if d.Kind == event.Move {
		i.destNode, i.destIsDir = d.origin.more.destRef.node, d.origin.more.destIsDir
	}
	return i
}

// Path is as Delay.Path.
func (i Item) Path() string { return i.pathNode.path(i.isDir) }

// Dest is as Delay.Dest.
func (i Item) Dest() string {
	if i.destNode == nil {
		return ""
	}
	return i.destNode.path(i.destIsDir)
}

// path joins the segments from the root down. It only reads what never changes of a node.
func (n *node) path(isDir bool) string {
	size := 0
	for a := n; a.parent != nil; a = a.parent {
		size += len(a.segment) + 1
	}
	if size == 0 {
		return ""
	}
	var chain [16]*node
	nodes := chain[:0]
	for a := n; a.parent != nil; a = a.parent {
		nodes = append(nodes, a)
	}
	var b strings.Builder
	b.Grow(size)
	for i := len(nodes) - 1; i >= 0; i-- {
		b.WriteString(nodes[i].segment)
		if i > 0 || isDir {
			b.WriteByte('/')
		}
	}
	return b.String()
}
