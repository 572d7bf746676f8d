package delay

import "lsyncgo/engine/event"

// Free reports whether nothing is queued of path, of a directory above it or below it, save for Init, Full and Blanket, and
// what spared, which may be nil, names.
func (q *Queue) Free(path string, spared func(*Delay) bool) bool {
	at := q.trie.find(path)
	if at.exact && at.node.kids > 0 {
		return false
	}
	for n := at.node; n != nil; n = n.parent {
		for e := n.entries.after(0); e != nil; e = n.entries.after(e.delay.seq) {
			if !e.delay.barrier() && (spared == nil || !spared(e.delay)) {
				return false
			}
		}
	}
	return true
}

// Drop removes what is queued of path and, if that is a directory, below it, of the kinds before one; what is acted on
// stays.
func (q *Queue) Drop(path string, before event.Kind) *Work {
	w := &Work{queue: q}
	at := q.trie.find(path)
	if !at.exact {
		return w
	}
	w.found = func(d *Delay) {
		if d.status != Active && d.Kind < before {
			q.Remove(d)
		}
	}
	n := at.node
	if event.IsDir(path) || path == "" {
		w.below = n
	}
	w.end = func() {
		for e := n.entries.after(0); e != nil; {
			younger := n.entries.after(e.delay.seq)
			if e == &e.delay.origin && e.delay.isDir == event.IsDir(path) {
				w.found(e.delay)
			}
			e = younger
		}
	}
	return w
}
