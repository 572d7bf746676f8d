package core

import (
	"fmt"

	"lsyncgo/engine/event"
	"lsyncgo/engine/message"
	"lsyncgo/engine/root"
)

// Seen is what a look at a source, and at its target, has found.
type Seen struct {
	Source root.Identity
	Err    error // why it cannot be told which directory the source is
	Empty  bool  // the source has nothing in it
	// TargetFull: the target is a directory of this machine and has something in it. Whether one on another
	// host has, nobody can see from here.
	TargetFull bool
}

// origin is what a sync knows of its source. A reload hands it on.
type origin struct {
	trusted root.Identity // what is synced; zero: it was never seen
	found   root.Identity // what holds the sync, and is trusted after Resume
	// unproven: the sync of the former definition has lost the source, or this one has not watched it yet. Until it has,
	// nobody tells that it is back.
	unproven bool
}

// lost stops a sync whose source is gone. Its absence is never passed on as deletes.
func (s *Sync) lost(e event.Event) {
	why := "the source is lost"
	if e.Err != nil {
		why = e.Err.Error()
	}
	s.origin.unproven, s.detour = false, ""
	s.inspecting = 0 // what is seen from before means nothing
	s.existing.listing = false
	s.listing = 0
	s.holdFor(sourceLost, why)
}

// inspect asks what the source is that the monitor has found again.
func (s *Sync) inspect() {
	if !s.holds.has(sourceLost) && !s.following {
		return
	}
	s.core.looks++
	s.inspecting = s.core.looks
	s.core.do(Inspect{Root: s.id, Number: s.inspecting, Source: s.cfg.Source, Target: s.cfg.Target})
}

func (c *Core) inspected(in Inspected) {
	s := c.sync(in.Root)
	if s == nil || s.phase.ended() || s.inspecting != in.Number {
		return
	}
	s.inspecting = 0
	s.returned(in.Seen)
}

// returned: the lost source is there again, or what is in its place now. Nil: nobody has looked, and any will do.
func (s *Sync) returned(seen *Seen) {
	s.following, s.detour = false, ""
	s.holds.end(sourceLost)
	held := s.holds.has(sourceUnverified, targetOther, overEvents, overStart)
	if s.judge(seen, true); s.holds.has(sourceOther) {
		s.holds.end(overLimit...) // of another directory
		return
	}
	s.release()
	if held {
		s.stillHeld()
	}
}

// judge holds a sync whose source may not be what its target shall become. Away: it was out of sight meanwhile.
func (s *Sync) judge(seen *Seen, away bool) {
	s.deletions.empty = false
	if seen != nil {
		if why := s.origin.unverified(seen, away, s.cfg.Source); why != "" {
			s.origin.found = seen.Source
			s.holdFor(sourceOther, why)
			return
		}
		s.origin.trusted = seen.Source
	}
	s.holds.end(sourceOther)
	if away {
		s.tell(message.Resumed, "Normal", "source ", s.cfg.Source, " is back")
	}
	if seen == nil {
		return
	}
	deletes := s.cfg.HasInit && s.cfg.DeletesAtStart
	s.deletions.empty = deletes && seen.Empty
	if deletes && seen.Empty && seen.TargetFull {
		s.holdFor(sourceUnverified, fmt.Sprintf("the source %s is empty and the target %s is not: a disk may not be mounted", s.cfg.Source, s.cfg.Target))
	}
}

// unverified says why what was seen may not be the trusted directory; "": it is.
func (o *origin) unverified(seen *Seen, away bool, source string) string {
	switch {
	case seen.Err != nil:
		return seen.Err.Error()
	case o.trusted.Zero():
		return ""
	case !away && o.trusted.Still(seen.Source) && !o.trusted.Remounted(seen.Source):
		return ""
	}
	switch o.trusted.Compare(seen.Source) {
	case root.Same:
		return ""
	case root.Unproven:
		return fmt.Sprintf("the source %s was away, and its file system does not tell whether it is the same directory", source)
	}
	return fmt.Sprintf("the source %s came back as another directory or file system", source)
}

// HoldTarget holds the sync because its target may not be what it was. Resume calls accept.
func (s *Sync) HoldTarget(why string, accept func()) {
	if s.accept = accept; s.holds[targetOther] != why {
		s.holdFor(targetOther, why)
	}
}

// trust takes what was found for right, because somebody said so.
func (s *Sync) trust() {
	if s.holds.has(sourceOther) {
		s.origin.trusted = s.origin.found
	}
	if s.holds.has(targetOther) && s.accept != nil {
		s.accept()
	}
}

// predecessor returns the sync that a new definition takes the place of: it has the same source, and the same name or, after
// a renaming, the same target.
func predecessor(cfg *SyncConfig, old []*Sync) *Sync {
	var renamed *Sync
	for _, s := range old {
		switch {
		case s.cfg.path() != cfg.path():
		case s.cfg.Name == cfg.Name:
			return s
		case s.cfg.Target == cfg.Target:
			renamed = s
		}
	}
	return renamed
}

// succeed takes over what is known of the source and its mount points, and what holds the sync, from one with another definition. A limit of
// deletions that was changed is met anew, and so is another target.
func (s *Sync) succeed(old *Sync) {
	if s.cfg.Source != old.cfg.Source { // links lead elsewhere by now
		s.log("Normal", "source ", s.cfg.path(), " leads to ", s.cfg.Source, " now, no longer to ", old.cfg.Source)
		if s.cfg.Target == old.cfg.Target {
			s.keepTarget(old)
			s.unlike = true
		}
		return
	}
	s.origin, s.mounts = old.origin, old.mounts
	s.unlike = old.unlike && s.cfg.Target == old.cfg.Target
	s.origin.unproven = true
	if s.cfg.Mirrors && s.cfg.HasInit && s.cfg.Target == old.cfg.Target {
		old.arrangeAll()
		s.former = old
	}
	s.holds = old.holds
	if s.cfg.MaxDelete.String() != old.cfg.MaxDelete.String() || s.cfg.Target != old.cfg.Target {
		s.holds.end(overLimit...)
	}
	if s.cfg.Target == old.cfg.Target {
		s.accept = old.accept
	} else {
		s.holds.end(targetOther)
	}
	s.holds.end(paused) // keepPauses goes by the name
	s.stillHeld()
}
