package monitor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// state is what the owners of these tests have.
type state struct{ served []int }

// own starts an owner.
func own(a *Actor[*state], s *state) {
	a.Go(func() {
		for {
			select {
			case <-a.Calls():
				a.Serve(s)
			case <-a.Context().Done():
				return
			}
		}
	})
}

func TestActorServesInOrder(t *testing.T) {
	t.Parallel()
	a, s := NewActor[*state](), &state{}
	for i := range 3 { // without an owner: nobody waits
		a.Send(func(s *state) { s.served = append(s.served, i) })
	}
	own(a, s)
	want := errors.New("the answer")
	if err := a.Ask(t.Context(), func(context.Context, *state) error { return want }); !errors.Is(err, want) {
		t.Errorf("Ask returned %v", err)
	}
	a.Close()
	if len(s.served) != 3 || s.served[0] != 0 || s.served[2] != 2 {
		t.Errorf("served %v", s.served)
	}
	if err := a.Ask(t.Context(), func(context.Context, *state) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close Ask returned %v", err)
	}
}

// TestActorGivenUp: who gives up before it is its turn gets its answer at once, and nothing is done for it; who gives up later gets
// what comes of it.
func TestActorGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, s := NewActor[*state](), &state{}
		reason := errors.New("no longer wanted")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(reason)
		if err := a.Ask(ctx, func(context.Context, *state) error { t.Error("called"); return nil }); !errors.Is(err, reason) {
			t.Errorf("Ask returned %v", err)
		}
		own(a, s)
		ctx, cancel = context.WithCancelCause(t.Context())
		err := a.Ask(ctx, func(ctx context.Context, _ *state) error {
			cancel(reason)
			<-ctx.Done()
			synctest.Wait() // Ask has seen that ctx has ended
			return errors.New("half done")
		})
		if err == nil || err.Error() != "half done" {
			t.Errorf("Ask returned %v", err)
		}
		a.Close()
	})
}

// TestActorStopped: Stop ends what the owner is at, and who waits for it.
func TestActorStopped(t *testing.T) {
	t.Parallel()
	a, s := NewActor[*state](), &state{}
	own(a, s)
	err := a.Ask(t.Context(), func(ctx context.Context, _ *state) error {
		a.Stop()
		<-ctx.Done()
		return context.Cause(ctx)
	})
	if !errors.Is(err, ErrClosed) {
		t.Errorf("Ask returned %v", err)
	}
	a.Close()
}
