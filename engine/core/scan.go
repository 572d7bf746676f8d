package core

import (
	"math"
	"slices"
	"time"

	"lsyncgo/engine/delay"
)

// scan is how far the action of a sync has looked through the FIFO for what it takes, in the calls since it took anything or had
// looked at all. It may list several times in one call, by different tests: each of these goes on where it was.
type scan struct {
	from  []uint64 // by listing, in order
	began uint64   // the changes of the sync before the first of these calls
	calls int      // listings in this call of the action
}

// through is behind all that can be queued.
const through = math.MaxUint64

func (s *scan) collect(q *delay.Queue, now time.Time, test func(*delay.Delay) delay.Choice) []*delay.Delay {
	if s.calls == len(s.from) {
		s.from = append(s.from, 0)
	}
	at := &s.from[s.calls]
	s.calls++
	if *at == through {
		return nil
	}
	list, next := q.Collect(now, *at, maxList, test)
	if *at = next; next == 0 {
		*at = through
	}
	return list
}

// begin is called before the action; changes is how often the sync has changed.
func (s *scan) begin(changes uint64) {
	if s.calls = 0; len(s.from) == 0 {
		s.began = changes
	}
}

// end is called after it, with whether it has taken something.
func (s *scan) end(took bool) {
	if took || !slices.ContainsFunc(s.from, func(at uint64) bool { return at != through }) {
		s.from = s.from[:0]
	}
}

// goesOn reports whether the action, which took nothing, is to be called again at once: not all was looked at, or what was may have changed since.
func (s *scan) goesOn(changes uint64) bool { return len(s.from) > 0 || s.began != changes }
