package loop_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/monitor"
)

// fakeMonitor reports what the test sends.
type fakeMonitor struct {
	events chan []event.Event
	// place answers Watch.
	place func(ctx context.Context, r monitor.Root) error
	mark  chan struct{} // what Mark returns; nil: one that is reached

	mu        sync.Mutex // guards all below: written by the loop, read by the test
	unwatched []event.RootID
	listed    []string
}

func (m *fakeMonitor) Watch(ctx context.Context, r monitor.Root) error {
	if m.place == nil {
		return nil
	}
	return m.place(ctx, r)
}
func (m *fakeMonitor) Relist(_ event.RootID, dir string, want monitor.Want) {
	if want.Hidden != nil {
		dir = fmt.Sprint("hidden ", dir, want.Hidden("x.tmp"))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listed = append(m.listed, dir)
}
func (m *fakeMonitor) Mark() <-chan struct{} {
	if m.mark != nil {
		return m.mark
	}
	c := make(chan struct{})
	close(c)
	return c
}
func (m *fakeMonitor) Walked(event.RootID) int { return 0 }

func (m *fakeMonitor) Stats() monitor.Stats { return monitor.Stats{} }

func (m *fakeMonitor) Unwatch(id event.RootID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unwatched = append(m.unwatched, id)
}
func (m *fakeMonitor) Events() <-chan []event.Event { return m.events }
func (m *fakeMonitor) Close() error                 { return nil }

// fakeRunner records what is started; the test ends it through exits.
type fakeRunner struct {
	started chan core.ProcID
	killed  chan core.ProcID
	exits   chan core.Exited
}

func (r *fakeRunner) Start(id core.ProcID, _ core.Work) { r.started <- id }
func (r *fakeRunner) Kill(id core.ProcID)               { r.killed <- id }
func (r *fakeRunner) Exits() <-chan core.Exited         { return r.exits }

type work struct{}

func (work) Describe() string { return "work" }

type script struct{}

func (script) Init(s *core.Sync, a *core.Agent) error { return s.Spawn(a, work{}) }
func (script) Full(s *core.Sync, a *core.Agent) error { return s.Spawn(a, work{}) }
func (script) Action(s *core.Sync) error              { return s.Spawn(s.Event(), work{}) }
func (script) Exist(*core.Sync, *core.Agent) error    { return nil }
func (script) Collect(_ *core.Sync, _ *core.Agent, r core.Result) (core.Verdict, error) {
	if r.Code != 0 {
		return core.Again, nil
	}
	return core.Ok, nil
}

type quiet struct{}

func (quiet) Log(string, ...any)  {}
func (quiet) Enabled(string) bool { return false }

// scene is a loop with one sync, delay 10 s, over fakes, in a bubble of virtual time.
type scene struct {
	t       *testing.T
	core    *core.Core
	sync    *core.Sync
	monitor *fakeMonitor
	runner  *fakeRunner
	loop    *loop.Loop
	ready   chan struct{}
	exit    chan core.Exit
	cancel  context.CancelFunc
}

func newScene(t *testing.T, adjust func(*scene, *loop.Options)) *scene {
	sc := &scene{
		t:       t,
		monitor: &fakeMonitor{events: make(chan []event.Event)},
		runner:  &fakeRunner{started: make(chan core.ProcID, 100), killed: make(chan core.ProcID, 100), exits: make(chan core.Exited)},
		ready:   make(chan struct{}),
		exit:    make(chan core.Exit, 1),
	}
	sc.core = core.New(core.Settings{Insist: true}, quiet{})
	var err error
	sc.sync, err = sc.core.Add(core.SyncConfig{Name: "one", Source: "/one/", Target: "the target", Delay: 10 * time.Second, MaxDelays: 100, Actions: script{}})
	if err != nil {
		t.Fatal(err)
	}
	o := loop.Options{Core: sc.core, Runner: sc.runner, Monitor: sc.monitor, Log: quiet{}, Ready: func() { close(sc.ready) }}
	if adjust != nil {
		adjust(sc, &o)
	}
	sc.loop = loop.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	sc.cancel = cancel
	go func() { sc.exit <- sc.loop.Run(ctx) }()
	return sc
}

func (sc *scene) send(kind event.Kind, path string) {
	sc.monitor.events <- []event.Event{{Root: sc.sync.ID(), Kind: kind, Path: path, Time: time.Now()}}
}

func (sc *scene) wantExit(code int) {
	sc.t.Helper()
	if x := <-sc.exit; x.Code != code {
		sc.t.Errorf("exit code %d (%s), want %d", x.Code, x.Why, code)
	}
}

// §5: a process has ended when everything was heard that had happened by then.
func TestEndWaitsForEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, func(sc *scene, _ *loop.Options) { sc.monitor.mark = make(chan struct{}) })
		<-sc.ready
		sc.send(event.Modify, "a")
		sc.runner.exits <- core.Exited{Proc: <-sc.runner.started}
		sc.send(event.Modify, "b")
		synctest.Wait()
		var active bool
		look := func() {
			sc.loop.Ask(t.Context(), func() { active = sc.core.Snapshot(time.Now(), nil).Syncs[0].Active > 0 })
		}
		if look(); !active {
			t.Error("its end was handed in before the events")
		}
		close(sc.monitor.mark)
		synctest.Wait()
		if look(); active {
			t.Error("its end was not handed in")
		}
		sc.cancel()
		<-sc.exit
	})
}

// §4: an event is served when its delay is over.
func TestEventBecomesWorkWhenItsDelayIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		begin := time.Now()
		sc.send(event.Modify, "a")
		id := <-sc.runner.started
		if waited := time.Since(begin); waited != 10*time.Second {
			t.Errorf("started after %s, want the delay of 10s", waited)
		}
		sc.runner.exits <- core.Exited{Proc: id, Result: core.Result{Code: 12}}
		id = <-sc.runner.started
		if waited := time.Since(begin); waited != 20*time.Second {
			t.Errorf("tried again after %s, want 10s more", waited)
		}
		sc.runner.exits <- core.Exited{Proc: id}
		sc.loop.Stop(core.Stop{Code: 143, Why: "SIGTERM"})
		sc.wantExit(143)
	})
}

func TestStopWaitsThenKills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		sc.send(event.Modify, "a")
		id := <-sc.runner.started
		sc.loop.Stop(core.Stop{Code: 130, Why: "SIGINT"})
		time.Sleep(time.Hour) // virtual: it waits as long as the child takes
		select {
		case x := <-sc.exit:
			t.Fatalf("ended although a child runs: %+v", x)
		default:
		}
		sc.loop.Stop(core.Stop{Code: 130, Why: "SIGINT"})
		if killed := <-sc.runner.killed; killed != id {
			t.Errorf("killed %d, want %d", killed, id)
		}
		sc.runner.exits <- core.Exited{Proc: id, Result: core.Result{Code: 143, Signal: 15}}
		sc.wantExit(130)
	})
}

// TestCount: what is deleted while the source is being counted waits, and the loop does not.
func TestCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var guarded *core.Sync
		found := make(chan *inventory.Inventory)
		sc := newScene(t, func(sc *scene, o *loop.Options) {
			limit := inventory.Entries(1)
			var err error
			guarded, err = sc.core.Add(core.SyncConfig{Name: "two", Source: "/two/", Actions: script{}, MaxDelete: limit, DeletesLive: true})
			if err != nil {
				t.Fatal(err)
			}
			o.Count = func(ctx context.Context, source string, _ bool, _ func(string) bool) (*inventory.Inventory, error) {
				if source != "/two/" {
					t.Errorf("counted %s", source)
				}
				select {
				case n := <-found:
					return n, nil
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
		})
		<-sc.ready
		for _, path := range []string{"a", "b"} {
			sc.monitor.events <- []event.Event{{Root: guarded.ID(), Kind: event.Delete, Path: path}}
		}
		synctest.Wait()
		if n := len(sc.runner.started); n > 0 {
			t.Errorf("%d processes were started before it was counted", n)
		}
		n := inventory.New()
		for _, name := range []string{"a", "b", "c"} {
			n.Put(n.Top(), name, false)
		}
		found <- n
		synctest.Wait()
		if n := len(sc.runner.started); n > 0 {
			t.Errorf("%d processes were started in a flood", n)
		}
		sc.loop.Ask(t.Context(), func() {
			if _, err := sc.core.Resume("two", ""); err != nil {
				t.Error(err)
			}
		})
		id := <-sc.runner.started
		sc.runner.exits <- core.Exited{Proc: id}
		<-sc.runner.started
		sc.cancel()
		sc.loop.Stop(core.Stop{})
		sc.loop.Stop(core.Stop{})
		sc.wantExit(0)
	})
}

func TestMissingSourceIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		sc := newScene(t, func(sc *scene, _ *loop.Options) {
			sc.monitor.place = func(context.Context, monitor.Root) error {
				if tries++; tries < 4 {
					return errors.New("no such directory")
				}
				return nil
			}
		})
		begin := time.Now()
		<-sc.ready
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if tries != 4 {
			t.Errorf("%d attempts in %s, want 4 (after 1, 2 and 4 seconds)", tries, time.Since(begin))
		}
		sc.cancel()
		sc.wantExit(0)
	})
}

func TestEndDuringWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, func(sc *scene, _ *loop.Options) {
			sc.monitor.place = func(ctx context.Context, _ monitor.Root) error {
				<-ctx.Done() // a tree that takes for ever to walk
				return ctx.Err()
			}
		})
		synctest.Wait()
		sc.loop.Stop(core.Stop{Code: 143})
		sc.wantExit(143)
	})
}

func TestPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		var pending int
		sc.send(event.Modify, "a")
		if !sc.loop.Ask(t.Context(), func() { pending = sc.core.Snapshot(time.Now(), nil).Syncs[0].Pending }) || pending != 1 {
			t.Errorf("asked for pending delays: %d, want 1", pending)
		}
		sc.cancel()
		sc.wantExit(0)
		if sc.loop.Post(t.Context(), func() {}) {
			t.Error("Post to a loop that has ended reports true")
		}
		sc.loop.Stop(core.Stop{}) // must not block
	})
}

func TestMonitorEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		close(sc.monitor.events)
		sc.wantExit(255)
	})
}

// TestIdleSleeps: without events nothing wakes the loop.
func TestIdleSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		steps := 0
		sc := newScene(t, func(_ *scene, o *loop.Options) {
			o.Changed = func(time.Time) time.Time { steps++; return time.Time{} }
		})
		<-sc.ready
		synctest.Wait()
		before := steps
		time.Sleep(23 * time.Hour)
		synctest.Wait()
		if steps != before {
			t.Errorf("%d wakeups in 23 idle hours", steps-before)
		}
		sc.cancel()
		sc.wantExit(0)
	})
}

func TestWatchdogAndStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive, changed := 0, 0
		sc := newScene(t, func(_ *scene, o *loop.Options) {
			o.Alive, o.AliveEvery = func() { alive++ }, 10*time.Second
			o.Changed = func(time.Time) time.Time { changed++; return time.Time{} }
		})
		<-sc.ready
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if alive < 6 || alive > 8 {
			t.Errorf("%d signs of life in a minute, want one each 10 s", alive)
		}
		if changed == 0 {
			t.Error("the status was never looked at")
		}
		sc.cancel()
		sc.wantExit(0)
	})
}

func TestUnwatchOnDeath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, nil)
		<-sc.ready
		var err error
		sc.loop.Ask(t.Context(), func() { _, err = sc.core.Reload(core.Settings{}, nil) })
		synctest.Wait()
		if err != nil || fmt.Sprint(sc.monitor.unwatched) != "[0]" {
			t.Errorf("unwatched %v (%v), want the removed sync", sc.monitor.unwatched, err)
		}
		sc.cancel()
		sc.wantExit(0)
	})
}
