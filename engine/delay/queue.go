// Package delay is the delay FIFO of one sync: what happened waits here, is
// combined with what happened before, and is handed out in order.
//
// Two delays are related if one of them names the same path as the other, or a
// directory above it. A delay waits until everything older and related to it has
// left; unrelated delays do not notice each other. A million of them is normal,
// so no operation looks at all at once: Part, Collect and Work do in parts.
//
//   - A trie over path segments holds the ends of the delays: one at the path,
//     and for a Move a second one at the destination. What is older at a path or
//     above it is found by going up. What is older below it is not looked for but
//     counted: each end knows how many ends below it came after the one
//     before it at its path.
//   - A blocked delay is registered with the newest older one upwards, and looks
//     again when that leaves. It is free once no end of it is registered and
//     there is nothing olderBelow.
//   - Free delays stand in a timerHeap by alarm, and once due in one by position.
//
// The package is pure: it reads no clock and holds no lock. A Queue and its
// delays belong to one goroutine.
package delay

import (
	"math"
	"slices"
	"time"

	"lsyncgo/engine/event"
)

// Queue is the delay FIFO of one sync. New makes one.
type Queue struct {
	max   int
	seq   uint64
	round uint64 // counts the calls of Collect

	ignored [event.Delete + 1]bool // nobody acts on these
	files   map[*Delay][]event.File

	comparing comparing

	epoch    time.Time // of all instants
	fifo     fifo
	barriers []*Delay // the queued Init and Blanket, oldest first
	trie     trie
	schedule schedule

	counts   [Block + 1]int // by status
	retrying int            // tried before and not active
	retries  timerHeap      // of these, those that wait for an alarm
}

// New returns an empty queue. With maxDelays or more delays in it alarms are
// ignored: what waits is ready, unless Retry holds it. 0 or less sets no limit.
func New(maxDelays int) *Queue {
	return &Queue{max: maxDelays, trie: newTrie(), schedule: newSchedule(), comparing: comparing{}}
}

// SetMaxDelays changes the limit given to New.
func (q *Queue) SetMaxDelays(n int) {
	q.max = n
	q.schedule.adjust(q.Len(), q.max)
}

// Ignore says that nobody acts on events of these kinds, and on all others
// somebody does. Between Attrib, Modify and Create of one path the one that is acted on
// then stays, whatever else the table says: a script that knows Modify but not Create
// would not hear of a new file otherwise.
func (q *Queue) Ignore(kinds []event.Kind) {
	q.ignored = [event.Delete + 1]bool{}
	for _, k := range kinds {
		q.ignored[k] = true
	}
}

// AddUncombined queues an Init, Blanket or Full, which combines with nothing and
// waits for nothing but its alarm. Everything added after an Init or Blanket
// waits for it. A Full concerns nobody; path is that of a Full only.
func (q *Queue) AddUncombined(kind event.Kind, path string, alarm time.Time) *Delay {
	d := q.make(kind, "", false, alarm)
	if kind == event.Full {
		d.isDir, d.origin.node = false, &node{parent: q.trie.root, segment: path} // in no trie
	} else {
		q.barriers = append(q.barriers, d)
		q.trie.place(&d.origin, q.trie.root)
	}
	q.queue(d)
	return d
}

// AddExisting queues an Exist, or with the path "" an EndExist, which waits for all that is older and holds all that is younger.
// Nothing replaces them, and a repetition while one waits is absorbed.
func (q *Queue) AddExisting(kind event.Kind, path string, alarm time.Time) Verdict {
	at := q.trie.find(path)
	if old := at.sameNode(); old != nil && old == &old.delay.origin && old.delay.Kind == kind && old.delay.status != Active && old.delay.isDir == event.IsDir(path) {
		return Absorbed
	}
	d := q.make(kind, path, false, alarm)
	q.trie.insert(&d.origin, at)
	q.queue(d)
	return d.verdict()
}

// Len returns how many delays are queued, whatever their status.
func (q *Queue) Len() int { return q.counts[Wait] + q.counts[Active] + q.counts[Block] }

// Next returns the oldest delay that is ready at now, or nil, and leaves it as
// it is. now must not go back from call to call.
func (q *Queue) Next(now time.Time) *Delay {
	return q.schedule.next(q.instant(now), q.overLimit())
}

// NextAlarm returns the earliest time at which Next returns a delay if nothing
// else happens: the zero time if there is one that does not depend on time,
// because the queue has reached its limit. It is false if nothing waits.
func (q *Queue) NextAlarm() (time.Time, bool) {
	at, ok := q.schedule.alarm(q.overLimit())
	return q.time(at), ok
}

func (q *Queue) overLimit() bool { return q.max > 0 && q.Len() >= q.max }

// Activate says that an agent acts on d from now on. A blocked delay may be
// activated too, in a list together with what blocks it.
func (q *Queue) Activate(d *Delay) {
	if !d.queued || d.status == Active {
		return
	}
	q.schedule.leave(d)
	d.unregister()
	q.setStatus(d, Active)
	q.comparing.enter(d)
}

// Retry ends the activity on d and holds it: until alarm neither Next nor
// Collect touches it, not even in a queue over its limit. It keeps its place,
// and is blocked if something older and related is still queued.
func (q *Queue) Retry(d *Delay, alarm time.Time) {
	if !d.Queued() {
		return
	}
	if d.status == Active {
		q.comparing.leave(d)
	}
	q.schedule.leave(d)
	d.unregister()
	d.alarm, d.held = q.instant(alarm), true
	q.admit(d)
	if d.tries > 0 {
		q.retries.push(d)
		q.retries.trim(q.retrying)
	}
}

// Remove takes d out of the queue, whatever its status, and frees what waited
// only for it. Removing twice does nothing.
func (q *Queue) Remove(d *Delay) {
	if !d.queued {
		return
	}
	q.uncount(d)
	d.queued = false
	delete(q.files, d)
	q.schedule.leave(d)
	d.unregister()
	if d.status == Active {
		q.comparing.leave(d)
	}
	q.fifo.remove(d)
	if d.barrier() {
		i := slices.Index(q.barriers, d)
		q.barriers = slices.Delete(q.barriers, i, i+1)
	}
	for e := range d.ends {
		q.trie.withdraw(e, q.unblock)
	}
	q.release(d)
	q.schedule.adjust(q.Len(), q.max)
}

// Part returns up to so many delays in FIFO order, from a position on: that of one before plus one, or 0. A caller that looks at all in parts,
// while others come and go, sees each one that stays.
func (q *Queue) Part(from uint64, most int) (part []*Delay) {
	for d := q.fifo.from(from, false); d != nil && len(part) < most; d = d.next(false) {
		part = append(part, d)
	}
	return part
}

// Occupied reports whether something but a barrier is queued of path or of a directory above it.
func (q *Queue) Occupied(path string) bool {
	newest := q.trie.find(path).newest
	return newest != nil && !newest.delay.barrier()
}

// Oldest returns the delay that has been queued for the longest time, or nil.
func (q *Queue) Oldest() *Delay { return q.fifo.first(false) }

// make returns a delay that is not queued yet.
func (q *Queue) make(kind event.Kind, path string, tree bool, alarm time.Time) *Delay {
	q.seq++
	at := q.instant(alarm)
	d := &Delay{Kind: kind, isDir: event.IsDir(path), Tree: tree, alarm: at, first: at, seq: q.seq, queue: q}
	d.origin.delay = d
	return d
}

// queue appends d, whose ends are in the trie.
func (q *Queue) queue(d *Delay) {
	d.queued = true
	q.recount(d)
	q.fifo.append(d)
	q.admit(d)
	q.schedule.adjust(q.Len(), q.max)
}

// setStatus changes the status of d, which is queued.
func (q *Queue) setStatus(d *Delay, to Status) {
	q.uncount(d)
	d.status = to
	q.recount(d)
	d.setIdle(to != Active)
}

// uncount takes d out of the counts, if it is queued, before what they are about changes; recount takes it in again.
func (q *Queue) uncount(d *Delay) { q.countBy(d, -1) }

func (q *Queue) recount(d *Delay) { q.countBy(d, 1) }

func (q *Queue) countBy(d *Delay, n int) {
	if !d.queued {
		return
	}
	q.counts[d.status] += n
	if d.status != Active && d.tries > 0 {
		q.retrying += n
	}
}

// renew makes another event of d.
func (d *Delay) renew(kind event.Kind) {
	d.SetTries(0)
	d.Kind, d.Partials = kind, 0
	d.SetData(nil)
}

// Count returns how many delays have that status.
func (q *Queue) Count(s Status) int { return q.counts[s] }

// Retrying returns how many delays that are not active have failed before, and when the first of them is tried again: the
// zero time if none of them waits for a time.
func (q *Queue) Retrying() (n int, first time.Time) {
	if q.retrying == 0 {
		return 0, first
	}
	if d, _ := q.retries.peek(); d != nil {
		first = d.Alarm()
	}
	return q.retrying, first
}

// instant is a time in nanoseconds since the queue's epoch. Eight bytes instead
// of the 24 of a time.Time matter in a million delays, and counting from the
// first time seen keeps its monotonic clock: a step of the wall clock neither
// hurries nor hangs what is queued.
type instant int64

// always is the instant of the zero time.
const always instant = math.MinInt64

func (q *Queue) instant(t time.Time) instant {
	if t.IsZero() {
		return always
	}
	if q.epoch.IsZero() {
		q.epoch = t
	}
	return instant(t.Sub(q.epoch))
}

func (q *Queue) time(i instant) time.Time {
	if i == always {
		return time.Time{}
	}
	return q.epoch.Add(time.Duration(i))
}
