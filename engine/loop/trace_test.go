package loop_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/loop"
)

// §2 log: -log Masterloop shows what the loop waits for and what wakes it up.
func TestLoopIsTraced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &kept{category: "Masterloop"}
		sc := newScene(t, func(_ *scene, o *loop.Options) { o.Log = log })
		<-sc.ready
		synctest.Wait()
		file := func(k event.Kind, path string) event.Event {
			return event.Event{Root: sc.sync.ID(), Kind: k, Path: path, Time: time.Now()}
		}
		for _, turn := range []struct {
			what func()
			want []string
		}{
			{func() {
				sc.monitor.events <- []event.Event{file(event.Modify, "a"), file(event.Create, "b"), file(event.Modify, "c")}
			}, []string{"woken after 0s by 3 events: 2 Modify, 1 Create", "waiting, alarm in 10s; 0 processes run, 3 events are pending; this turn took 0s"}},
			{func() { <-time.After(10 * time.Second) }, []string{
				"woken after 10s by its alarm", "waiting, no alarm; 1 processes run, 3 events are pending; this turn took 0s"}},
			{func() { sc.loop.Ask(context.Background(), func() {}) }, []string{
				"woken after 0s by a request", "waiting, no alarm; 1 processes run, 3 events are pending; this turn took 0s"}},
			{func() { sc.runner.exits <- core.Exited{Proc: 1, Result: core.Result{Code: 12}} }, []string{
				"woken after 0s by the end of process 1, exit code 12", "waiting, no alarm; 1 processes run, 3 events are pending; this turn took 0s"}},
		} {
			log.take()
			turn.what()
			synctest.Wait()
			for i := range turn.want {
				turn.want[i] = "Masterloop: " + turn.want[i]
			}
			if lines := log.take(); !slices.Equal(lines, turn.want) {
				t.Errorf("got  %q\nwant %q", lines, turn.want)
			}
		}
		sc.cancel()
		synctest.Wait()
		sc.runner.exits <- core.Exited{Proc: 2} // is waited for
		<-sc.exit
	})
}
