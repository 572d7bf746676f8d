package delay

import (
	"time"

	"lsyncgo/engine/event"
)

// Choice is what the test of Collect says of one delay.
type Choice uint8

const (
	// Take adds the delay to the list.
	Take Choice = iota
	// Leave leaves it out, and with it everything younger that is related to it.
	Leave
	// Break ends the list before this delay.
	Break
)

// Collect returns, in FIFO order, delays that one agent can act on together:
// of those not active each one that test takes and that has nothing related in
// front of it but what is in the list already, whether its alarm has come or
// not. What Retry holds beyond now is left out; Init and Full are never
// offered, and nothing behind an Init or Blanket. A nil test takes all. Neither
// Collect nor test changes anything: the caller activates what it acts on.
func (q *Queue) Collect(now time.Time, test func(*Delay) Choice) []*Delay {
	q.round++
	c := collection{round: q.round, below: map[*end]uint32{}}
	at := q.instant(now)
	for d := q.lines[idle].oldest; d != nil; d = d.links[idle].younger {
		if len(q.barriers) > 0 && d.seq >= q.barriers[0].seq {
			break
		}
		if d.Kind == event.Full || d.held && d.alarm > at || !c.clear(d) {
			continue
		}
		choice := Take
		if test != nil {
			choice = test(d)
		}
		if choice == Break {
			break
		}
		if choice == Take {
			c.take(d)
		}
	}
	return c.taken
}

// collection is one Collect under way.
type collection struct {
	round uint64
	taken []*Delay
	// below counts, as the gaps do, what of each gap is taken.
	below map[*end]uint32
}

// clear reports whether all that is older and related to d is taken. If the
// newest upwards is, then so is the rest at its node and above, for those are
// related to it in turn.
func (c *collection) clear(d *Delay) bool {
	if d.status == Wait {
		return true
	}
	for e := range d.ends {
		if e.blocker != nil && e.blocker.round != c.round || e.gap > 0 && e.gap != c.below[e] {
			return false
		}
	}
	return true
}

func (c *collection) take(d *Delay) {
	c.taken = append(c.taken, d)
	d.round = c.round
	for e := range d.ends {
		for n := e.node.parent; n != nil; n = n.parent {
			if younger := n.entries.after(d.seq); younger != nil {
				c.below[younger]++
			}
		}
	}
}
