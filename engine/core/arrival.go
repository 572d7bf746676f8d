package core

import (
	"fmt"
	"slices"

	"lsyncgo/engine/status"
)

// Sweep asks the monitors to look at all that they are not told of at once; the answer comes as Swept with the same Number.
type Sweep struct{ Number uint64 }

// Swept answers a Sweep command: core has taken in all that had happened when it was asked.
type Swept struct{ Number uint64 }

// arrival is somebody who waits until all that has happened has arrived.
type arrival struct {
	number uint64 // of its Sweep
	swept  bool
	left   []awaited
	done   func(error)
}

// awaited is a sync of which something has still to arrive.
type awaited struct {
	sync    *Sync
	before  uint64 // what has a position before this one
	derived uint64 // of the sync at that time
}

// Arrival calls done once, from a Step, when all that has happened until now below the sources of the syncs of these names, or
// of all if there are none, has arrived at the targets. done gets a *status.Refusal if it will not without somebody who
// does something about it. cancel has it not called any more. The error names an unknown sync.
func (c *Core) Arrival(names []string, done func(error)) (cancel func(), err error) {
	syncs := c.syncs
	if len(names) > 0 {
		syncs = nil
	}
	for _, name := range names {
		s, err := c.named(name)
		if err != nil {
			return nil, err
		}
		syncs = append(syncs, s)
	}
	c.sweeps++
	a := &arrival{number: c.sweeps, done: done}
	for _, s := range syncs {
		a.left = append(a.left, awaited{sync: s})
	}
	c.arrivals = append(c.arrivals, a)
	c.do(Sweep{Number: a.number})
	return func() { c.arrivals = slices.DeleteFunc(c.arrivals, func(b *arrival) bool { return a == b }) }, nil
}

// swept takes in that a monitor has told of all that had happened.
func (c *Core) swept(in Swept) {
	for _, a := range c.arrivals {
		if a.number == in.Number {
			a.swept = true
			for i := range a.left {
				a.left[i].mark()
			}
		}
	}
}

// mark has the arrival wait for all that is queued now.
func (w *awaited) mark() { w.before, w.derived = w.sync.queue.End(), w.sync.derived }

// settleArrivals tells those whose wait is over.
func (c *Core) settleArrivals() {
	c.arrivals = slices.DeleteFunc(c.arrivals, func(a *arrival) bool {
		for i := range a.left {
			if why := a.left[i].sync.blocked(); why != nil {
				a.done(why)
				return true
			}
		}
		for i := len(a.left) - 1; a.swept && i >= 0; i-- {
			if a.left[i].arrived() {
				a.left = slices.Delete(a.left, i, i+1)
			}
		}
		if !a.swept || len(a.left) > 0 {
			return false
		}
		a.done(nil)
		return true
	})
}

// blocked says why nothing of the sync will arrive by itself; nil: it may.
func (s *Sync) blocked() error {
	refuse := func(state status.State, why string) error {
		return &status.Refusal{Text: fmt.Sprintf("sync %q is %s: %s", s.cfg.Name, state, why), Code: state.Severity()}
	}
	switch {
	case s.phase.ended() || s.core.shuttingDown():
		return refuse(status.Stopped, "nothing more arrives")
	case s.holds.doubtful():
		return refuse(status.Held, s.holds.reason())
	case s.pause != nil:
		return refuse(status.Paused, s.pause.words())
	case s.failures > 0 && s.queue.Len() == 0:
		return refuse(status.Degraded, s.reason)
	}
	return nil
}

// arrived reports whether all has that had happened. What was only derived from that meanwhile, as a Move that was taken
// apart or the content of a directory that moved in, has to arrive as well.
func (w *awaited) arrived() bool {
	s := w.sync
	oldest := s.queue.Oldest()
	switch {
	case s.phase != running || s.starting || s.following || s.rearranges() || s.persistent.any() || s.listing > 0 || s.existing.listing || s.existing.catchesUp() || s.deletions.stale():
		return false
	case oldest != nil && oldest.Position() < w.before:
		return false
	case s.derived != w.derived:
		w.mark()
		return oldest == nil
	}
	return true
}

// relist asks for what a directory holds; until all is told more is to come.
func (s *Sync) relist(cmd Relist) {
	s.listing++
	s.derived++
	s.core.do(cmd)
}

// listed takes in that all is told. Who waits since before that waits for what was told.
func (s *Sync) listed() {
	s.listing = max(0, s.listing-1)
	s.derived++
}
