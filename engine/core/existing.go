package core

import "lsyncgo/engine/event"

// existing is how far a sync that asks for it has been told what there is. At each startup the monitor is asked, and the FIFO
// gets an Exist for each entry, parents first, and an EndExist, behind the Init if there is one. What happens
// from the question on comes after them.
type existing struct {
	due     bool          // the monitor is still to be asked
	listing bool          // it was asked and has not told all
	telling bool          // the EndExist is still to come, or queued
	later   []event.Event // what happened meanwhile, in order
}

// catchesUp reports whether there is more of what happened meanwhile to be taken in, whatever the time.
func (x *existing) catchesUp() bool { return !x.listing && len(x.later) > 0 }

// exists takes in what there is, and keeps what happens while that is told. It reports whether e is one of these.
func (s *Sync) exists(e event.Event) bool {
	x := &s.existing
	switch {
	case e.Kind == event.Exist:
		if x.listing && !s.Excluded(e.Path) {
			s.addExisting(e)
		}
	case e.Kind == event.EndExist:
		if x.listing && !x.due {
			s.addExisting(e)
		}
		x.listing = false
	case e.Kind <= event.Move && (x.listing || len(x.later) > 0):
		x.later = append(x.later, e)
	default:
		return false
	}
	return true
}

func (s *Sync) addExisting(e event.Event) {
	s.changes++
	s.quietUntil = s.core.now
	s.queue.AddExisting(e.Kind, e.Path, s.core.now)
}

// tellExisting asks what there is, when the sync may act, and takes in what happened until that was told.
func (s *Sync) tellExisting() {
	x := &s.existing
	if x.due && !x.listing && s.working() {
		x.due, x.listing = false, true
		s.core.do(Relist{Root: s.id, Existing: true})
	}
	if !x.catchesUp() {
		return
	}
	s.derived++ // who waits for what happened waits for these
	n := 0
	for ; n < len(x.later) && n < maxPart && !s.arranging.goesOn(); n++ {
		s.happens(x.later[n])
	}
	if x.later = x.later[n:]; len(x.later) == 0 {
		x.later = nil
	}
}
