package loop

import (
	"context"
	"time"
)

// Post runs f on the loop's goroutine, between two steps, where it may use the core and
// the scripts. It returns without waiting for f to end, and reports false if
// the loop has ended or ctx is done before f could start.
func (l *Loop) Post(ctx context.Context, f func()) bool { return l.send(ctx, l.posts, f) }

func (l *Loop) send(ctx context.Context, to chan<- func(), f func()) bool {
	select {
	case to <- f:
		return true
	case <-ctx.Done():
	case <-l.done:
	}
	return false
}

// Ask runs f as Post does and waits until it has run. It comes next, whatever else waits, but for every other turn of the loop,
// so that no number of those who ask keeps the loop from its work.
func (l *Loop) Ask(ctx context.Context, f func()) bool {
	ran := make(chan struct{})
	if !l.send(ctx, l.asks, func() { f(); close(ran) }) {
		return false
	}
	<-ran
	return true
}

// answer runs what somebody waits for, if there is anything, and reports whether there was.
func (l *Loop) answer() bool {
	select {
	case f := <-l.asks:
		l.between(f)
		return true
	default:
		return false
	}
}

// between runs f, which uses the core and the scripts.
func (l *Loop) between(f func()) {
	l.o.Core.Wake(time.Now())
	f()
}
