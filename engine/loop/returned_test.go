package loop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"lsyncgo/engine/event"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/status"
)

// slowGuard answers Returned when the test lets it.
type slowGuard struct{ answers chan struct{} }

func (slowGuard) Started(event.RootID, string, string, bool) error { return nil }
func (slowGuard) Empty(string) bool                                { return false }
func (g slowGuard) Returned(event.RootID, string) error {
	<-g.answers
	return nil
}

// A source that came back and is lost again while the guard still looks at it stays lost.
func TestReturnedAndLostAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := slowGuard{make(chan struct{})}
		sc := newScene(t, func(_ *scene, o *loop.Options) { o.Guard = g })
		<-sc.ready
		tell := func(kinds ...event.Kind) {
			for _, k := range kinds {
				sc.monitor.events <- []event.Event{{Root: sc.sync.ID(), Kind: k, Err: errors.New("the reason")}}
			}
			synctest.Wait()
		}
		state := func() (s status.State) {
			sc.loop.Ask(context.Background(), func() { s = sc.core.Snapshot(sc.core.Now(), false).Syncs[0].State })
			return s
		}
		tell(event.RootLost, event.RootBack, event.RootLost)
		g.answers <- struct{}{}
		synctest.Wait()
		if s := state(); s != status.Stopped {
			t.Errorf("it is %s although the source is lost", s)
		}
		tell(event.RootBack)
		g.answers <- struct{}{}
		synctest.Wait()
		if s := state(); s == status.Stopped {
			t.Error("it is still stopped although the source is back")
		}
		sc.cancel()
		<-sc.exit
	})
}
