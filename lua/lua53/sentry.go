package lua53

import (
	"context"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

const (
	// quietFor is how long a call runs before anything watches it: most end much sooner.
	quietFor = 20 * time.Millisecond
	// sampleEvery is how often the heap is looked at from then on.
	sampleEvery = 50 * time.Millisecond
	// worthAsking is the size of a result, in bytes, before which the heap is looked at.
	worthAsking = 1 << 20
	// slotSize is what an element of a table or of the stack takes, in bytes.
	slotSize = 16
)

// sentry watches one long call, or many short ones of which none was long enough.
type sentry struct {
	limits Limits
	ctx    context.Context
	cancel context.CancelCauseFunc
	base   atomic.Int64 // the heap at the first look during this call; 0: not looked yet
	live   atomic.Int64 // growth that the last collection during this call has left
}

func newSentry(limits Limits) *sentry {
	s := &sentry{limits: limits}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// begin forgets the call before.
func (s *sentry) begin() {
	if s.base.Load() != 0 {
		s.base.Store(0)
	}
}

// quiet is how long the call may run unwatched.
func (s *sentry) quiet() time.Duration {
	if s.limits.Time > 0 {
		return min(quietFor, s.limits.Time)
	}
	return quietFor
}

// watch ends the call when it has had its time or its memory. It returns when the context ends.
func (s *sentry) watch() {
	var expired <-chan time.Time
	if s.limits.Time > 0 {
		timer := time.NewTimer(s.limits.Time - s.quiet())
		defer timer.Stop()
		expired = timer.C
	}
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	for {
		if err := s.room(0); err != nil {
			s.cancel(err)
		}
		select {
		case <-s.ctx.Done():
			return
		case <-expired:
			s.cancel(ErrTime)
		case <-ticker.C:
		}
	}
}

// room returns ErrMemory if the heap has no room for n bytes more. What looks like growth may be garbage that nobody has
// collected: only a collection tells. One is begun when the garbage since the last may be as much as the rest.
func (s *sentry) room(n int64) error {
	limit := s.limits.Memory
	switch {
	case limit <= 0:
		return nil
	case n > limit:
		return ErrMemory
	case s.growth()+n <= limit+s.live.Load():
		return nil
	}
	runtime.GC()
	grown := s.growth()
	s.live.Store(grown)
	if grown+n > limit {
		return ErrMemory
	}
	return nil
}

// growth is by how many bytes the heap has grown since the first look during this call.
func (s *sentry) growth() int64 {
	heap := heapSize()
	base := s.base.Load()
	if base == 0 {
		s.live.Store(0)
	}
	if base == 0 || heap < base { // less: what was garbage at the first look is gone
		s.base.Store(heap)
		return 0
	}
	return heap - base
}

// heapSize is the size of all objects on the heap, garbage included, in bytes. Unlike runtime.ReadMemStats it stops nothing.
func heapSize() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}
