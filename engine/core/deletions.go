package core

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
)

// deletions is what a sync with MaxDelete knows, to see a flood of deletes before it
// reaches the target. It is all zero for a sync without.
//
// An event counts when it is told, not when it is done: what stands in the FIFO
// may be in the next batch, whether its delay is over or not.
type deletions struct {
	inventory *inventory.Inventory // nil until it was counted
	counting  uint64               // names the count that is awaited; 0: none is
	changes   []*inventory.Work    // of it, that are made in parts
	forgives  bool                 // when these are made, all losses are forgiven
	deferred  []event.Event        // came meanwhile, or later and wait behind those

	empty    bool // so was the source when it was watched: its startup deletes nothing
	approved bool // the next startup may delete whatever it finds: somebody said so
}

// maxFirst is how many paths the reason of a hold names.
const maxFirst = 3

// recount asks for a count of what the source has; the sync acts on nothing until the answer.
func (s *Sync) recount() {
	if s.cfg.MaxDelete == nil {
		return
	}
	s.core.counts++
	s.deletions.counting = s.core.counts
	s.core.do(Count{Root: s.id, Number: s.core.counts, Source: s.cfg.Source, Flat: s.cfg.Flat, Excluded: s.Excluded})
}

func (c *Core) counted(in Counted) {
	s := c.sync(in.Root)
	if s == nil || s.deletions.counting != in.Number {
		return
	}
	l := &s.deletions
	l.counting = 0
	switch {
	case in.Err != nil && s.sound():
		s.holdFor(sourceUnverified, in.Err.Error())
	case in.Err != nil:
	case l.inventory == nil:
		l.inventory = in.Inventory
		l.inventory.Advance(c.now, c.now)
	default:
		var kept []string
		for _, a := range s.mounts.away {
			for _, n := range a.names {
				if !n.above {
					kept = append(kept, n.path)
				}
			}
		}
		l.change(l.inventory.Update(in.Inventory, kept...))
	}
}

// change begins with a change of the inventory, which goOn goes on with.
func (l *deletions) change(w *inventory.Work) {
	if len(l.changes) > 0 || w.Do(maxPart) {
		l.changes = append(l.changes, w)
	}
}

// forgive takes all losses for wanted.
func (l *deletions) forgive() {
	if l.forgives = len(l.changes) > 0; !l.forgives {
		l.inventory.Forgive()
	}
}

// forget drops the inventory.
func (l *deletions) forget() { l.inventory, l.changes, l.forgives = nil, nil, false }

// stale reports whether the inventory is not up to date yet.
func (l *deletions) stale() bool { return l.counting != 0 || len(l.deferred) > 0 || len(l.changes) > 0 }

// replays reports whether catchUp has something to do.
func (l *deletions) replays() bool {
	return len(l.changes) > 0 || l.counting == 0 && len(l.deferred) > 0
}

// catchUp goes on with changes of the inventory, and takes in what came meanwhile and while the source was counted.
func (s *Sync) catchUp() {
	l := &s.deletions
	switch {
	case !l.replays():
		return
	case len(l.changes) > 0:
		if l.changes[0].Do(maxPart) {
			return
		}
		if l.changes = l.changes[1:]; len(l.changes) == 0 && l.forgives {
			l.forgive()
		}
		return
	}
	n := 0
	for n < len(l.deferred) && n < maxPart && len(l.changes) == 0 {
		s.takeIn(l.deferred[n])
		n++
	}
	if l.deferred = l.deferred[n:]; len(l.deferred) == 0 {
		l.deferred = nil
	}
}

// account keeps the inventory right, of what the sync can see.
func (s *Sync) account(e event.Event) {
	l := &s.deletions
	switch {
	case e.Kind != event.Create && e.Kind != event.Delete && e.Kind != event.Move:
		return
	case l.stale():
		l.deferred = append(l.deferred, e)
	default:
		s.takeIn(e)
	}
}

func (s *Sync) takeIn(e event.Event) {
	l := &s.deletions
	if l.inventory == nil {
		return
	}
	l.inventory.Advance(s.core.now, s.undone())
	from := !s.Excluded(e.Path)
	switch e.Kind {
	case event.Create:
		if from {
			l.inventory.Add(e.Path)
		}
	case event.Delete:
		switch {
		case s.mounts.back[e.Path]: // what is mounted again is not lost first
			delete(s.mounts.back, e.Path)
		case from:
			l.change(l.inventory.Remove(e.Path, s.Spared()...))
		}
	case event.Move:
		switch to := !s.Excluded(e.Dest); {
		case from && to:
			l.inventory.Move(e.Path, e.Dest)
		case from:
			l.change(l.inventory.Remove(e.Path))
		case to:
			l.inventory.Add(e.Dest)
		}
	}
}

// undone is the time of the oldest event that is still to be done.
func (s *Sync) undone() time.Time {
	if d := s.queue.Oldest(); d != nil {
		return s.happened(d)
	}
	return s.core.now
}

// rests reports whether nothing of the sync may be acted on now.
func (s *Sync) rests() bool {
	return s.holds.any() || s.following || s.rearranges() || s.deletions.stale() || s.flooded()
}

// flooded holds a sync whose next batch may delete more than its limit, and
// reports whether it did, or cannot tell before the next Step.
func (s *Sync) flooded() bool {
	l := &s.deletions
	if l.inventory == nil {
		return false
	}
	if l.inventory.Advance(s.core.now, s.undone()) {
		s.core.more = true
		return true
	}
	if !s.cfg.DeletesLive || !s.working() {
		return false
	}
	lost, known := l.inventory.Lost(), l.inventory.Known()
	if lost <= s.cfg.MaxDelete.Of(known) {
		return false
	}
	first := l.inventory.First(maxFirst)
	for i := range first {
		first[i] = strconv.Quote(first[i])
	}
	s.holdFor(overEvents, fmt.Sprintf("would delete %s of %s entries (limit %s): first %s",
		grouped(lost), grouped(known), s.cfg.MaxDelete, strings.Join(first, ", ")))
	return true
}

// DeleteLimit returns how many entries the work for an Init or Full may delete at
// the target; limited is false if any number is right. Work that meets the limit
// ends with failure.DeleteLimit, as rsync --max-delete does, and the sync is held.
func (s *Sync) DeleteLimit(a *Agent) (n int, limited bool) {
	a.limited = (s.deletions.inventory != nil || s.deletions.empty) && !s.deletions.approved
	switch {
	case !a.limited:
		return 0, false
	case s.deletions.empty:
		return 0, true
	}
	return s.cfg.MaxDelete.Of(s.deletions.inventory.Known()), true
}

// overLimit takes an agent back whose work has met its limit, and holds the sync.
func (s *Sync) overLimit(a *Agent, r Result) {
	s.last = s.failure("deletions were stopped", a, r)
	for _, d := range a.Delays {
		s.queue.Retry(d, s.core.now)
	}
	if !s.sound() {
		return
	}
	what := "startup"
	if a.Kind() == event.Full {
		what = "full sync"
	}
	if s.deletions.empty {
		s.holdFor(overStart, fmt.Sprintf("the source %s is empty and the target is not: a disk may not be mounted", s.cfg.Source))
		return
	}
	known := s.deletions.inventory.Known()
	why := fmt.Sprintf("the %s would delete more than %s entries (limit %s of %s)", what,
		grouped(s.cfg.MaxDelete.Of(known)), s.cfg.MaxDelete, grouped(known))
	if len(r.Tail) > 0 {
		why += ": " + r.Tail[len(r.Tail)-1]
	}
	s.holdFor(overStart, why)
}

// approve takes what is missing now for meant. It reports whether that was all
// that held the sync: then its FIFO simply goes on.
func (s *Sync) approve() bool {
	l := &s.deletions
	starts, limitHit, unsure := s.holds.has(overStart), s.holds.has(overLimit...), s.holds.has(unverified...)
	s.holds.end(repairable...)
	l.empty = false
	switch {
	case s.cfg.MaxDelete == nil:
		return false
	case unsure || !limitHit: // the source may be another one
		l.forget()
		l.approved = s.cfg.HasInit
		return false
	}
	if l.inventory != nil { // a reload has not counted yet
		l.forgive()
	}
	l.approved = starts || s.starting
	s.changes++
	return true
}

// grouped writes a number with a comma before every three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
