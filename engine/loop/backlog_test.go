package loop_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// §10: who asks is answered while the events of a burst are taken in, and the end of a process waits for all of them.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		sc.send(event.Modify, "a")
		proc := <-sc.runner.started
		const burst = 100_000
		batch := make([]event.Event, burst)
		for i := range batch {
			batch[i] = event.Event{Root: sc.sync.ID(), Kind: event.Modify, Path: fmt.Sprint("d/", i), Time: time.Now()}
		}
		sc.monitor.events <- batch
		go func() { sc.runner.exits <- core.Exited{Proc: proc} }()
		between := false
		for pending, next := 0, 0; pending < burst; {
			sc.loop.Ask(t.Context(), func() { pending, next = sc.core.Pending(), len(sc.runner.started) })
			between = between || pending > 1 && pending < burst
			if pending < burst && next > 0 {
				t.Errorf("the end of the process was handed in when %d of %d events were", pending, burst)
				break
			}
		}
		if !between {
			t.Error("no question was answered before all events were taken in")
		}
		sc.cancel()
		sc.loop.Stop(core.Stop{})
		sc.loop.Stop(core.Stop{}) // a process runs
		<-sc.exit
	})
}

// §10: a request is answered in the next turn but one, however much else waits to be done.
func TestRequestsComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		const requests, posts, slice = 20, 500, 2000
		batch := make([]event.Event, 2*requests*slice)
		for i := range batch {
			batch[i] = event.Event{Root: sc.sync.ID(), Kind: event.Modify, Path: fmt.Sprint("d/", i), Time: time.Now()}
		}
		var answers, ran int // used by the loop's goroutine only
		request := func() {
			answers++
			if turns := ran + sc.core.Pending()/slice; turns > answers {
				t.Errorf("%d turns before request %d", turns, answers)
			}
		}
		sc.monitor.events <- batch
		var waiting sync.WaitGroup
		sc.loop.Ask(t.Context(), func() {
			for range requests {
				waiting.Go(func() { sc.loop.Ask(t.Context(), request) })
			}
			for range posts {
				waiting.Go(func() { sc.loop.Post(t.Context(), func() { ran++ }) })
			}
			synctest.Wait() // all of them wait for the loop
			ran = -sc.core.Pending() / slice
		})
		waiting.Wait()
		sc.cancel()
		sc.loop.Stop(core.Stop{})
		sc.loop.Stop(core.Stop{}) // a process may run
		<-sc.exit
	})
}
