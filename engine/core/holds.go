package core

import (
	"fmt"
	"slices"

	"lsyncgo/engine/message"
)

// cause is why a sync is on hold, and so what ends that.
type cause uint8

const (
	sourceLost       cause = iota // until the source is back
	sourceOther                   // it is another directory, or may be: until Resume, or until it is back
	sourceUnverified              // it may not be what the target shall become: until Resume
	targetOther                   // the target is another directory, which has something in it: until Resume
	overEvents                    // events would delete more than the limit: until Resume
	overStart                     // so would an Init or Full
	paused                        // somebody asked for it: until its time, or Resume
	causes
)

// overLimit are the causes that one more look at what is missing ends; unverified those that doubt what the source or the
// target is; repairable those that Resume ends.
var (
	overLimit  = []cause{overEvents, overStart}
	unverified = []cause{sourceOther, sourceUnverified, targetOther}
	repairable = append(slices.Clone(unverified), overLimit...)
)

// holds are the reasons for which a sync is on hold, in words, by their causes. It goes on when none is left.
// What is said first is what has to be done first.
type holds [causes]string

// any reports whether there is one.
func (h *holds) any() bool { return *h != holds{} }

// doubtful reports whether there is one that is no pause.
func (h *holds) doubtful() bool {
	other := *h
	other[paused] = ""
	return other.any()
}

// has reports whether there is one of these causes.
func (h *holds) has(list ...cause) bool {
	for _, c := range list {
		if h[c] != "" {
			return true
		}
	}
	return false
}

// reason explains, in one line.
func (h *holds) reason() string {
	for _, why := range h {
		if why != "" {
			return why
		}
	}
	return ""
}

// add puts in a reason, in place of one of the same cause; "" is none.
func (h *holds) add(c cause, why string) { h[c] = why }

// end takes reasons away.
func (h *holds) end(list ...cause) {
	for _, c := range list {
		h[c] = ""
	}
}

// working reports whether the sync is watched and nothing holds it.
func (s *Sync) working() bool { return s.phase == running && !s.holds.any() && !s.following }

// sound reports whether the sync is watched and nothing holds it but, perhaps, a pause.
func (s *Sync) sound() bool { return s.phase == running && !s.holds.doubtful() && !s.following }

// holdFor holds the sync for a cause, and logs what ends that.
func (s *Sync) holdFor(c cause, why string) {
	limit := slices.Contains(overLimit, c)
	if limit {
		why = fmt.Sprintf("%s; %s lets it go on", why, s.resuming())
	}
	s.holds.add(c, why)
	switch {
	case c == sourceLost:
		s.tell(message.Held, "Error", "source ", s.cfg.Source, " is lost: ", why,
			"; the target is left as it is, and the sync goes on when the source is back")
	case limit:
		s.tell(message.Held, "Error", "on hold: ", why, ", as does a start with -force")
	default:
		s.tell(message.Held, "Error", "on hold: ", why, "; if it is right, say ", s.resuming(), ", or start with -force")
	}
}

// stillHeld logs what holds the sync although something else does not any more.
func (s *Sync) stillHeld() {
	switch {
	case s.holds.doubtful():
		s.tell(message.Held, "Error", "still on hold: ", s.holds.reason())
	case s.holds.any():
		s.log("Normal", "still ", s.holds.reason())
	}
}

// resuming is the command that lets the sync go on.
func (s *Sync) resuming() string {
	if resume := s.core.settings.Resume; resume != nil {
		return resume(s.cfg.Name)
	}
	return "lsyncgo resume " + s.cfg.Name + " CONFIG"
}

// release begins anew with a sync that nothing holds any more: what happened meanwhile is not known.
func (s *Sync) release() {
	s.changes++
	s.recount()
	s.begin()
}
