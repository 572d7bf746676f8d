package delay

import (
	"fmt"
	"time"

	"lsyncgo/engine/event"
)

// Verdict is what became of an event given to Add.
type Verdict uint8

const (
	// Queued: nothing queued is related to it; it is a delay of its own and waits.
	Queued Verdict = iota
	// Absorbed: a queued delay covers it already.
	Absorbed
	// Replaced: a queued delay took over its kind and alarm and kept its own place.
	Replaced
	// Stacked: it is a delay of its own, blocked by something older.
	Stacked
	// Split: a Move became a Delete and a Create, each combined for itself.
	Split
)

var verdictNames = [...]string{"queued", "absorbed", "replaced", "stacked", "split"}

// String returns the verdict in lower case, for logs.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// outcomes is what happens to a new event of a path (second index) whose newest
// related delay is of the same path (first index) and not active.
var outcomes = [...][event.Delete + 1]Verdict{
	event.Attrib: {event.Attrib: Absorbed, event.Modify: Replaced, event.Create: Replaced, event.Delete: Replaced},
	event.Modify: {event.Attrib: Absorbed, event.Modify: Absorbed, event.Create: Replaced, event.Delete: Replaced},
	event.Create: {event.Attrib: Absorbed, event.Modify: Absorbed, event.Create: Absorbed, event.Delete: Replaced},
	event.Delete: {event.Attrib: Absorbed, event.Modify: Absorbed, event.Create: Replaced, event.Delete: Absorbed},
}

// Add queues what happened: an Attrib, Modify, Create, Delete or, with dest, a
// Move. Paths are relative to the root and end in a slash for a directory. tree
// is event.Event's Tree; alarm is the time of the event plus the sync's delay,
// the zero time means at once. The newest related delay decides what becomes
// of it; an active one only ever blocks, for what acts on it may have read
// the old state already.
func (q *Queue) Add(kind event.Kind, path, dest string, tree bool, alarm time.Time) Verdict {
	switch {
	case kind == event.Move:
		return q.addMove(path, dest, tree, alarm)
	case kind > event.Move:
		q.AddUncombined(kind, path, alarm)
		return Queued
	}
	s := q.trie.find(path)
	if old := s.sameNode(); old != nil && old.delay.status != Active {
		d := old.delay
		switch {
		case d.Kind == event.Move:
			if d.Dest() == path && (kind == event.Create || kind == event.Delete) {
				d.forgetDest()
				tree = tree || kind == event.Create && event.Arrives(path)
			}
		case old == &d.origin && d.isDir == event.IsDir(path) && d.Kind <= event.Delete:
			if v := q.merge(d, kind, tree, alarm); v != Stacked {
				return v
			}
		}
	}
	d := q.make(kind, path, tree, alarm)
	q.trie.insert(&d.origin, s)
	q.queue(d)
	return d.verdict()
}

// merge combines a new event with the waiting or blocked delay d of its path.
func (q *Queue) merge(d *Delay, kind event.Kind, tree bool, alarm time.Time) Verdict {
	v := q.heeded(outcomes[d.Kind][kind], d.Kind, kind)
	switch {
	case d.Kind == event.Delete && kind == event.Create && d.isDir:
		// The old tree has to be gone before the new one is made.
		return Stacked
	case v == Absorbed:
		d.Tree = d.Tree || tree
	case v == Replaced:
		d.Tree = tree || d.Tree && d.Kind != event.Delete && kind != event.Delete
		d.renew(kind)
		q.postpone(d, q.instant(alarm))
	}
	return v
}

// heeded changes a verdict by which something that is acted on would give way
// to something that is not.
func (q *Queue) heeded(v Verdict, old, young event.Kind) Verdict {
	switch {
	case old == event.Delete || young == event.Delete:
	case v == Absorbed && q.ignored[old] && !q.ignored[young]:
		return Replaced
	case v == Replaced && q.ignored[young] && !q.ignored[old]:
		return Absorbed
	}
	return v
}

// postpone gives d a new alarm. A hold that ends later stays, so that a file
// that is written all the time does not defeat the backoff.
func (q *Queue) postpone(d *Delay, alarm instant) {
	if d.held && d.alarm > alarm {
		return
	}
	waits := d.state != unscheduled
	q.schedule.leave(d)
	d.alarm, d.held = alarm, false
	if waits {
		q.schedule.enter(d)
	}
}

// verdict tells what became of a delay that was just queued.
func (d *Delay) verdict() Verdict {
	if d.status == Block {
		return Stacked
	}
	return Queued
}
