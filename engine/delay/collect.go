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
// offered, and nothing behind an Init, Blanket, Exist or EndExist. A nil test takes all. Neither
// Collect nor test changes anything: the caller activates what it acts on.
//
// It returns at most that many, so that a million are acted on in several lists, one after the other. For the same reason it
// ends when it has offered that many, or looked at some more that are held or blocked. If nothing is taken by then it goes on
// behind what Next returns; if that is left out, too, next is where another Collect goes on as this one would have. Else next is 0.
func (q *Queue) Collect(now time.Time, from uint64, most int, test func(*Delay) Choice) (list []*Delay, next uint64) {
	q.round++
	c := collection{round: q.round, at: q.instant(now), most: most, test: test, all: from == 0 && q.counts[Active] == 0}
	if len(q.barriers) > 0 {
		c.barrier = q.barriers[0]
	}
	if test == nil {
		c.taken = make([]*Delay, 0, min(most, q.Len()-q.counts[Active]))
	}
	rest := c.offer(q.fifo.from(from, true))
	if rest == nil || len(c.taken) > 0 {
		return c.taken, 0
	}
	if d := q.Next(now); d != nil && d.seq > rest.seq {
		c.all, c.offered, c.looked = false, 0, 0
		if c.offer(d); len(c.taken) > 0 {
			return c.taken, 0
		}
	}
	return nil, rest.seq
}

// looks is how many delays are looked at in the time in which one is offered, taken and activated.
const looks = 5

// collection is one Collect under way.
type collection struct {
	round   uint64
	at      instant
	most    int
	test    func(*Delay) Choice
	barrier *Delay // the first; nil: there is none
	taken   []*Delay
	offered int
	looked  int
	// all: whatever is older than where the collection stands, and can block, is taken.
	all bool
	// below counts, as olderBelow does, what of it is taken: of the first counted of the taken.
	below   map[*end]uint32
	counted int
}

// offer goes on at d. It returns where it has stopped because it has done enough, nil at the end of what can be taken.
func (c *collection) offer(d *Delay) *Delay {
	for ; d != nil && (c.barrier == nil || d.seq < c.barrier.seq); d = d.next(true) {
		if c.offered >= c.most || c.looked/looks >= c.most {
			return d
		}
		c.looked++
		if d.Kind == event.Full {
			continue
		}
		if d.tellsExisting() {
			return nil // all behind it has happened since, and waits for the EndExist
		}
		if d.held && d.alarm > c.at || !c.clear(d) {
			c.all = false
			continue
		}
		c.offered++
		choice := Take
		if c.test != nil {
			choice = c.test(d)
		}
		switch choice {
		case Break:
			return nil
		case Take:
			c.take(d)
		default:
			c.all = false
		}
	}
	return nil
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
