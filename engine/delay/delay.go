package delay

import (
	"fmt"
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

// Delay is one thing to do, as it stands in the FIFO. Its exported fields may
// be read at any time; only Tries, Partials and Data are the caller's to write.
type Delay struct {
	// A million delays do not fit into any cache. What an event that meets its
	// path again reads stands together in front, up to and with origin.
	home node // of the origin, unless that has one already

	Kind event.Kind
	// Tree: the directory has contents that no events of their own tell of.
	Tree bool
	// Tries counts the failed attempts so far. The core keeps it; a replaced
	// delay starts again at 0.
	Tries uint16
	// Partials counts those of them that were partial failures, up to 255; kept like Tries.
	Partials uint8

	status Status
	queued bool
	held   bool // by Retry
	shelf  shelf
	turn   uint32 // of its valid slip, see agenda

	seq    uint64
	origin end // at Path; at the root for Init and Blanket; nowhere for Full

	Path  string // relative to the root; a directory ends in a slash; the root is ""
	alarm instant
	first instant // the alarm it was queued with
	queue *Queue
	links [2]link // indexed by line

	Dest    string // Move only: the new path
	far     *end   // at the destination of a Move, or of what was a Move
	waiters *end   // the ends whose newest older delay upwards is this one
	round   uint64 // of the Collect that took it
	// Data belongs to the script side. It is nil in a fresh or replaced delay.
	Data any
}

// Alarm returns the time from which on the delay may be acted on.
func (d *Delay) Alarm() time.Time { return d.queue.time(d.alarm) }

// FirstAlarm returns the alarm that the delay was queued with, before anything
// replaced it or was tried again.
func (d *Delay) FirstAlarm() time.Time { return d.queue.time(d.first) }

// Queued reports whether the delay still stands in the FIFO.
func (d *Delay) Queued() bool { return d.queued }

// Status tells whether the delay waits, is acted on or is blocked. It means
// nothing after Remove.
func (d *Delay) Status() Status { return d.status }

// Seq returns the position in the FIFO: smaller is older.
func (d *Delay) Seq() uint64 { return d.seq }

// BlockedBy returns a delay that d waits for: the newest of the older ones at
// or above one of its paths. It is nil if d is not blocked, and also if it is
// blocked only by what lies below it, of which the queue keeps just a count.
func (d *Delay) BlockedBy() *Delay {
	if d.origin.blocker == nil && d.far != nil {
		return d.far.blocker
	}
	return d.origin.blocker
}

// barrier reports whether everything younger waits for d.
func (d *Delay) barrier() bool { return d.Kind == event.Init || d.Kind == event.Blanket }
