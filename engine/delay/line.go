package delay

// line names one of the lists a delay can stand in, all in FIFO order.
type line uint8

const (
	all  line = iota // every queued delay
	idle             // those not active
)

type link struct{ older, younger *Delay }

// list is a doubly linked list through the links of its line.
type list struct {
	line           line
	oldest, newest *Delay
}

// insert puts d in front of younger, or last if that is nil.
func (l *list) insert(d, younger *Delay) {
	older := l.newest
	if younger != nil {
		older = younger.links[l.line].older
	}
	d.links[l.line] = link{older, younger}
	l.join(older, d)
	l.join(d, younger)
}

func (l *list) remove(d *Delay) {
	at := d.links[l.line]
	d.links[l.line] = link{}
	l.join(at.older, at.younger)
}

// join makes older and younger neighbours; nil stands for the end of the list.
func (l *list) join(older, younger *Delay) {
	if older == nil {
		l.oldest = younger
	} else {
		older.links[l.line].younger = younger
	}
	if younger == nil {
		l.newest = older
	} else {
		younger.links[l.line].older = older
	}
}
