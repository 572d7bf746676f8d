package core

import (
	"container/heap"
	"time"
)

// alarm is a script's wish to be called at a time.
type alarm struct {
	at    time.Time
	order uint64
	call  func(now time.Time) error
}

type alarms []alarm

func (a alarms) Len() int { return len(a) }
func (a alarms) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].order < a[j].order
	}
	return a[i].at.Before(a[j].at)
}
func (a alarms) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *alarms) Push(x any)   { *a = append(*a, x.(alarm)) }
func (a *alarms) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	(*a)[last] = alarm{}
	*a = (*a)[:last]
	return x
}

// AddAlarm calls call once when at has come; equal times in order of
// registration. An error is logged.
func (c *Core) AddAlarm(at time.Time, call func(now time.Time) error) {
	c.nextAlarm++
	heap.Push(&c.alarms, alarm{at, c.nextAlarm, call})
}

// fireAlarms runs what is due. What the callbacks register for now or earlier
// runs in the next Step, so that a script cannot keep the engine here.
func (c *Core) fireAlarms() {
	newest := c.nextAlarm
	for len(c.alarms) > 0 && !c.alarms[0].at.After(c.now) && c.alarms[0].order <= newest {
		due := heap.Pop(&c.alarms).(alarm)
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
