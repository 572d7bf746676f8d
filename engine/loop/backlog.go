package loop

import (
	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// maxEvents is how many events core takes in at once, for which it needs some milliseconds: a monitor hands over half a
// million after a burst, and a status request that comes meanwhile must not wait for all of them.
const maxEvents = 2000

// backlog is what the monitor has handed over and core has not taken in yet.
type backlog []event.Event

// next takes out what comes next.
func (b *backlog) next() core.Events {
	n := min(len(*b), maxEvents)
	slice := (*b)[:n:n]
	if *b = (*b)[n:]; len(*b) == 0 {
		*b = nil
	}
	return core.Events(slice)
}

var ready = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// more can be received from at once while there is something, which lets other inputs come in between.
func (b backlog) more() <-chan struct{} {
	if len(b) == 0 {
		return nil
	}
	return ready
}

// events is nil until core has taken in what the monitor handed over last: what comes after it has to wait in the monitor's
// queue, which has a bound.
func (l *Loop) events() <-chan []event.Event {
	if len(l.backlog) > 0 {
		return nil
	}
	return l.o.Monitor.Events()
}
