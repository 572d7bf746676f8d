package core_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// errand is an owner of a kind of its own.
type errand struct{ codes []int }

func (*errand) Serves() bool           { return false }
func (e *errand) Ended(in core.Exited) { e.codes = append(e.codes, in.Result.Code) }

// startOf returns the piece of work that is started.
func startOf(commands []core.Command, describe string) (id core.ProcID) {
	for _, cmd := range commands {
		if start, ok := cmd.(core.Start); ok && start.Work.Describe() == describe {
			id = start.Proc
		}
	}
	return id
}

// Owners of a new kind have work run beside syncs': it takes a slot, is killed, is waited for at the end, and each end is told to its owner.
func TestOwnerOfAnotherKind(t *testing.T) {
	now := time.Unix(1e9, 0)
	st := newStage(t)
	c := core.New(core.Settings{MaxProcesses: 3}, st)
	if _, err := c.Add(core.SyncConfig{Name: "one", HasInit: true, Actions: spawner{}}); err != nil {
		t.Fatal(err)
	}
	first, second := &errand{}, &errand{}
	ids := make([]core.ProcID, 3)
	for i, o := range []*errand{first, first, second} {
		id, err := c.Run(o, work(fmt.Sprint("errand ", i)))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = id
	}
	commands := c.Step(now, core.Tick{})
	for i, id := range ids {
		if id == 0 || startOf(commands, fmt.Sprint("errand ", i)) != id {
			t.Errorf("errand %d, %d, was not started: %v", i, id, commands)
		}
	}
	if n, shown := c.Running(), c.Snapshot(now, nil).Daemon.Running; n != 3 || shown != 3 {
		t.Errorf("%d run, the status says %d", n, shown)
	}
	root := c.Syncs()[0].ID()
	if commands = c.Step(now, core.Watched{Root: root}); slices.ContainsFunc(commands, isStart) {
		t.Errorf("more than three run: %v", commands)
	}

	c.Kill(ids[0])
	if commands = c.Step(now, core.Tick{}); !slices.Contains(commands, core.Command(core.Kill{Proc: ids[0]})) {
		t.Errorf("not killed: %v", commands)
	}
	commands = c.Step(now, core.Exited{Proc: ids[0], Result: core.Result{Code: 143}})
	if !slices.ContainsFunc(commands, isStart) || c.Running() != 3 {
		t.Errorf("the sync's work did not get the slot: %v", commands)
	}
	c.Kill(ids[0])
	if commands = c.Step(now, core.Exited{Proc: ids[0]}); len(commands) > 0 || !slices.Equal(first.codes, []int{143}) {
		t.Errorf("what has ended is not forgotten: %v, %v", commands, first.codes)
	}
	endBeside(t, c, now, first, second, ids)
}

func isStart(cmd core.Command) bool {
	_, ok := cmd.(core.Start)
	return ok
}

// endBeside stops a core in which the second errand of first, that of second and a sync's startup run.
func endBeside(t *testing.T, c *core.Core, now time.Time, first, second *errand, ids []core.ProcID) {
	c.Step(now, core.Stop{Code: 143, Why: "SIGTERM"})
	if _, err := c.Run(first, work("late")); err == nil {
		t.Error("something was started while it ends")
	}
	sync := ids[2] + 1
	want := []core.Command{core.Kill{Proc: ids[1]}, core.Kill{Proc: ids[2]}, core.Kill{Proc: sync}}
	if got := c.Step(now, core.Stop{Code: 143, Why: "SIGTERM"}); !slices.Equal(got, want) {
		t.Errorf("the second Stop: %v, not %v", got, want)
	}
	for _, id := range []core.ProcID{sync, ids[1]} {
		if got := c.Step(now, core.Exited{Proc: id, Result: core.Result{Code: 1}}); len(got) > 0 {
			t.Errorf("not waited for: %v", got)
		}
	}
	got := c.Step(now, core.Exited{Proc: ids[2], Result: core.Result{Code: 2}})
	if !slices.Equal(got, []core.Command{core.Exit{Code: 143, Why: "SIGTERM"}}) {
		t.Errorf("at the end of the last one: %v", got)
	}
	if !slices.Equal(first.codes, []int{143, 1}) || !slices.Equal(second.codes, []int{2}) || c.Running() != 0 {
		t.Errorf("the owners heard %v and %v; %d run", first.codes, second.codes, c.Running())
	}
}

// listener is a receiver of a kind of its own.
type listener struct {
	events []event.Event
	errs   []error
}

func (l *listener) Receive(e event.Event)   { l.events = append(l.events, e) }
func (l *listener) Watched(in core.Watched) { l.errs = append(l.errs, in.Err) }
func (l *listener) Placing() bool           { return len(l.errs) == 0 }

// A receiver of a new kind has a tree of its own watched beside those of syncs, hears what happens there, nothing else, and
// nothing any more once it is released.
func TestReceiverOfAnotherKind(t *testing.T) {
	now := time.Unix(1e9, 0)
	c := core.New(core.Settings{}, newStage(t))
	s, err := c.Add(core.SyncConfig{Name: "one", Source: "/one/", HasInit: true, Actions: spawner{}})
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{}
	root := c.Register(l)
	watch := core.Watch{Root: root, Source: "/another/", Monitor: "poll"}
	c.Watch(watch)
	watches := 0
	for _, cmd := range c.Step(now, core.Tick{}) {
		if w, ok := cmd.(core.Watch); ok && w.Root == root {
			if watches++; w.Source != watch.Source || w.Monitor != watch.Monitor {
				t.Errorf("asked for %+v", w)
			}
		}
	}
	if root == s.ID() || watches != 1 {
		t.Fatalf("root %d beside %d, watched %d times", root, s.ID(), watches)
	}
	refused := errors.New("no such directory")
	c.Step(now, core.Watched{Root: root, Err: refused})
	c.Watch(watch)
	c.Step(now, core.Watched{Root: root})
	c.Step(now, core.Watched{Root: s.ID()})
	c.Step(now, core.Events{{Root: s.ID(), Kind: event.Create, Path: "a"}, {Root: root, Kind: event.Modify, Path: "b"}, {Root: 99, Path: "c"}})
	if !slices.Equal(l.errs, []error{refused, nil}) || len(l.events) != 1 || l.events[0].Path != "b" {
		t.Errorf("heard of watches %v, of events %v", l.errs, l.events)
	}
	c.Release(root)
	c.Release(root)
	if got := c.Step(now, core.Events{{Root: root, Kind: event.Delete, Path: "b"}}); !slices.Equal(got, []core.Command{core.Unwatch{Root: root}}) {
		t.Errorf("releasing it: %v", got)
	}
	c.Watch(watch)
	if got := c.Step(now, core.Tick{}); len(got) > 0 || len(l.events) != 1 {
		t.Errorf("after its release: %v, events %v", got, l.events)
	}
}
