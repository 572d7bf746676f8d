package core

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
)

// persistent is what failed in part again and again. It is taken off the FIFO, where everything related would wait for it,
// and tried again with pauses that double up to maxBackoff, until it went through: a lock, a quota or an immutable
// file is repaired in a minute or a day, and no event tells of that.
type persistent struct {
	changes map[string]change // by path, without the slash of a directory
	order   []place           // of them, with some that are there no more
	number  uint64            // the last one in order
	round   int               // how many of order are still to be tried now
	whole   bool              // the startup
	at      time.Time         // when all of it is tried next
	tries   int               // attempts so far, of what has failed least often
	failure *status.Failure   // the newest
}

// change is one event that fails.
type change struct {
	kind event.Kind
	path string
	tree bool

	number uint64
}

// place is the place of a change in the order, as long as it has that number.
type place struct {
	path   string // the key of the change
	number uint64
}

func (l *persistent) any() bool { return l.whole || len(l.changes) > 0 }

// has reports whether d failed before for so long that it is here.
func (l *persistent) has(d *delay.Delay) bool {
	if wholesale(d.Kind) {
		return l.whole && d.Path() == ""
	}
	_, ok := l.changes[bare(d.Path())]
	return ok
}

func bare(path string) string { return strings.TrimSuffix(path, "/") }

func (l *persistent) add(k event.Kind, path string, tree bool) {
	if l.changes == nil {
		l.changes = map[string]change{}
	}
	key := bare(path)
	was, known := l.changes[key]
	if !known {
		l.number++
		was.number = l.number
		l.order = append(l.order, place{key, was.number})
	}
	l.changes[key] = change{k, path, tree || was.tree, was.number}
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
		s.begin() // which does all the rest
		return
	}
	if l.round == 0 {
		l.round = len(l.order)
	}
	n := min(l.round, maxPart)
	keys := l.order[:n]
	l.order, l.round = l.order[n:], l.round-n
	for _, key := range keys {
		ch, ok := l.changes[key.path]
		if !ok || ch.number != key.number {
			continue
		}
		l.order = append(l.order, key)
		if s.queue.Occupied(ch.path) {
			continue // what happened since is tried anyway, and may be its end
		}
		s.queue.Add(ch.kind, ch.path, "", ch.tree, s.core.now)
		if ch.tree {
			s.list(ch.path)
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
	before := len(l.changes)
	for _, d := range a.Delays {
		l.settle(d)
	}
	switch {
	case !l.any():
		s.log("Normal", "not degraded any more: what had failed again and again went through")
		s.persistent = persistent{}
	case len(l.changes) < before:
		s.log("Normal", before-len(l.changes), " of what had failed again and again went through, ", len(l.changes), " still fail")
	}
}

// settle takes off what d, which was done, has brought into step.
func (l *persistent) settle(d *delay.Delay) {
	if wholesale(d.Kind) && d.Path() == "" {
		*l = persistent{}
		return
	}
	delete(l.changes, bare(d.Path()))
	if d.Kind == event.Move {
		delete(l.changes, bare(d.Dest()))
	}
	if !event.IsDir(d.Path()) || !event.Whole(d.Kind, true, d.Tree) {
		return
	}
	for key, ch := range l.changes {
		rest, below := strings.CutPrefix(ch.path, d.Path())
		if !below {
			continue
		}
		delete(l.changes, key)
		if d.Kind == event.Move { // it failed in the directory that moved, and fails in it where it is now
			l.add(ch.kind, d.Dest()+rest, ch.tree)
		}
	}
}

// show adds what lasts to v.
func (l *persistent) show(v *status.Sync) {
	if !l.any() {
		return
	}
	v.Reason = "changes fail again and again; they go on being tried"
	v.Retrying += len(l.changes)
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
	for _, key := range l.order {
		if len(v.Degraded)+len(paths) >= maxDegraded {
			break
		}
		if ch, ok := l.changes[key.path]; ok && ch.number == key.number {
			paths = append(paths, fmt.Sprintf("%s %q", ch.kind, ch.path))
		}
	}
	slices.Sort(paths)
	v.Degraded = append(v.Degraded, paths...)
}
