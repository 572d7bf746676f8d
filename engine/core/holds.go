package core

// cause is why a sync is on hold, and so what ends that.
type cause uint8

const (
	sourceLost  cause = iota // until the source is back
	sourceOther              // it is another directory, or may be: until Resume, or until it is back
	sourceDoubt              // it may not be what the target shall become: until Resume
	targetOther              // the target is another directory, which has something in it: until Resume
	overEvents               // events would delete more than the limit: until Resume
	overStart                // so would an Init or Full
	causes
)

// holds are the reasons for which a sync is on hold, in words, by their causes. It goes on when none is left.
// What is said first is what has to be done first.
type holds [causes]string

// any reports whether there is one.
func (h *holds) any() bool { return *h != holds{} }

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

// end takes reasons away. Without a list it takes all.
func (h *holds) end(list ...cause) {
	if len(list) == 0 {
		*h = holds{}
	}
	for _, c := range list {
		h[c] = ""
	}
}

// working reports whether the sync is watched and nothing holds it.
func (s *Sync) working() bool { return s.phase == running && !s.holds.any() && !s.following }

// distrust holds a sync for a cause that somebody has to look at, and says how to let it go on.
func (s *Sync) distrust(c cause, why string) {
	s.holds[c] = why
	s.log("Error", "on hold: ", why, "; if it is right, say ", s.resuming(), ", or start with -force")
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
