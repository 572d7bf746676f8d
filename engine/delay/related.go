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
// stays. It returns how many that were.
func (q *Queue) Drop(path string, before event.Kind) (dropped int) {
	at := q.trie.find(path)
	if !at.exact {
		return 0
	}
	drop := func(d *Delay) {
		if d.status != Active && d.Kind < before {
			q.Remove(d)
			dropped++
		}
	}
	n, isDir := at.node, event.IsDir(path) || path == ""
	if isDir && n.kids > 0 { // the trie knows no way down
		q.Each(func(d *Delay) bool {
			if d.Kind != event.Full && d.origin.node.isBelow(n) {
				drop(d)
			}
			return n.kids > 0
		})
	}
	for e := n.entries.after(0); e != nil; {
		younger := n.entries.after(e.delay.seq)
		if e == &e.delay.origin && e.delay.isDir == event.IsDir(path) {
			drop(e.delay)
		}
		e = younger
	}
	return dropped
}
