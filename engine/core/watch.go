package core

import (
	"time"

	"lsyncgo/engine/message"
)

// maxBackoff is the longest wait between two attempts of anything that fails.
const maxBackoff = 5 * time.Minute

// backoff is the wait after the given number of failed attempts, from first
// doubling up to maxBackoff.
func backoff(first time.Duration, tries int) time.Duration {
	wait := max(first, time.Second)
	for ; tries > 1 && wait < maxBackoff; tries-- {
		wait *= 2
	}
	return min(wait, max(maxBackoff, first))
}

// maxAbsence is the longest wait between two looks for a source that was lost before a reload.
const maxAbsence = 10 * time.Second

// place asks for the watches of syncs that have none.
func (c *Core) place() {
	for _, s := range c.syncs {
		switch {
		case s.phase == queued && c.draining == 0:
			s.begin()
		case s.phase == placing && !s.watchAt.IsZero() && !s.watchAt.After(c.now):
		default:
			continue
		}
		s.phase = placing
		s.watchAt = time.Time{}
		if s.watchTries == 0 && c.log.Enabled("Info") {
			s.log("Info", s.cfg.summary())
		}
		c.Watch(s.watch())
	}
	c.announce()
}

func (s *Sync) watch() Watch {
	return Watch{Root: s.id, Source: s.cfg.Source, Given: s.cfg.path(), Target: s.cfg.Target, Monitor: s.cfg.Monitor, PollInterval: s.cfg.PollInterval, Flat: s.cfg.Flat, Mode: s.cfg.Mode,
		HardLinks: s.cfg.HardLinks, Slack: s.cfg.Delay / slackShare,
		Excluded: s.Hidden(), Mounts: s.MountPoints()}
}

func (c *Core) watched(in Watched) {
	if r := c.receivers[in.Root]; r != nil {
		r.Watched(in)
	}
}

// Watched implements Receiver.
func (s *Sync) Watched(in Watched) {
	c := s.core
	if s.phase != placing {
		return
	}
	if in.Err == nil {
		for _, path := range in.Unmounted {
			s.NoticeUnmounted(path)
		}
		if s.watchTries > 0 {
			s.watchTries, s.reason = 0, ""
		}
		s.phase = running
		s.log("Info", "watched")
		s.recount()
		away := s.origin.unproven && s.holds.has(sourceLost)
		if away {
			s.holds.end(sourceLost)
		}
		s.origin.unproven = false
		s.judge(in.Seen, away)
		return
	}
	s.watchTries++
	s.reason = in.Err.Error()
	if s.holds.has(sourceLost) { // as it was before a reload, or is again
		s.watchAt = c.now.Add(min(backoff(time.Second, s.watchTries), maxAbsence))
		return
	}
	if !c.settings.Insist {
		s.tell(message.NotWatched, "Error", "cannot watch ", s.cfg.Source, ": ", in.Err, "; use -insist or settings{ insist = true } to keep trying")
		s.die()
		return
	}
	wait := backoff(time.Second, s.watchTries)
	s.watchAt = c.now.Add(wait)
	s.tell(message.NotWatched, "Warn", "cannot watch ", s.cfg.Source, ": ", in.Err, "; trying again in ", wait)
}

// Placing implements Receiver.
func (s *Sync) Placing() bool { return s.phase == queued || s.phase == placing && s.watchTries == 0 }

// announce says once that every root has been watched or has a reason why not.
func (c *Core) announce() {
	if c.ready {
		return
	}
	for _, r := range c.receivers {
		if r.Placing() {
			return
		}
	}
	c.ready = true
	c.do(Ready{})
}

// slackShare is the part of a sync's delay by which it may hear later of what happens. It acts once for what
// comes together, where it would be woken for each change of a steady load.
const slackShare = 50
