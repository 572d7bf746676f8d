package loop_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/monitor"
)

// kept is a log of one category.
type kept struct {
	category string
	mu       sync.Mutex // guards lines: the loop's goroutine writes, tests read
	lines    []string
}

func (k *kept) Log(category string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines = append(k.lines, category+": "+fmt.Sprint(args...))
}

// take returns what was logged since the last call.
func (k *kept) take() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer func() { k.lines = nil }()
	return k.lines
}
func (k *kept) Enabled(category string) bool { return category == k.category }

// §2 log: -log Inotify shows what the monitor has reported, with whole paths.
func TestEventsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &kept{category: "Inotify"}
		sc := newScene(t, func(_ *scene, o *loop.Options) { o.Log = log })
		<-sc.ready
		sc.monitor.events <- []event.Event{
			{Root: sc.sync.ID(), Kind: event.Create, Path: "d/f"},
			{Root: sc.sync.ID(), Kind: event.Move, Path: "d/", Dest: "e/"},
			{Root: 77, Kind: event.Create, Path: "of nobody"},
		}
		synctest.Wait()
		sc.cancel()
		<-sc.exit
		if got := strings.Join(log.take(), "\n"); got != "Inotify: one: Create /one/d/f\nInotify: one: Move /one/d/ to /one/e/" {
			t.Errorf("got %s", got)
		}
	})
}

// §3 inotifyMode, §2 subdirs: the monitor is told how a sync wants its source watched, and what it excludes.
func TestWatchSaysHow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		roots := make(chan monitor.Root, 2)
		sc := newScene(t, func(sc *scene, _ *loop.Options) {
			sc.monitor.place = func(_ context.Context, r monitor.Root) error {
				roots <- r
				return nil
			}
			if _, err := sc.core.Add(core.SyncConfig{Name: "two", Source: "/two/", Delay: time.Second, Actions: script{},
				Flat: true, Monitor: "poll", PollInterval: time.Second, Mode: event.CloseWriteOrModify}); err != nil {
				t.Fatal(err)
			}
		})
		<-sc.ready
		sc.cancel()
		<-sc.exit
		if err := sc.sync.AddExclude("*.tmp"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			switch r := <-roots; r.Path {
			case "/one/":
				if r.Flat || r.Mode != event.CloseWrite || r.Backend != "" || r.PollInterval != 0 || !r.Excluded("a.tmp") || r.Excluded("a") {
					t.Errorf("one: %+v", r)
				}
			case "/two/":
				if !r.Flat || r.Mode != event.CloseWriteOrModify || r.Backend != "poll" || r.PollInterval != time.Second || r.Excluded("a.tmp") {
					t.Errorf("two: %+v", r)
				}
			default:
				t.Errorf("watched %s", r.Path)
			}
		}
	})
}
