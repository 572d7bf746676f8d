package core

import (
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/message"
)

// ExitUndone is the exit code of a single pass that left something undone: with 0 the
// caller would take the targets for complete.
const ExitUndone = 1

// onePass begins the end when every startup is done, or will not be.
func (c *Core) onePass() {
	for _, s := range c.syncs {
		s.cutOff()
	}
	if c.exited || !c.allStarted() {
		return
	}
	c.stops, c.exitCode, c.exitWhy = 1, 0, "every startup is done"
	var undone []string
	for _, s := range c.syncs {
		if why := s.undoneWork(); why != "" {
			undone = append(undone, s.cfg.Name+" "+why)
		}
	}
	if len(undone) > 0 {
		c.exitCode, c.exitWhy = ExitUndone, "not everything is done: "+strings.Join(undone, "; ")
	}
	c.beginEnd()
}

// allStarted reports whether every sync has done its startup or does nothing more.
func (c *Core) allStarted() bool {
	for _, s := range c.syncs {
		if s.following {
			return false
		}
		if s.phase == stopped || s.holds.any() {
			continue
		}
		if s.phase != running || s.starting || s.existing.telling || len(s.running) > 0 {
			return false
		}
	}
	return true
}

// undoneWork says why the target may not be what the source is; "": it is.
func (s *Sync) undoneWork() string {
	switch {
	case s.phase == stopped:
		return "has died"
	case s.holds.doubtful():
		return "is on hold: " + s.holds.reason()
	case s.holds.any():
		return "is " + s.holds.reason()
	case s.persistent.any():
		return "is degraded: changes failed again and again"
	case s.failures > 0:
		return "is degraded: " + s.reason
	}
	return ""
}

// cutOff ends a sync whose tunnel failed before its startup was done: as after any startup
// that fails in a single pass, somebody waits for the end, unless he insists.
func (s *Sync) cutOff() {
	if s.core.settings.Insist || !s.working() || !s.starting || s.tunnel == nil || !s.tunnel.Down() {
		return
	}
	f := s.tunnel.Snapshot().LastError
	s.last = f
	s.tell(message.SyncStopped, "Error", "startup failed: tunnel ", s.cfg.Tunnel.Name, " cannot be opened: ", f.Text, "; use -insist or settings{ insist = true } to keep trying")
	if d := s.queue.Oldest(); d != nil && d.Kind == event.Init && len(s.running) == 0 {
		s.finish(AgentOf(s, d))
	}
	s.die()
}
