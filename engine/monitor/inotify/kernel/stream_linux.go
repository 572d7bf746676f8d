package kernel

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

// Stream hands out the records in kernel order, both halves of a rename at once.
type Stream struct {
	reader *Reader
	list   []Record
	pos    int
	// until is when to stop waiting for the second half of the rename at pos; zero if not waiting.
	until time.Time
}

// Event is one record, or a rename.
type Event struct {
	Record
	To     Record // second half of a rename; Mask 0 if it went elsewhere
	Paired bool
	// Swap: two names were exchanged (renameat2 with RENAME_EXCHANGE), which the
	// kernel tells as two renames, the first of which would seem to overwrite the other name.
	Swap bool
	Back Record // first half of the second rename of a swap
}

// NewStream starts at what r has read and nobody has taken.
func NewStream(r *Reader) *Stream { return &Stream{reader: r} }

// Until is when to call Next again without a wakeup, to give up waiting for the second half of a rename;
// zero if there is no need.
func (s *Stream) Until() time.Time { return s.until }

// Next returns false if there is nothing, or nothing to be handled yet.
func (s *Stream) Next() (Event, bool) {
	s.until = time.Time{}
	for s.have() {
		r := s.list[s.pos]
		if r.Mask == 0 && r.Mark == nil {
			s.pos++
			continue
		}
		h := Event{Record: r}
		if r.Mask&unix.IN_MOVED_FROM != 0 {
			i, wait := s.partner(s.pos)
			if wait {
				s.until = r.At.Add(pairHold)
				return Event{}, false
			}
			if i > 0 {
				h.To, h.Paired = s.list[i], true
				s.list[i].Mask = 0
				h.Back, h.Swap = s.swapped(i, h)
			}
		}
		s.pos++
		return h, true
	}
	s.list, s.pos = s.list[:0], 0
	if cap(s.list) > 16<<10 {
		s.list = nil // a storm is over
	}
	return Event{}, false
}

// have reports whether there is a Record at pos, taking more from the Reader as needed.
func (s *Stream) have() bool {
	if s.pos > 16<<10 { // looking ahead keeps the list from ever running out
		s.list = s.list[:copy(s.list, s.list[s.pos:])]
		s.pos = 0
	}
	for s.pos >= len(s.list) {
		var ok bool
		if s.list, ok = s.reader.take(s.list[:0]); !ok {
			return false
		}
		s.pos = 0
	}
	return true
}

// partner finds the second half of the rename at i: its index, or 0 if there is none.
func (s *Stream) partner(i int) (_ int, wait bool) {
	first := s.list[i]
	for j := i + 1; j <= i+pairReach; j++ {
		if j >= len(s.list) {
			var ok bool
			if s.list, ok = s.reader.take(s.list); !ok {
				return 0, time.Since(first.At) < pairHold
			}
		}
		r := s.list[j]
		switch {
		case r.Mask&unix.IN_MOVED_TO != 0 && r.Cookie == first.Cookie:
			return j, false
		case r.Mask&unix.IN_Q_OVERFLOW != 0:
			return 0, false
		}
	}
	return 0, false
}

// swapped reports whether the rename after the one that ended at i is its reverse, and uses it up. What each rename tells of the
// renamed file itself, if somebody asked for that, is between the two.
func (s *Stream) swapped(i int, h Event) (back Record, ok bool) {
	for i++; i >= len(s.list) || s.list[i].Mark != nil || s.list[i].Mask&unix.IN_MOVE_SELF != 0; {
		if i < len(s.list) {
			i++
			continue
		}
		var ok bool
		if s.list, ok = s.reader.take(s.list); !ok {
			return Record{}, false
		}
	}
	back = s.list[i]
	if back.Mask&unix.IN_MOVED_FROM == 0 || back.WD != h.To.WD || back.Name != h.To.Name {
		return Record{}, false
	}
	j, _ := s.partner(i)
	if j == 0 || s.list[j].WD != h.WD || s.list[j].Name != h.Name {
		return Record{}, false
	}
	s.list[i].Mask, s.list[j].Mask = 0, 0
	return back, true
}
