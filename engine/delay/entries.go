package delay

// entries are the ends at one node, ordered by the position of their delays. It
// is a treap: nearly always a single end, but the entries of a directory that
// is touched again and again between changes below it can be a million.
type entries struct{ root *end }

// priority orders the treap as a heap. It is a hash of the position (the
// finisher of splitmix64), so the shape is random but the same in each run.
func (e *end) priority() uint64 {
	x := e.delay.seq * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// append adds e, which is younger than all entries.
func (t *entries) append(e *end) {
	at := &t.root
	for *at != nil && (*at).priority() > e.priority() {
		at = &(*at).relate().right
	}
	if *at != nil {
		e.relate().left = *at
	}
	*at = e
}

// remove takes e out.
func (t *entries) remove(e *end) {
	at := &t.root
	for *at != e {
		if e.delay.seq < (*at).delay.seq {
			at = &(*at).more.left
		} else {
			at = &(*at).more.right
		}
	}
	older, younger := e.left(), e.right()
	if e.more != nil {
		e.more.left, e.more.right = nil, nil
	}
	for older != nil && younger != nil {
		if older.priority() > younger.priority() {
			*at, at, older = older, &older.relate().right, older.right()
		} else {
			*at, at, younger = younger, &younger.relate().left, younger.left()
		}
	}
	*at = older
	if older == nil {
		*at = younger
	}
}

func (e *end) left() *end {
	if e.more == nil {
		return nil
	}
	return e.more.left
}

func (e *end) right() *end {
	if e.more == nil {
		return nil
	}
	return e.more.right
}

// last returns the youngest entry, or nil.
func (t *entries) last() *end {
	e := t.root
	for e != nil && e.right() != nil {
		e = e.right()
	}
	return e
}

// after returns the oldest entry that is younger than position seq, or nil.
func (t *entries) after(seq uint64) (found *end) {
	for e := t.root; e != nil; {
		if e.delay.seq > seq {
			found, e = e, e.left()
		} else {
			e = e.right()
		}
	}
	return found
}

// before returns the youngest entry that is older than position seq, or nil.
func (t *entries) before(seq uint64) (found *end) {
	for e := t.root; e != nil; {
		if e.delay.seq < seq {
			found, e = e, e.right()
		} else {
			e = e.left()
		}
	}
	return found
}
