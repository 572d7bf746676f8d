package core

import (
	"fmt"
	"slices"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/message"
	"lsyncgo/engine/status"
)

// persistent is what failed in part again and again. It is taken off the FIFO, where everything related would wait for it,
// and tried again with pauses that double up to maxBackoff, until it went through: a lock, a quota or an immutable
// file is repaired in a minute or a day, and no event tells of that.
type persistent struct {
	changes changeTree
	order   []*change       // of them, with some that are there no more
	round   int             // how many of order are still to be tried now
	whole   bool            // the startup
	at      time.Time       // when all of it is tried next
	tries   int             // attempts so far, of what has failed least often
	failure *status.Failure // the newest
}

func newPersistent() persistent { return persistent{changes: newChangeTree()} }

func (l *persistent) any() bool { return l.whole || l.changes.len() > 0 }

// has reports whether d failed before for so long that it is here.
func (l *persistent) has(d *delay.Delay) bool {
	if wholesale(d.Kind) {
		return l.whole && d.Path() == ""
	}
	return l.changes.has(d.Path())
}

func (l *persistent) add(k event.Kind, path string, tree bool) {
	if added := l.changes.put(k, path, tree); added != nil {
		l.order = append(l.order, added)
	}
}

// setAside takes delays off the FIFO that failed for the last time of those that are close together, or have before, and
// keeps them to be tried again.
func (s *Sync) setAside(ds []*delay.Delay, tries int) {
	l := &s.persistent
	for _, d := range ds {
		if !l.has(d) {
			l.tries, l.at = tries, time.Time{}
		}
		switch {
		case d.Kind == event.Init, d.Kind == event.Full && d.Path() == "" && s.cfg.HasInit:
			l.whole = true
		case d.Kind == event.Full && s.cfg.TakesTrees:
			l.add(event.Create, d.Path(), true)
		case d.Kind > event.Move:
			s.degrade("changes were given up after repeated failures", describe(d))
		case d.Kind == event.Move: // what comes after it does not wait for it any more
			l.add(event.Delete, d.Path(), false)
			l.add(event.Create, d.Dest(), event.Arrives(d.Dest()))
		default:
			l.add(d.Kind, d.Path(), d.Tree)
		}
	}
	if !l.at.After(s.core.now) {
		l.at = s.core.now.Add(backoff(s.cfg.Delay, l.tries))
	}
	l.failure = s.last
	s.finish(&Agent{Sync: s, Delays: ds})
}

// retryPersistent tries again what lasts, when its time has come: that which failed first comes first, with what is above it.
func (s *Sync) retryPersistent() {
	l := &s.persistent
	if !l.any() || !s.retriesPersistent() || l.at.After(s.core.now) {
		return
	}
	if l.whole {
		l.later(s)
		s.init() // which does all the rest
		return
	}
	if l.round == 0 {
		l.round = len(l.order)
	}
	n := min(l.round, maxPart)
	part := l.order[:n]
	l.order, l.round = l.order[n:], l.round-n
	for _, ch := range part {
		if !l.changes.holds(ch) {
			continue
		}
		l.order = append(l.order, ch)
		path := ch.path()
		if s.queue.Occupied(path) {
			continue // what happened since is tried anyway, and may be its end
		}
		s.queue.Add(ch.kind, path, "", ch.tree, s.core.now)
		if ch.tree {
			s.list(path)
		}
	}
	if l.round == 0 {
		l.later(s)
	}
	s.changes++
}

// later plans the next attempt.
func (l *persistent) later(s *Sync) {
	l.tries++
	l.at = s.core.now.Add(backoff(s.cfg.Delay, l.tries))
}

// retriesPersistent reports whether the sync tries again now what lasts. Who waits for the end of a single pass is told instead.
func (s *Sync) retriesPersistent() bool { return s.working() && s.open() && !s.core.settings.OnePass }

// through takes what went through off what lasts, and says so.
func (s *Sync) through(a *Agent) {
	l := &s.persistent
	if !l.any() {
		return
	}
	before := l.changes.len()
	for _, d := range a.Delays {
		l.succeeded(d)
	}
	switch {
	case !l.any():
		s.tell(message.Recovered, "Normal", "not degraded any more: what had failed again and again went through")
		s.persistent = newPersistent()
	case l.changes.len() < before:
		s.log("Normal", before-l.changes.len(), " of what had failed again and again went through, ", l.changes.len(), " still fail")
	}
}

// succeeded takes off what d, which was done, has brought into step.
func (l *persistent) succeeded(d *delay.Delay) {
	path := d.Path()
	switch whole := event.IsDir(path) && event.Whole(d.Kind, true, d.Tree); {
	case d.Kind == event.Exist || d.Kind == event.EndExist: // brings nothing anywhere
	case wholesale(d.Kind) && path == "":
		*l = newPersistent()
	case d.Kind == event.Move:
		l.changes.remove(d.Dest(), false)
		if whole { // what failed in the directory that moved fails in it where it is now
			l.changes.move(path, d.Dest())
		}
		l.changes.remove(path, false)
	default:
		l.changes.remove(path, whole)
	}
}

// show adds what lasts to v.
func (l *persistent) show(v *status.Sync) {
	if !l.any() {
		return
	}
	v.Reason = "changes fail again and again; they go on being tried"
	v.Retrying += l.changes.len()
	if v.LastError == nil {
		v.LastError = l.failure
	}
	if l.whole {
		v.Retrying++
		v.Degraded = append(v.Degraded, event.Init.String())
	}
	if v.NextRetry.IsZero() || l.at.Before(v.NextRetry) {
		v.NextRetry = l.at
	}
	var paths []string
	for _, ch := range l.order[:min(len(l.order), maxPart)] {
		if len(v.Degraded)+len(paths) >= maxDegraded {
			break
		}
		if l.changes.holds(ch) {
			paths = append(paths, fmt.Sprintf("%s %q", ch.kind, ch.path()))
		}
	}
	slices.Sort(paths)
	v.Degraded = append(v.Degraded, paths...)
}
