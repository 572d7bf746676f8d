package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/message"
)

// Occupy says that a job of the script acts on an agent from now on, which may take its time: its delays are active until JobEnded.
// kill ends the job early; JobEnded is called then as well. The job may hand the agent over to a process, by Spawn, once.
func (s *Sync) Occupy(a *Agent, kill func()) error {
	if err := s.mayBegin(a); err != nil {
		return fmt.Errorf("wait for %s: %w", a, err)
	}
	s.activate(a)
	a.begun, a.kill = s.core.now, kill
	s.core.jobs[a] = struct{}{}
	s.changes++
	return nil
}

// JobEnded says that the job is over that acted on the agent. err says why it failed.
func (a *Agent) JobEnded(err error) {
	s := a.Sync
	c := s.core
	a.kill = nil
	delete(c.jobs, a)
	if err != nil {
		c.log.Log("Error", err)
	}
	if a.work != nil { // the end of that counts
		return
	}
	s.unlist(a)
	s.changes++
	s.quietUntil = c.now
	switch {
	case s.phase == draining:
		c.left(s)
	case c.stops > 1:
	case err != nil:
		s.last = s.failure(err.Error(), nil, Result{})
		why, tries := a.String()+": its script failed", a.Tries()+1
		s.giveUp(s.again(a, a.fields(message.Retry), true, why), tries, why)
	default:
		s.through(a)
		s.finish(a)
	}
}

// occupied reports whether a job acts on the agent, and has not handed it over.
func (a *Agent) occupied() bool { return a.kill != nil && a.work == nil }

// activate says that something acts on the agent from now on.
func (s *Sync) activate(a *Agent) {
	for _, d := range a.Delays {
		s.queue.Activate(d)
	}
	s.running = append(s.running, a)
}

// mayBegin reports why nothing may begin to act on an agent, nil if something may.
func (s *Sync) mayBegin(a *Agent) error {
	switch {
	case s.core.shuttingDown():
		return errStopping
	case s.phase.ended():
		return errEnded
	}
	return a.free(s)
}

// killJobs ends the jobs that act on agents of s; nil: of all syncs.
func (c *Core) killJobs(s *Sync) {
	for _, a := range c.agentsWithJobs() {
		if s == nil || a.Sync == s {
			a.kill()
		}
	}
}

// limitJobs ends the jobs, and names what they were for, if the end of the program has waited for them long enough.
func (c *Core) limitJobs() {
	if len(c.jobs) == 0 {
		return
	}
	c.LastingTimers().Add(c.now.Add(c.settings.ShutdownTimeout), func(time.Time) error {
		var names []string
		for _, a := range c.agentsWithJobs() {
			names = append(names, a.Sync.cfg.Name+": "+a.String())
		}
		if len(names) > 0 {
			c.log.Log("Warn", "cancelled after shutdownTimeout: ", strings.Join(names, ", "))
		}
		c.killJobs(nil)
		return nil
	})
}

// agentsWithJobs are in the order in which their jobs began.
func (c *Core) agentsWithJobs() []*Agent {
	return slices.SortedFunc(maps.Keys(c.jobs), func(a, b *Agent) int {
		if n := a.begun.Compare(b.begun); n != 0 {
			return n
		}
		return strings.Compare(a.String(), b.String())
	})
}
