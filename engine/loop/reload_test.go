package loop_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/monitor"
)

// A HUP that comes while watches are being placed changes a definition. What places them looks at the source
// that it was told to watch, and shares no memory with the definition: -race proves that.
func TestReloadWhileWatchesArePlaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		placing, reloaded := make(chan struct{}), make(chan struct{})
		sc := newScene(t, func(sc *scene, o *loop.Options) {
			sc.monitor.place = func(context.Context, monitor.Root) error {
				placing <- struct{}{}
				return nil
			}
			o.Look = func(source, target string) core.Seen {
				if source != "/one/" || target != "the target" {
					t.Errorf("looked at %q and %q", source, target)
				}
				<-reloaded // after the paths were read: nothing puts that in order with the reload
				return core.Seen{}
			}
		})
		<-placing
		sc.loop.Ask(t.Context(), func() {
			cfg := core.SyncConfig{Name: "one", Source: "/one/", Target: "the target", Delay: 10 * time.Second, MaxDelays: 99, Actions: script{}}
			if _, err := sc.core.Reload(core.Settings{Insist: true}, []core.SyncConfig{cfg}); err != nil {
				t.Error(err)
			}
		})
		close(reloaded)
		<-sc.ready
		sc.cancel()
		sc.wantExit(0)
	})
}
