package transfer

// dirsOfPlace is how many directories a place keeps open.
const dirsOfPlace = 2

// In deep trees, where no more directories may stay open, a place is lone: one goroutine works on it and on all that
// is below, and each of these places has its directories open only while nothing below it is worked on.

// enterAlone works on c, which is below p.
func (p *place) enterAlone(c *place) {
	if p.lone {
		p.m.flush() // what waits for its name in p needs it open
		p.leave()
	}
	c.descend()
}

// leave closes the directories of p until back.
func (p *place) leave() {
	for _, d := range []*dir{p.src, p.dst} {
		if d == nil {
			continue
		}
		if err := d.leave(); err != nil {
			p.m.fail(p.rel, "look at", err)
			p.away = true
		}
	}
}

// back opens the directories of p again from those of c, which is below.
func (p *place) back(c *place) {
	if p.away {
		return
	}
	if p.src != nil {
		if err := p.src.back(c.src); err != nil {
			p.lost("", "look at", err)
			p.away = true
		}
	}
	if err := p.dst.back(c.dst); err != nil {
		p.m.fail(p.rel, "look at", atTarget(err))
		p.away = true
	}
}
