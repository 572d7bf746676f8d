package monitor

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrClosed answers who asks a monitor that is closed.
var ErrClosed = errors.New("the monitor is closed")

// Actor lets one goroutine, the owner, have a state of type S to itself: others send it functions, which it calls in order. The
// owner waits for Calls among all else and then calls Serve. NewActor makes one.
type Actor[S any] struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	ended  sync.WaitGroup
	calls  chan struct{} // has a value when something waits

	mu      sync.Mutex
	waiting []func(S)
}

// NewActor returns an actor without an owner: Go starts that.
func NewActor[S any]() *Actor[S] {
	a := &Actor[S]{calls: make(chan struct{}, 1)}
	a.ctx, a.cancel = context.WithCancelCause(context.Background())
	return a
}

// Context ends with Stop.
func (a *Actor[S]) Context() context.Context { return a.ctx }

// Go starts a goroutine, which has to end with Context.
func (a *Actor[S]) Go(f func()) { a.ended.Go(f) }

// Send has the owner call f. It does not wait. After Stop f may not be called any more.
func (a *Actor[S]) Send(f func(S)) {
	a.mu.Lock()
	a.waiting = append(a.waiting, f)
	a.mu.Unlock()
	a.signal()
}

// Ask has the owner call f and returns what that returns. The context that f gets ends with ctx and with Stop. If either ends
// before f is called, Ask returns why, and f is not called.
func (a *Actor[S]) Ask(ctx context.Context, f func(context.Context, S) error) error {
	var taken atomic.Bool // by the owner, or given up
	answer := make(chan error, 1)
	a.Send(func(s S) {
		if taken.Swap(true) {
			return
		}
		ctx, stop := context.WithCancelCause(ctx)
		defer context.AfterFunc(a.ctx, func() { stop(context.Cause(a.ctx)) })()
		defer stop(nil)
		answer <- f(ctx, s)
	})
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		if !taken.Swap(true) {
			return context.Cause(ctx)
		}
	case <-a.ctx.Done():
		return context.Cause(a.ctx)
	}
	select { // the owner is at it, and knows of ctx
	case err := <-answer:
		return err
	case <-a.ctx.Done():
		return context.Cause(a.ctx)
	}
}

// Calls has a value when Serve has something to do.
func (a *Actor[S]) Calls() <-chan struct{} { return a.calls }

// Serve calls what was sent first with s. Only the owner may call it.
func (a *Actor[S]) Serve(s S) {
	a.mu.Lock()
	if len(a.waiting) == 0 {
		a.mu.Unlock()
		return
	}
	f := a.waiting[0]
	a.waiting[0] = nil
	if a.waiting = a.waiting[1:]; len(a.waiting) > 0 {
		a.signal()
	} else {
		a.waiting = nil
	}
	a.mu.Unlock()
	f(s)
}

func (a *Actor[S]) signal() {
	select {
	case a.calls <- struct{}{}:
	default: // the owner has not yet seen the last one
	}
}

// Stop ends Context and all that wait in Ask, with ErrClosed. It does not wait.
func (a *Actor[S]) Stop() { a.cancel(ErrClosed) }

// Close is Stop; it returns when the goroutines have ended.
func (a *Actor[S]) Close() {
	a.Stop()
	a.ended.Wait()
}
