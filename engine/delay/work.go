package delay

import "lsyncgo/engine/event"

// Work changes what is queued below a directory, in parts: the trie knows no way down, so all that is queued is looked at,
// which may be a million. Until it is done nothing may be added by others, and nothing acted on.
type Work struct {
	queue *Queue
	below *node        // nil: nothing is looked for
	from  uint64       // the position of what is looked at next
	found func(*Delay) // is called for each that is below and not active
	end   func()       // is called when all of these are found; nil: nothing is to be done
	taken []taken      // is queued anew after that
}

// taken is a delay that has left the queue to stand in it again further behind.
type taken struct {
	*Delay
	files []event.File
}

// Do looks at so many delays, of which it leaves in most how many it did not look at, and reports whether there are more.
func (w *Work) Do(most *int) (more bool) {
	if w.below != nil && w.search(most) {
		return true
	}
	if w.below = nil; w.end != nil {
		w.end()
		w.end = nil
	}
	for ; len(w.taken) > 0 && *most > 0; *most-- {
		l := w.taken[0]
		w.taken = w.taken[1:]
		w.queue.Add(l.Kind, l.Path(), "", l.Tree, l.Alarm())
		for _, file := range l.files {
			w.queue.Note(l.Path(), file)
		}
	}
	return len(w.taken) > 0
}

// search looks for what is below, until nothing is.
func (w *Work) search(most *int) (more bool) {
	for d := w.queue.fifo.from(w.from, true); d != nil && w.below.kids > 0; {
		if *most <= 0 {
			return true
		}
		*most--
		next := d.next(true)
		w.from = d.seq + 1
		if d.Kind != event.Full && d.origin.node.isBelow(w.below) {
			w.found(d)
		}
		d = next
	}
	return false
}
