// Package processors has Go's scheduler use a single processor while this process has little to do. With more of them
// each message between two goroutines wakes a thread for an idle one, which looks for work, finds none and sleeps again:
// a third of the processor time of a short command, which takes a dozen such messages.
package processors

import (
	"runtime"
	"sync"
	"time"
)

const (
	// window is the least time over which a load is taken.
	window = 20 * time.Millisecond
	// linger is how long all processors stay in use when there is no need for them any more.
	linger = time.Second
	// busy and idle are loads, in processors: at busy one may soon not do, below idle one does.
	busy, idle = 0.6, 0.25
)

// Set decides how many processors this process uses. Any goroutine may use it. A nil Set decides nothing.
type Set struct {
	all  int
	use  func(n int)
	used func() (time.Duration, bool) // processor time of this process so far

	mu     sync.Mutex // guards all below
	one    bool       // what was decided
	closed bool
	since  time.Time // the load is taken from then on
	spent  time.Duration
	timer  *time.Timer // looks whether one does; stopped while it does

	changes chan int // wanted by the goroutine that changes it
	ended   chan struct{}
}

// New returns a Set that uses all processors until it turns out that one does; Close ends its goroutine. It is nil where
// there is one only, or nothing tells how much this process uses.
func New() *Set {
	all := runtime.GOMAXPROCS(0)
	if _, known := processorTime(); !known || all == 1 {
		return nil
	}
	return newSet(all, func(n int) { runtime.GOMAXPROCS(n) }, processorTime)
}

func newSet(all int, use func(int), used func() (time.Duration, bool)) *Set {
	s := &Set{all: all, use: use, used: used, changes: make(chan int, 1), ended: make(chan struct{})}
	s.mu.Lock()
	s.begin(time.Now())
	s.timer = time.AfterFunc(linger, func() { s.lookBack(time.Now()) })
	s.mu.Unlock()
	go func() {
		defer close(s.ended)
		for n := range s.changes { // a change waits for the end of a garbage collection
			s.use(n)
		}
	}()
	return s
}

// Look is to be called now and then while something is done: it notices that one processor does not do.
func (s *Set) Look(now time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.one || now.Sub(s.since) < window {
		return
	}
	if s.load(now) >= busy {
		s.widen()
	}
	s.begin(now)
}

// Need has all processors used for a while, for work that several goroutines do at once.
func (s *Set) Need() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.one {
		s.widen()
		s.begin(time.Now())
	}
}

// lookBack decides for one processor if that would have done of late.
func (s *Set) lookBack(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.one {
		return
	}
	if s.load(now) < idle {
		s.one = true
		s.change(1)
	} else {
		s.timer.Reset(linger)
	}
	s.begin(now)
}

func (s *Set) widen() {
	s.one = false
	s.change(s.all)
	s.timer.Reset(linger)
}

// change replaces a change that has not been made yet.
func (s *Set) change(n int) {
	if s.closed {
		return
	}
	select {
	case <-s.changes:
	default:
	}
	s.changes <- n
}

// begin begins to take the load.
func (s *Set) begin(now time.Time) {
	s.since = now
	s.spent, _ = s.used()
}

// load is how many processors were used since begin.
func (s *Set) load(now time.Time) float64 {
	spent, _ := s.used()
	return float64(spent-s.spent) / float64(max(now.Sub(s.since), 1))
}

// Close has all processors used again, and returns when the goroutine has ended.
func (s *Set) Close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	if !s.closed {
		s.timer.Stop()
		s.change(s.all)
		s.closed = true
		close(s.changes)
	}
	s.mu.Unlock()
	<-s.ended
}
