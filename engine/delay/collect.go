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
//
// It returns at most that many: a million are acted on in several lists, one after the other. For the same reason it
// ends when it has offered that many and something is taken.
func (q *Queue) Collect(now time.Time, most int, test func(*Delay) Choice) []*Delay {
	q.round++
	c := collection{round: q.round, all: q.counts[Active] == 0}
	if test == nil {
		c.taken = make([]*Delay, 0, min(most, q.Len()-q.counts[Active]))
	}
	at, offered := q.instant(now), 0
	for d := q.fifo.first(true); d != nil; d = d.next(true) {
		if offered >= most && len(c.taken) > 0 || len(q.barriers) > 0 && d.seq >= q.barriers[0].seq {
			break
		}
		if d.Kind == event.Full {
			continue
		}
		if d.held && d.alarm > at || !c.clear(d) {
			c.all = false
			continue
		}
		offered++
		choice := Take
		if test != nil {
			choice = test(d)
		}
		if choice == Break {
			break
		}
		if choice == Take {
			c.take(d)
		} else {
			c.all = false
		}
	}
	return c.taken
}

// collection is one Collect under way.
type collection struct {
	round uint64
	taken []*Delay
	// all: whatever is older than where the collection stands, and can block, is taken.
	all bool
	// below counts, as olderBelow does, what of it is taken: of the first counted of the taken.
	below   map[*end]uint32
	counted int
}

// clear reports whether all that is older and related to d is taken. If the
// newest upwards is, then so is the rest at its node and above, for those are
// related to it in turn.
func (c *collection) clear(d *Delay) bool {
	if c.all || d.status == Wait {
		return true
	}
	for e := range d.ends {
		if b := e.blocker(); b != nil && !c.has(b) {
			return false
		}
		if older := e.olderBelow(); older > 0 && older != c.takenBelow(e) {
			return false
		}
	}
	return true
}

func (c *collection) has(d *Delay) bool { return d.page.round == c.round && d.page.taken&d.bit() != 0 }

func (c *collection) take(d *Delay) {
	c.taken = append(c.taken, d)
	if p := d.page; p.round == c.round {
		p.taken |= d.bit()
	} else {
		p.round, p.taken = c.round, d.bit()
	}
}

// takenBelow returns how many of e's olderBelow are taken. It is only asked when something was left out: a list of all
// that waits is the rule, and costs no counting.
func (c *collection) takenBelow(e *end) uint32 {
	if c.below == nil {
		c.below = map[*end]uint32{}
	}
	for _, d := range c.taken[c.counted:] {
		for e := range d.ends {
			for n := e.node.parent; n != nil; n = n.parent {
				if younger := n.entries.after(d.seq); younger != nil {
					c.below[younger]++
				}
			}
		}
	}
	c.counted = len(c.taken)
	return c.below[e]
}
