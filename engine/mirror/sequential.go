package mirror

import (
	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// dirsOfPlace is how many directories a place keeps open.
const dirsOfPlace = 2

// In deep trees, where no more directories may stay open, a place is lone: one goroutine works on it and on all that
// is below, and each of these places has its directories open only while nothing below it is worked on.

// enterAlone works on c, which is below p.
func (p *dirPair) enterAlone(c *dirPair) {
	if p.sequential {
		p.m.flush() // what waits for its name in p needs it open
		p.suspend()
	}
	c.descend()
}

// suspend closes the directories of p until back.
func (p *dirPair) suspend() {
	for _, d := range []*fsat.Dir{p.src, p.Dst} {
		if d == nil {
			continue
		}
		if err := d.Suspend(); err != nil {
			p.m.fail(p.rel, "look at", err)
			p.detached = true
		}
	}
}

// resume opens the directories of p again from those of c, which is below.
func (p *dirPair) resume(c *dirPair) {
	if p.detached {
		return
	}
	if p.src != nil {
		if err := p.src.Resume(c.src); err != nil {
			p.lost("", "look at", err)
			p.detached = true
		}
	}
	if err := p.Dst.Resume(c.Dst); err != nil {
		p.m.fail(p.rel, "look at", copier.AtTarget(err))
		p.detached = true
	}
}
