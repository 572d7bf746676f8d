package core

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/message"
)

// Report takes in an event of the kinds Attrib to Move that the script itself
// is the source of, as if a monitor had reported it. A sync that has ended takes in nothing.
func (s *Sync) Report(e event.Event) { s.Receive(e) }

// Receive implements Receiver. Of a source that is not watched any more there may be late events.
func (s *Sync) Receive(e event.Event) {
	if !s.phase.ended() {
		s.event(e)
	}
}

// event takes in what a monitor reported for this sync.
func (s *Sync) event(e event.Event) {
	if s.arranging.goesOn() {
		s.arranging.events = append(s.arranging.events, e)
		return
	}
	s.takeEvent(e)
}

func (s *Sync) takeEvent(e event.Event) {
	if !s.exists(e) {
		s.happens(e)
	}
}

// happens takes in all but what there is.
func (s *Sync) happens(e event.Event) {
	if !s.absentees(e) {
		return
	}
	if s.cfg.MaxDelete != nil {
		s.account(e)
	}
	switch e.Kind {
	case event.Overflow:
		s.overflow(e)
	case event.RootLost:
		s.lost(e)
	case event.RootBack:
		s.inspect()
	case event.RootElsewhere:
		s.elsewhere(e.Dest)
	case event.Unwatched:
		s.tell(message.NotWatched, "Warn", "cannot watch ", cmp.Or(e.Path, s.cfg.Source), ": ", e.Err)
	case event.Mounted:
		s.mounted(e)
	case event.Unmounted:
		s.unmounted(e.Path)
	case event.Move:
		s.move(e)
	case event.Listed:
		s.listed()
	default:
		if s.Excluded(e.Path) {
			s.exclude(e.Kind, e.Path)
			return
		}
		s.add(e.Kind, e.Path, "", e)
		if e.Kind == event.Create && e.Written && slices.Contains(s.cfg.Ignores, event.Create) {
			s.add(event.Modify, e.Path, "", e)
		}
	}
}

// move lets only that end of a rename through which the sync can see.
func (s *Sync) move(e event.Event) {
	from, to := !s.Excluded(e.Path), !s.Excluded(e.Dest)
	switch {
	case from && to && s.cfg.KeepMoves:
		if s.add(event.Move, e.Path, e.Dest, e) == delay.Split {
			s.list(e.Dest)
		}
		s.revealMoved(e)
		return
	case !from:
		s.exclude(event.Move, e.Path)
	case !to:
		s.exclude(event.Move, e.Dest)
	}
	if s.core.log.Enabled("Debug") {
		s.log("Debug", "a rename is taken apart, as ", splitReason(from, to), ": ", e.Path, " to ", e.Dest)
	}
	gone, is := e.Halves()
	if from {
		s.add(gone.Kind, gone.Path, "", gone)
	}
	if to {
		s.add(is.Kind, is.Path, "", is)
		s.list(is.Path)
	}
}

// splitReason says why a rename cannot stay one; from and to tell which of its ends is in sight.
func splitReason(from, to bool) string {
	switch {
	case from && to:
		return "the script does not know Move"
	case from:
		return "what it leads to is excluded"
	case to:
		return "what it comes from is excluded"
	}
	return "both ends are excluded"
}

// revealMoved has reported what a directory holds that was excluded only under its old name: nothing of
// that is at the target to be moved.
func (s *Sync) revealMoved(e event.Event) {
	rules := s.filter.Load()
	if event.IsDir(e.Dest) && !s.cfg.Flat && rules.Positional() {
		s.relist(Relist{Root: s.id, Path: e.Dest, Hidden: func(path string) bool {
			return rules.Excluded(e.Path + strings.TrimPrefix(path, e.Dest))
		}})
	}
}

// list has the entries of a directory reported that has moved to where the
// script sees it as new.
func (s *Sync) list(path string) {
	if event.IsDir(path) && !s.cfg.Flat && !s.cfg.TakesTrees {
		s.relist(Relist{Root: s.id, Path: path})
	}
}

// divideMoves takes Moves apart whose origins something else had since, because what was done at the target may have
// brought that there: a Move would take it for what moved. alarm is when their destinations are due.
func (s *Sync) divideMoves(ds []*delay.Delay, alarm time.Time) {
	for _, d := range ds {
		if d.Kind != event.Move {
			continue
		}
		var dest string
		s.arrange(func() *delay.Work {
			dest = d.Dest()
			return s.queue.Divide(d, alarm)
		}, func() { s.list(dest) })
	}
}

// startMargin is how long after a startup the monitor may still read what the startup has seen.
const startMargin = 200 * time.Millisecond

// overlaps reports whether work may have read a new directory before the monitor did. A startup may have sent what was
// gone by then, and of which no event tells. What deletes or compares a whole directory may have looked when the name was
// free and acted when the new directory had it: that keeps what the target had below the old one.
func (s *Sync) overlaps(k event.Kind, path string, at time.Time) bool {
	return k == event.Create && event.IsDir(path) &&
		(s.starting || at.Before(s.startedAt.Add(startMargin)) || s.queue.Comparing(path))
}

func (s *Sync) add(k event.Kind, path, dest string, e event.Event) delay.Verdict {
	at := e.Time
	if at.IsZero() {
		at = s.core.now
	}
	tree := e.Tree || s.overlaps(k, path, at)
	verdict := s.queue.Add(k, path, dest, tree, at.Add(s.cfg.Delay))
	if e.Linked != nil {
		s.queue.Note(path, *e.Linked)
	}
	s.changes++
	s.quietUntil = s.core.now
	if s.core.log.Enabled("Delay") {
		s.log("Delay", k, " ", path, " ", dest, " ", verdict)
	}
	return verdict
}

// overflow repairs a sync whose events were lost, as startup does. A preset can repair a directory alone: a script can be told
// what is in it, but not what is there no more.
func (s *Sync) overflow(e event.Event) {
	s.listing = 0 // that all is told may have been lost, too
	if !errors.Is(e.Err, event.ErrBacklog) && e.Path == "" {
		s.mounts.here = nil // the monitor tells it again
	}
	s.recount()
	if e.Path != "" && s.cfg.TakesTrees {
		if !s.Excluded(e.Path) {
			s.tell(message.EventsLost, "Warn", "events below ", e.Path, " were lost (", e.Err, "): syncing that directory again")
			s.retake(e.Path)
		}
		return
	}
	if s.cfg.TellsExisting && !s.cfg.HasInit {
		s.tell(message.EventsLost, "Warn", "events were lost (", e.Err, "): what there is is told again")
		s.begin()
		return
	}
	if !s.cfg.HasInit {
		s.degrade("events were lost and there is no init to repair it", "")
		s.tell(message.EventsLost, "Error", "events were lost (", e.Err, "), and the sync has no init that could repair it: ",
			"changes up to now may be missing at the target")
		return
	}
	s.tell(message.EventsLost, "Warn", "events were lost (", e.Err, "): syncing this tree from scratch; other syncs go on")
	s.begin()
}

// retake has a preset make a directory at the target what it is in the source.
func (s *Sync) retake(path string) {
	if s.deletesInFullOnly() {
		s.Full(path)
		return
	}
	s.add(event.Create, path, "", event.Event{Tree: true})
}

// Renew queues a Full of the whole source, because the target has lost what was sent. Why says how.
func (s *Sync) Renew(why string) {
	if !s.cfg.HasInit {
		s.degrade(why, "")
		s.log("Error", why, ", and the sync has no init that could fill it")
		return
	}
	s.log("Warn", why, ": syncing all of it again")
	s.Full("")
}

// Resume ends the pause of a sync. If there is none, it lets one go on that is on hold for want of trust in its source or
// target, and forgets what was unmounted below it: what is missing there is deleted at the target. by is who asked, for the
// log. The text says what holds the sync still.
func (c *Core) Resume(name, by string) (still string, err error) {
	s, err := c.named(name)
	if err != nil {
		return "", err
	}
	resumed := "resumed"
	if by != "" {
		resumed += " by " + by
	}
	if s.pause != nil {
		s.unpause(resumed)
		return s.holds.reason(), nil
	}
	if s.detour != "" {
		s.tell(message.Resumed, "Normal", resumed)
		s.follow(s.detour)
		return "", nil
	}
	forgot := s.forgetUnmounted()
	switch {
	case forgot && (!s.holds.any() || s.holds.has(sourceLost)):
		return "", nil
	case !s.holds.any():
		return "", fmt.Errorf("sync %q is not on hold, and nothing below its source was unmounted", name)
	case s.holds.has(sourceLost):
		return "", fmt.Errorf("sync %q: %s; it goes on by itself when its source is back", name, s.holds.reason())
	}
	s.tell(message.Resumed, "Normal", resumed)
	s.trust()
	if !s.approve() {
		s.release()
	}
	return "", nil
}

func (s *Sync) degrade(why, path string) {
	s.reason = why
	s.failures++
	if path != "" && len(s.degraded) < maxDegraded {
		s.degraded = append(s.degraded, path)
	}
}
