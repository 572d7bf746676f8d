package core

import (
	"slices"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/message"
)

// maxRound bounds the calls of scripts in one Step, so that a million ready
// events do not keep the loop from its other inputs.
const maxRound = 1000

// leftAlone is how long a script that did nothing about its ready event is not asked again.
const leftAlone = time.Second

// full reports whether all process slots of the program are taken.
func (c *Core) full() bool {
	return c.settings.MaxProcesses > 0 && c.running >= c.settings.MaxProcesses
}

func (s *Sync) canAct() bool {
	return s.working() && len(s.running) < s.cfg.MaxProcesses && s.open() && !s.rearranges() && !s.deletions.stale() && !s.exclusive()
}

// exclusive reports whether what runs has to end first, because one of the two looks at the source as a whole. A mirror
// deletes what it does not find there, and would take for that what a transfer beside it has just brought. Whatever an
// Init does, a Move that runs beside it may move what it has just brought.
func (s *Sync) exclusive() bool {
	if len(s.running) == 0 {
		return false
	}
	exclusive := func(k event.Kind) bool { return k == event.Init || s.cfg.Mirrors && k == event.Full }
	next := s.queue.Next(s.core.now)
	return exclusive(s.running[0].Kind()) || next != nil && exclusive(next.Kind)
}

// wholesale tells of the kinds whose work looks at the source as a whole, whatever waits in the FIFO.
func wholesale(k event.Kind) bool { return k == event.Init || k == event.Full }

// separate tells of the kinds that have a function of their own, and that the inlet does not give to others.
func separate(k event.Kind) bool { return wholesale(k) || k == event.Exist || k == event.EndExist }

// startWaiting starts spawned work for which there is a process slot now, one
// of each sync in turn. That of a sync on hold waits: it may be meant for another source.
func (c *Core) startWaiting() {
	for started := true; started && !c.full(); {
		started = false
		for i := range c.syncs {
			s := c.syncs[(c.turn+i)%len(c.syncs)]
			if len(s.waiting) == 0 || c.full() || !s.working() || !s.open() || len(s.running)-len(s.waiting) >= s.cfg.MaxProcesses {
				continue
			}
			a := s.waiting[0]
			s.waiting = s.waiting[1:]
			c.start(a)
			started = true
		}
	}
}

func (c *Core) start(a *Agent) {
	a.begun = c.now
	if c.log.Enabled("Exec") {
		a.Sync.log("Exec", a.work.Describe(), " for ", a)
	}
	a.proc = c.run(a, a.work)
}

// rounds asks the syncs in turn to act on their ready events, until none is
// left or no process slot is.
func (c *Core) rounds() {
	c.more = false
	calls := 0
	for acted := true; acted; {
		acted = false
		for range c.syncs {
			if c.full() || c.shuttingDown() {
				return
			}
			if calls >= maxRound {
				c.more = true
				return
			}
			s := c.syncs[c.turn%len(c.syncs)]
			c.turn = (c.turn + 1) % len(c.syncs)
			if s.act() {
				acted = true
				calls++
			}
			if c.more = c.more || len(c.failed) > 0; c.more {
				return
			}
		}
	}
}

// act runs the script for the first ready delay; false if there was nothing to
// do or the script left it alone.
func (s *Sync) act() bool {
	if !s.canAct() || s.notBefore(s.core.now).After(s.core.now) {
		return false
	}
	d := s.queue.Next(s.core.now)
	if d == nil || s.flooded() {
		return false
	}
	before := s.changes
	s.scan.begin(s.changes)
	var err error
	switch d.Kind {
	case event.Init:
		err = s.cfg.Actions.Init(s, AgentOf(s, d))
	case event.Full:
		err = s.cfg.Actions.Full(s, AgentOf(s, d))
	case event.Exist, event.EndExist:
		err = s.cfg.Actions.Exist(s, AgentOf(s, d))
	default:
		err = s.cfg.Actions.Action(s)
	}
	s.scan.end(s.changes != before)
	untouched := d.Queued() && d.Status() == delay.Wait
	switch {
	case err != nil:
		s.core.log.Log("Error", err)
		s.last = s.failure(err.Error(), nil, Result{})
		a := AgentOf(s, d)
		a.begun = s.core.now
		if untouched {
			why, tries := describe(d)+": its script failed", a.Tries()+1
			s.giveUp(s.again(a, a.fields(message.Retry), true, why), tries, why)
		}
		s.core.failed = append(s.core.failed, a)
	case untouched && separate(d.Kind):
		s.finish(AgentOf(s, d))
	case s.changes == before && s.scan.goesOn(s.changes):
		s.core.more = true
		return false
	case s.changes == before:
		s.quietUntil = s.core.now.Add(leftAlone)
		if s.core.log.Enabled("Debug") {
			s.log("Debug", "the action left ", describe(d), " alone; it is asked again when something happens, or after ", leftAlone)
		}
		return false
	}
	return true
}

// afterFailures has scripts that failed wait from now on. A script fails slowly if it ran until its time limit; then the
// time of the Step is that long ago, and a next try would be due at once. Between two such scripts the round ends, so
// that each holds up everything else once, and not all of them together; and the sync rests for as long as its script
// ran, be there a thousand other events for it, so that half of the time remains for everything else.
func (c *Core) afterFailures() {
	for _, a := range c.failed {
		s, d := a.Sync, a.Delays[0]
		s.restUntil = c.now.Add(c.now.Sub(a.begun))
		if c.sync(s.id) == s && d.Queued() && d.Status() == delay.Wait && d.Tries() > 0 {
			s.queue.Retry(d, c.now.Add(backoff(s.cfg.Delay, d.Tries())))
		}
	}
	c.failed = nil
}

// notBefore returns the first time, t or later, at which the script may be asked for a delay that is due at t.
func (s *Sync) notBefore(t time.Time) time.Time {
	for _, other := range []time.Time{s.quietUntil, s.restUntil} {
		if other.After(t) {
			t = other
		}
	}
	return t
}

// dropWaiting forgets what was spawned for and never started.
func (s *Sync) dropWaiting() {
	for _, a := range s.waiting {
		s.unlist(a)
	}
	s.waiting = nil
}

// unlist forgets an agent that does not run any more.
func (s *Sync) unlist(a *Agent) {
	s.running = slices.DeleteFunc(s.running, func(b *Agent) bool { return a == b })
	a.end = nil
}
