package inotify

import (
	"time"

	"golang.org/x/sys/unix"
)

// The kernel writes both halves of a rename one right after the other, but not
// in one step: other processors' events get between them, and so may the end of
// a read. So the other half is looked for among pairReach records, and if there are
// not that many yet, waited for until the first half is pairHold old.
const (
	pairReach = 1024
	pairHold  = 20 * time.Millisecond
)

// stream hands out the records in kernel order, both halves of a rename at once.
type stream struct {
	spool *spool
	list  []record
	pos   int
	// until is when to stop waiting for the second half of the rename at pos; zero if not waiting.
	until time.Time
}

// happening is one record, or a rename.
type happening struct {
	record
	to     record // second half of a rename; mask 0 if it went elsewhere
	paired bool
	// swap: two names were exchanged (renameat2 with RENAME_EXCHANGE), which the
	// kernel tells as two renames, the first of which would seem to overwrite the other name.
	swap bool
	back uint32 // mask of the second rename of a swap
}

// next returns false if there is nothing, or nothing to be handled yet.
func (s *stream) next() (happening, bool) {
	s.until = time.Time{}
	for s.have() {
		r := s.list[s.pos]
		if r.mask == 0 {
			s.pos++
			continue
		}
		h := happening{record: r}
		if r.mask&unix.IN_MOVED_FROM != 0 {
			i, wait := s.partner(s.pos)
			if wait {
				s.until = r.at.Add(pairHold)
				return happening{}, false
			}
			if i > 0 {
				h.to, h.paired = s.list[i], true
				s.list[i].mask = 0
				h.back, h.swap = s.swapped(i, h)
			}
		}
		s.pos++
		return h, true
	}
	s.list, s.pos = s.list[:0], 0
	if cap(s.list) > 16<<10 {
		s.list = nil // a storm is over
	}
	return happening{}, false
}

// have reports whether there is a record at pos, taking more from the spool as needed.
func (s *stream) have() bool {
	if s.pos > 16<<10 { // looking ahead keeps the list from ever running out
		s.list = s.list[:copy(s.list, s.list[s.pos:])]
		s.pos = 0
	}
	for s.pos >= len(s.list) {
		var ok bool
		if s.list, ok = s.spool.take(s.list[:0]); !ok {
			return false
		}
		s.pos = 0
	}
	return true
}

// partner finds the second half of the rename at i: its index, or 0 if there is none.
func (s *stream) partner(i int) (_ int, wait bool) {
	first := s.list[i]
	for j := i + 1; j <= i+pairReach; j++ {
		if j >= len(s.list) {
			var ok bool
			if s.list, ok = s.spool.take(s.list); !ok {
				return 0, time.Since(first.at) < pairHold
			}
		}
		r := s.list[j]
		switch {
		case r.mask&unix.IN_MOVED_TO != 0 && r.cookie == first.cookie:
			return j, false
		case r.mask&unix.IN_Q_OVERFLOW != 0:
			return 0, false
		}
	}
	return 0, false
}

// swapped reports whether the rename after the one that ended at i is its reverse, and uses it up.
func (s *stream) swapped(i int, h happening) (mask uint32, ok bool) {
	if i+1 >= len(s.list) {
		var ok bool
		if s.list, ok = s.spool.take(s.list); !ok {
			return 0, false
		}
	}
	back := s.list[i+1]
	if back.mask&unix.IN_MOVED_FROM == 0 || back.wd != h.to.wd || back.name != h.to.name {
		return 0, false
	}
	j, _ := s.partner(i + 1)
	if j == 0 || s.list[j].wd != h.wd || s.list[j].name != h.name {
		return 0, false
	}
	s.list[i+1].mask, s.list[j].mask = 0, 0
	return back.mask, true
}
