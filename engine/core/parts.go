package core

import (
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// maxPart bounds how many delays, or as cheap things, one Step looks at, which takes some milliseconds: there may be a million,
// and other inputs get their turn meanwhile.
const maxPart = 5000

// goOn goes on with what is done in parts.
func (c *Core) goOn() {
	for _, s := range c.syncs {
		if s.phase == queued || s.phase.ended() {
			continue
		}
		s.rearrange()
		if !s.arranging.goesOn() {
			s.inherit()
			s.divide()
		}
		s.catchUp()
		if !s.arranging.goesOn() {
			s.tellExisting()
			s.retryPersistent()
		}
	}
}

// inParts reports whether there is more for goOn to do, whatever the time.
func (s *Sync) inParts() bool {
	return s.phase != queued && !s.phase.ended() && (s.heir() || s.rearranges() || s.deletions.replays() || s.existing.catchesUp())
}

// rearranges reports whether the order of the FIFO is being changed.
func (s *Sync) rearranges() bool { return s.dividing || s.arranging.goesOn() }

// heir reports whether something of the sync whose place this one takes is still to be taken over.
func (s *Sync) heir() bool { return s.former != nil && s.begun }

// inherit takes over the files whose content has changed, as the sync knew whose place this one takes: a startup takes one
// of the same size and time for unchanged. That sync does nothing any more, so what it knew stays as it was.
func (s *Sync) inherit() {
	if !s.heir() {
		return
	}
	old := s.former
	part := old.queue.Part(s.inherited, maxPart)
	for _, d := range part {
		s.inherited = d.Position() + 1
		s.take(d.Kind, d.Path())
	}
	if len(part) == maxPart {
		return
	}
	order := old.persistent.order
	n := min(maxPart, len(order))
	for _, ch := range order[:n] {
		if old.persistent.changes.holds(ch) {
			s.take(ch.kind, ch.path())
		}
	}
	if old.persistent.order = order[n:]; n == len(order) {
		s.former, s.inherited = old.former, old.inherited
	}
}

func (s *Sync) take(k event.Kind, path string) {
	if (k == event.Create || k == event.Modify) && !event.IsDir(path) && !s.Excluded(path) {
		s.add(event.Modify, path, "", event.Event{Root: s.id, Kind: event.Modify, Path: path, Time: s.core.now})
	}
}

// divideAll takes all Moves apart that are queued, as divideMoves does, when a startup or full sync has ended: it has no
// regard for what waits. Nothing of the sync is acted on until that is done.
func (s *Sync) divideAll() { s.dividing, s.divided = true, 0 }

func (s *Sync) divide() {
	if !s.dividing {
		return
	}
	part := s.queue.Part(s.divided, maxPart)
	for _, d := range part {
		s.divided = d.Position() + 1
		if d.Kind != event.Move {
			continue
		}
		dest := d.Dest()
		if s.divideMoves([]*delay.Delay{d}, s.core.now); s.arranging.goesOn() || event.IsDir(dest) && d.Kind != event.Move {
			return // that has looked at what else is queued
		}
	}
	s.dividing = len(part) == maxPart
}
