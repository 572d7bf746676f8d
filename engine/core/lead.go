package core

import (
	"fmt"

	"lsyncgo/engine/event"
	"lsyncgo/engine/work"
)

// elsewhere: the path that the config gives for the source leads to another directory now. Nothing is done until it is
// known whether that can be the source; what waits was about the former one.
//
// A link that took the place of the directory itself, or of one above it, is no link that was pointed elsewhere: the sync waits
// until the directory is back, or somebody says Resume.
func (s *Sync) elsewhere(to string) {
	if !s.cfg.led() && !s.origin.trusted.Zero() {
		s.lost(event.Event{Err: fmt.Errorf("a link leads to %s in its place; if that is right, say %s", to, s.resuming())})
		s.detour = to
		return
	}
	s.follow(to)
}

func (s *Sync) follow(to string) {
	s.detour = ""
	s.following, s.inspecting = true, 0
	s.existing.listing = false
	s.core.do(Follow{Root: s.id, Source: to})
}

// Lead gives the place of a sync to one with another source, because the path of the source leads there now: a link was pointed
// elsewhere. All of it is synced. What was known of the former source goes, and with it what held the sync, save for
// its target. Cfg is the definition with the new source; the filter rules stay as they are. It returns
// the new sync, nil if there is none: the sync is gone, or the path leads back.
func (c *Core) Lead(id event.RootID, cfg SyncConfig) *Sync {
	s := c.sync(id)
	if s == nil || s.phase.ended() || !s.following {
		return nil
	}
	cfg.Rules = s.Rules()
	next, err := c.make(cfg)
	if err != nil { // never: the rules were in force
		s.Astray(err.Error())
		return nil
	}
	for i := range c.syncs {
		if c.syncs[i] == s {
			c.syncs[i] = next
		}
	}
	next.startedAt, next.awaits, next.unlike = s.startedAt, s.awaits, true
	s.log("Normal", "source ", cfg.path(), " leads to ", cfg.Source, " now, no longer to ", s.cfg.Source, ": syncing from there, from scratch")
	s.abandon()
	c.remove(s)
	next.keepTarget(s)
	if s.pause != nil {
		next.setPause(*s.pause)
	}
	if !cfg.HasInit {
		next.degrade("the source is another directory and there is no init to sync it", "")
		next.log("Error", "the sync has no init that could bring what the new source has: only what changes from now on arrives")
	}
	return next
}

// Unlike reports whether the target has been made from another source: files may be of the same size and time, as releases of a
// program often are, and differ.
func (s *Sync) Unlike() bool { return s.unlike }

// Astray holds a sync whose path leads where its source cannot be, for as long as it does. Why says what is wrong there.
func (s *Sync) Astray(why string) {
	if s.following {
		s.following = false
		s.lost(event.Event{Err: fmt.Errorf("%s %s", s.cfg.path(), why)})
	}
}

// abandon ends what runs and is done again by what comes next.
func (s *Sync) abandon() {
	for _, a := range s.running {
		if w, ok := a.work.(work.Repeatable); ok && w.Repeatable() && a.proc != 0 {
			s.core.Kill(a.proc)
		}
	}
}

// keepTarget takes over that the target may be another one.
func (s *Sync) keepTarget(old *Sync) {
	s.accept = old.accept
	s.holds.add(targetOther, old.holds[targetOther])
	s.stillHeld()
}
