package delay

import (
	"slices"

	"lsyncgo/engine/event"
)

// maxFiles bounds how many files are remembered of one delay: those that had its name, one after the other.
const maxFiles = 8

// Note remembers with the newest delay of path which file had that name: one with several names, so that it
// has to be looked for if this name is gone, or means another file, when the delay is acted on.
func (q *Queue) Note(path string, file event.File) {
	s := q.trie.find(path)
	e := s.sameNode()
	if e == nil {
		return
	}
	d := e.delay
	if list := q.files[d]; len(list) < maxFiles && !slices.Contains(list, file) {
		if q.files == nil {
			q.files = map[*Delay][]event.File{}
		}
		q.files[d] = append(list, file)
	}
}

// Files returns what was noted for the delay.
func (d *Delay) Files() []event.File { return d.queue.files[d] }
