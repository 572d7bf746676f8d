package delay

// ends calls yield for the ends of d that are in the trie.
func (d *Delay) ends(yield func(*end) bool) {
	if d.origin.node != nil && !yield(&d.origin) {
		return
	}
	if d.far != nil && d.far.node != nil {
		yield(d.far)
	}
}

// admit finds out whether d, which is not active any more or not yet, is
// blocked, and lets it wait for its alarm if not.
func (q *Queue) admit(d *Delay) {
	d.status = Block
	if !d.barrier() {
		for e := range d.ends {
			e.register()
		}
	}
	q.settle(d)
}

// settle lets d wait if it is blocked and nothing blocks it any more.
func (q *Queue) settle(d *Delay) {
	if d.status != Block {
		return
	}
	if !d.barrier() {
		for e := range d.ends {
			if e.blocker != nil || e.gap > 0 {
				return
			}
		}
	}
	d.status = Wait
	q.schedule.enter(d)
}

// release lets those that were registered with d look again. Barriers wait for
// nobody and any delay may be removed out of turn, so something older can be left.
func (q *Queue) release(d *Delay) {
	for d.waiters != nil {
		e := d.waiters
		e.unregister()
		e.register()
		q.settle(e.delay)
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
	b := newest.delay
	e.blocker, e.next = b, b.waiters
	if e.next != nil {
		e.next.prev = e
	}
	b.waiters = e
}

func (e *end) unregister() {
	if e.blocker == nil {
		return
	}
	if e.prev == nil {
		e.blocker.waiters = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
	e.blocker, e.prev, e.next = nil, nil, nil
}

func (d *Delay) unregister() {
	for e := range d.ends {
		e.unregister()
	}
}
