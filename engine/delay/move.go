package delay

import (
	"time"

	"lsyncgo/engine/event"
)

// addMove queues a Move if it can stay one. Whatever is queued about either end
// speaks of states between which the Move cannot be replayed, so then it is split.
func (q *Queue) addMove(path, dest string, tree bool, alarm time.Time) Verdict {
	from, to := q.trie.find(path), q.trie.find(dest)
	if from.occupied() || to.occupied() || related(path, dest) {
		q.Add(event.Delete, path, "", false, alarm)
		q.Add(event.Create, dest, "", event.Arrives(dest), alarm)
		return Split
	}
	d := q.make(event.Move, path, tree, alarm)
	q.trie.insert(&d.origin, from)
	m := d.origin.relate()
	m.destRef, m.destIsDir = &end{delay: d}, event.IsDir(dest)
	q.trie.insert(m.destRef, q.trie.find(dest)) // the origin may have made nodes
	q.queue(d)
	return d.verdict()
}

// forgetDest turns a Move into the Delete of its origin, because its destination
// was replaced before anything acted on it. The end there stays: what
// comes to the destination later waits for this one.
func (d *Delay) forgetDest() {
	d.renew(event.Delete)
}

// Curtail takes from d, which failed, what a younger Delete undoes anyway, and reports whether
// something is left to do. Of an Attrib, Modify or Create nothing is. A Move becomes the Delete of
// its origin. What is gone from the source can fail for ever, and the Delete waits for it.
func (q *Queue) Curtail(d *Delay) bool {
	switch {
	case !d.queued || d.Kind == event.Delete || d.Kind > event.Move:
		return true
	case d.Kind < event.Delete:
		return !d.origin.undone()
	}
	if d.origin.more.destRef.undone() {
		d.forgetDest()
	}
	return true
}

// undone reports whether a younger Delete is queued of e's path or of a directory above it.
func (e *end) undone() bool {
	for n := e.node; n != nil; n = n.parent {
		for younger := n.entries.after(e.delay.seq); younger != nil; younger = n.entries.after(younger.delay.seq) {
			if d := younger.delay; d.Kind == event.Delete && younger == &d.origin {
				return true
			}
		}
	}
	return false
}

// Divide takes d, a Move that is not active, apart into the Delete of its origin and the Create of its destination
// if something younger is queued of its origin or of a directory above it; else it returns nil. An entry that
// is or was there again is another one than what moved: work that may have brought that to the target meanwhile has
// left the Move nothing to be replayed with. alarm is that of the Create. What is younger than d and happened below a
// destination that is a directory has to come behind that, and so is queued anew.
func (q *Queue) Divide(d *Delay, alarm time.Time) *Work {
	if !d.queued || d.Kind != event.Move || d.status == Active || !d.origin.reused() {
		return nil
	}
	dest, to, tries, partials := d.Dest(), d.origin.more.destRef, d.tries, d.Partials
	undone := to.undone()
	d.forgetDest()
	d.SetTries(int(tries))
	d.Partials = partials
	w := &Work{queue: q}
	if undone {
		return w
	}
	if event.IsDir(dest) {
		w.below, w.from = to.node, d.seq+1
	}
	w.found = func(l *Delay) {
		if l.Kind <= event.Delete && (l.origin.more == nil || l.origin.more.destRef == nil) {
			w.taken = append(w.taken, taken{l, l.Files()})
			q.Remove(l)
		}
	}
	w.end = func() { q.Add(event.Create, dest, "", event.Arrives(dest), alarm) }
	return w
}

// reused reports whether anything but a barrier is queued that is younger than e, of its path or of a directory above.
func (e *end) reused() bool {
	for n := e.node; n != nil; n = n.parent {
		for younger := n.entries.after(e.delay.seq); younger != nil; younger = n.entries.after(younger.delay.seq) {
			if !younger.delay.barrier() {
				return true
			}
		}
	}
	return false
}

// isBelow reports whether n is strictly below another node.
func (n *node) isBelow(above *node) bool {
	for n = n.parent; n != nil; n = n.parent {
		if n == above {
			return true
		}
	}
	return false
}
