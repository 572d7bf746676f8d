package loop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/root"
	"lsyncgo/engine/status"
)

// A source that came back and is lost again while it is still looked at stays lost.
func TestReturnedAndLostAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan struct{})
		sc := newScene(t, func(_ *scene, o *loop.Options) {
			o.Look = func(source, _ string) core.Seen {
				if source != "/one/" {
					t.Errorf("looked at %s", source)
				}
				<-answers
				return core.Seen{Source: root.Identity{Inode: 1, Birth: root.Time{Sec: 1}}}
			}
		})
		answers <- struct{}{}
		<-sc.ready
		tell := func(kinds ...event.Kind) {
			for _, k := range kinds {
				sc.monitor.events <- []event.Event{{Root: sc.sync.ID(), Kind: k, Err: errors.New("the reason")}}
			}
			synctest.Wait()
		}
		state := func() (s status.State) {
			sc.loop.Ask(context.Background(), func() { s = sc.core.Snapshot(sc.core.Now(), nil).Syncs[0].State })
			return s
		}
		tell(event.RootLost, event.RootBack, event.RootLost)
		answers <- struct{}{}
		synctest.Wait()
		if s := state(); s != status.Held {
			t.Errorf("it is %s although the source is lost", s)
		}
		tell(event.RootBack)
		answers <- struct{}{}
		synctest.Wait()
		if s := state(); s == status.Held {
			t.Error("it is still held although the source is back")
		}
		sc.cancel()
		<-sc.exit
	})
}
