package delay

import "math/bits"

// pageSize is how many delays a page has room for: one bit each in a word.
const pageSize = 64

// page is a part of the FIFO: delays in their order. What leaves makes a hole. A list of pages takes a fourth of the memory of
// one of delays, and finds the next that is not active without looking at those that are.
type page struct {
	older, younger *page
	delays         [pageSize]*Delay
	used           uint8  // slots from the front that have been filled
	queued         uint64 // the slots that are no holes
	idle           uint64 // of these, not active
	taken          uint64 // taken by the collection of that round
	round          uint64
}

// fifo is a list of pages. Only the newest of them may be empty.
type fifo struct{ oldest, newest *page }

func (f *fifo) append(d *Delay) {
	p := f.newest
	if p == nil || p.used == pageSize {
		p = &page{older: f.newest}
		if f.newest == nil {
			f.oldest = p
		} else {
			f.newest.younger = p
		}
		f.newest = p
	}
	d.page = p
	p.put(d)
}

func (p *page) put(d *Delay) {
	d.page, d.slot = p, p.used
	p.delays[p.used] = d
	p.used++
	p.queued |= d.bit()
	d.setIdle(d.status != Active)
}

func (d *Delay) bit() uint64 { return 1 << d.slot }

func (d *Delay) setIdle(idle bool) {
	if idle {
		d.page.idle |= d.bit()
	} else {
		d.page.idle &^= d.bit()
	}
}

func (f *fifo) remove(d *Delay) {
	p := d.page
	p.delays[d.slot] = nil
	p.queued &^= d.bit()
	p.idle &^= d.bit()
	d.page = nil
	switch {
	case p.queued != 0:
		f.merge(p)
	case p == f.newest:
		p.used = 0
	default:
		f.unlink(p)
	}
}

func (f *fifo) unlink(p *page) {
	if p.older == nil {
		f.oldest = p.younger
	} else {
		p.older.younger = p.younger
	}
	if p.younger == nil {
		f.newest = p.older
	} else {
		p.younger.older = p.older
	}
}

// merge puts the next page into p if both are half empty together, so that a few delays that stay for long do not keep pages
// of holes.
func (f *fifo) merge(p *page) {
	next := p.younger
	if next == nil || bits.OnesCount64(p.queued)+bits.OnesCount64(next.queued) > pageSize/2 {
		return
	}
	both := page{older: p.older, younger: p.younger}
	moved := make([]*Delay, 0, pageSize/2)
	for _, from := range [...]*page{p, next} {
		for slots := from.queued; slots != 0; slots &= slots - 1 {
			moved = append(moved, from.delays[bits.TrailingZeros64(slots)])
		}
	}
	*p = both
	for _, d := range moved {
		p.put(d)
	}
	f.unlink(next)
}

// first returns the oldest delay, of those not active if idle is wanted; nil if there is none.
func (f *fifo) first(idle bool) *Delay { return f.oldest.firstFrom(0, idle) }

// from returns the oldest delay at a position or behind it, as first does.
func (f *fifo) from(seq uint64, idle bool) *Delay {
	p := f.oldest
	for p != nil && (p.queued == 0 || p.delays[bits.Len64(p.queued)-1].seq < seq) {
		p = p.younger
	}
	d := p.firstFrom(0, idle)
	for d != nil && d.seq < seq {
		d = d.next(idle)
	}
	return d
}

// next returns the next younger delay than d, as first does.
func (d *Delay) next(idle bool) *Delay { return d.page.firstFrom(d.slot+1, idle) }

func (p *page) firstFrom(slot uint8, idle bool) *Delay {
	for ; p != nil; p, slot = p.younger, 0 {
		slots := p.queued
		if idle {
			slots = p.idle
		}
		if slots = slots >> slot << slot; slots != 0 {
			return p.delays[bits.TrailingZeros64(slots)]
		}
	}
	return nil
}
