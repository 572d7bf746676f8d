package delay

import "lsyncgo/engine/event"

// ends calls yield for the ends of d that are in the trie: those of any queued delay but a Full.
func (d *Delay) ends(yield func(*end) bool) {
	if d.Kind == event.Full || !yield(&d.origin) {
		return
	}
	if m := d.origin.more; m != nil && m.destRef != nil {
		yield(m.destRef)
	}
}

// admit finds out whether d, which is not active any more or not yet, is
// blocked, and lets it wait for its alarm if not.
func (q *Queue) admit(d *Delay) {
	q.setStatus(d, Block)
	if !d.barrier() {
		for e := range d.ends {
			e.register()
		}
	}
	q.unblock(d)
}

// unblock lets d wait if it is blocked and nothing blocks it any more.
func (q *Queue) unblock(d *Delay) {
	if d.status != Block {
		return
	}
	if !d.barrier() {
		for e := range d.ends {
			if e.blocker() != nil || e.olderBelow() > 0 {
				return
			}
		}
	}
	q.setStatus(d, Wait)
	q.schedule.enter(d)
}

// release lets those that were registered with d look again. Barriers wait for
// nobody and any delay may be removed out of turn, so something older can be left.
func (q *Queue) release(d *Delay) {
	for m := d.origin.more; m != nil && m.waiters != nil; {
		e := m.waiters
		e.unregister()
		e.register()
		q.unblock(e.delay)
	}
}

// register puts e on the waiters of the newest older delay at its node or above.
func (e *end) register() {
	var newest *end
	for n := e.node; n != nil; n = n.parent {
		older := n.entries.before(e.delay.seq)
		if older != nil && (newest == nil || older.delay.seq > newest.delay.seq) {
			newest = older
		}
	}
	if newest == nil {
		return
	}
	m, b := e.relate(), newest.delay.origin.relate()
	m.blocker, m.next = newest.delay, b.waiters
	if m.next != nil {
		m.next.more.prev = e
	}
	b.waiters = e
}

func (e *end) unregister() {
	m := e.more
	if m == nil || m.blocker == nil {
		return
	}
	if m.prev == nil {
		m.blocker.origin.more.waiters = m.next
	} else {
		m.prev.more.next = m.next
	}
	if m.next != nil {
		m.next.more.prev = m.prev
	}
	m.blocker, m.prev, m.next = nil, nil, nil
}

func (d *Delay) unregister() {
	for e := range d.ends {
		e.unregister()
	}
}
