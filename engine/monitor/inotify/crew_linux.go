package inotify

import (
	"sync/atomic"
)

// A tree is walked by the owner alone until it turns out to be large: most are not, and starting a crew costs more than
// visiting this many directories whose entries are in the kernel's caches.
const soloVisits = 2048

// crewSize is how many walkers a large walk has at most, and maxWalkers how many all walks of the process have. They wait for
// the disk more than for a processor.
const (
	crewSize   = 4
	maxWalkers = 16
)

const (
	// batchSize is how many findings go to the owner at once, lest it be woken for each.
	batchSize = 64
	// shareAfter is how many directories a walker visits before it looks whether another one is idle.
	shareAfter = 8
	// shareDepth is the depth from which visits are not handed over, because the worker that gets them opens them by their path.
	shareDepth = 64
)

// crew are walkers that work on one walk. Each has visits of its own and hands half of them over when another one has none.
// A finding reaches the owner before those of the directories in it: a walker sends what it has found before it
// hands over.
type crew struct {
	jobs     chan []*visit
	findings chan []finding // closed when the last walker has ended
	idle     atomic.Int32
	running  atomic.Int32
	quit     chan struct{}
	stopped  atomic.Bool // the rest of the visits is not wanted
}

// recruit starts a crew for the rest of a walk: first goes on with what it has, the others come to its help. nil: too many
// walkers are at work already.
func recruit(first *walker, limit *atomic.Int32) *crew {
	c := &crew{jobs: make(chan []*visit), findings: make(chan []finding, crewSize), quit: make(chan struct{})}
	walkers := make([]*walker, 0, crewSize)
	for len(walkers) < crewSize && limit.Add(1) <= maxWalkers {
		walkers = append(walkers, &walker{survey: first.survey})
	}
	if len(walkers) < crewSize {
		limit.Add(-1)
	}
	if len(walkers) == 0 {
		return nil
	}
	walkers[0] = first
	c.running.Store(int32(len(walkers)))
	for _, w := range walkers {
		go func() {
			c.work(w)
			w.leave()
			limit.Add(-1)
			if c.running.Add(-1) == 0 {
				close(c.findings)
			}
		}()
	}
	return c
}

// work visits what w has, then what others hand over, until the crew quits.
func (c *crew) work(w *walker) {
	for {
		c.visit(w)
		if c.stopped.Load() {
			return
		}
		c.idle.Add(1)
		select {
		case job := <-c.jobs:
			c.idle.Add(-1)
			w.stack = append(w.stack[:0], job...)
		case <-c.quit:
			return
		}
	}
}

// visit works off the stack of w.
func (c *crew) visit(w *walker) {
	var batch []finding
	for since := 1; ; since++ {
		var f finding
		more := false
		if !c.stopped.Load() {
			f, more = w.next()
		}
		if more {
			batch = append(batch, f)
		}
		share := since >= shareAfter && c.idle.Load() > 0
		if len(batch) > 0 && (!more || share || len(batch) == batchSize) {
			c.findings <- batch
			batch = nil
		}
		if !more {
			return
		}
		if share {
			c.handOver(w)
			since = 0
		}
	}
}

// handOver gives half of the visits of w to an idle walker: those at the bottom of the stack, which have most below them.
func (c *crew) handOver(w *walker) {
	half := len(w.stack) / 2
	for half > 0 && w.stack[half-1].deep() {
		half--
	}
	if half == 0 {
		return
	}
	select {
	case c.jobs <- append([]*visit(nil), w.stack[:half]...):
		w.stack = append(w.stack[:0], w.stack[half:]...)
	default: // another walker was faster
	}
}

// deep reports whether v is too deep to be opened by its path.
func (v *visit) deep() bool {
	depth := 0
	for ; v.parent != nil; v = v.parent {
		depth++
	}
	return depth > shareDepth
}

// end ends the walkers and calls f for each finding that is left.
func (c *crew) end(f func(finding)) {
	c.stopped.Store(true)
	close(c.quit)
	for batch := range c.findings {
		for _, found := range batch {
			f(found)
		}
	}
}
