package core

import (
	"container/heap"
	"slices"
	"time"
)

// Timers are those of one owner, such as the scripts of one config, who may be replaced while others go on.
type Timers struct {
	core    *Core
	lasting bool
	retired bool
}

// Timer is a call at a time.
type Timer struct {
	at    time.Time
	order uint64
	call  func(now time.Time) error
	owner *Timers
	index int // in the heap; -1: it is not waited for
}

type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].order < h[j].order
	}
	return h[i].at.Before(h[j].at)
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = -1
	return t
}

// NewTimers returns the timers of a new owner, none yet. They are cancelled when the end begins.
func (c *Core) NewTimers() *Timers { return &Timers{core: c} }

// LastingTimers are as NewTimers, for what goes on while the program ends: jobs of tasks.
func (c *Core) LastingTimers() *Timers { return &Timers{core: c, lasting: true} }

// Add calls call once when at has come; equal times in order of Add, of all owners. An error is logged. After Retire
// it does nothing.
func (o *Timers) Add(at time.Time, call func(now time.Time) error) *Timer {
	c := o.core
	c.nextTimer++
	t := &Timer{at: at, order: c.nextTimer, call: call, owner: o, index: -1}
	if !o.retired && (o.lasting || !c.shuttingDown()) {
		heap.Push(&c.timers, t)
	}
	return t
}

// Retire cancels all timers of an owner that was replaced, and those it still adds: what they would call is gone.
func (o *Timers) Retire() {
	o.retired = true
	o.core.keepTimers(func(t *Timer) bool { return t.owner != o })
}

// keepTimers cancels all timers but those that keep is true for.
func (c *Core) keepTimers(keep func(*Timer) bool) {
	c.timers = slices.DeleteFunc(c.timers, func(t *Timer) bool {
		t.index = -1
		return !keep(t)
	})
	for i, t := range c.timers {
		t.index = i
	}
	heap.Init(&c.timers)
}

// Cancel prevents the call. After the call, or a second time, it does nothing.
func (t *Timer) Cancel() {
	if t.index >= 0 {
		heap.Remove(&t.owner.core.timers, t.index)
	}
}

// fireTimers runs what is due. What the callbacks register for now or earlier
// runs in the next Step, so that a script cannot keep the engine here.
func (c *Core) fireTimers() {
	newest := c.nextTimer
	for len(c.timers) > 0 && !c.timers[0].at.After(c.now) && c.timers[0].order <= newest {
		due := heap.Pop(&c.timers).(*Timer)
		if err := due.call(c.now); err != nil {
			c.log.Log("Error", "alarm: ", err)
		}
		c.changed()
	}
}

// changed lets every sync look again at what its script left alone.
func (c *Core) changed() {
	for _, s := range c.syncs {
		s.quietUntil = c.now
	}
}
