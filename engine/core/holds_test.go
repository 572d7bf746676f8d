package core_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/root"
	"lsyncgo/engine/status"
)

// holdsWorld brings reasons to hold a sync up in any order, and keeps by a model of its own which of them hold it.
type holdsWorld struct {
	*stage
	rng   *rand.Rand
	sync  *core.Sync
	model map[string]bool // lost, other, empty, target, events, start

	works   map[core.ProcID]string // what runs
	look    core.Inspect           // the newest
	entries []string               // what the source has
	trusted byte                   // the file system of the source
	found   byte                   // that which was found last
	limited bool                   // the newest startup was told a limit
	whole   bool                   // all was synced since the last hold that makes it necessary
	trace   []string
}

// firstReason are words of the reason that is shown, the most pressing one first.
var firstReason = []struct{ hold, words string }{
	{"lost", "the disk is away"}, {"other", "came back as another"}, {"empty", "is empty and the target"}, {"target", "the target is another"},
	{"events", "would delete 3 of"}, {"start", "would delete more than"},
}

func newHoldsWorld(t *testing.T, rng *rand.Rand) *holdsWorld {
	w := &holdsWorld{stage: newStage(t), rng: rng, model: map[string]bool{}, works: map[core.ProcID]string{}, trusted: 'a'}
	w.settings.Insist = true
	w.cfgs = append(w.cfgs, w.parseSync([]string{"one", "init", "mirrors", "deletes", "maxdelete=34%"}))
	w.cfgs[0].DeletesAtStart, w.cfgs[0].DeletesLive, w.cfgs[0].Actions = true, true, holdsScript{spawner{map[string]*delay.Delay{}}, w}
	w.sync = w.find("one")
	w.step(core.Tick{})
	w.step(core.Watched{Root: w.sync.ID(), Seen: &core.Seen{Source: w.identity('a')}})
	return w
}

// holdsScript are the actions of its sync.
type holdsScript struct {
	spawner
	w *holdsWorld
}

func (h holdsScript) Init(s *core.Sync, a *core.Agent) error {
	_, h.w.limited = s.DeleteLimit(a)
	return s.Spawn(a, work("Init"))
}

func (w *holdsWorld) identity(fs byte) root.Identity {
	return root.Identity{Device: 1, Inode: 2, FileSystem: uint64(fs), Birth: root.Time{Sec: 9}, Mount: 1}
}

// step carries out what core says: it counts the source at once, and nothing may begin while something holds the sync.
func (w *holdsWorld) step(in core.Input) {
	w.t.Helper()
	for _, cmd := range w.machine().Step(w.now, in) {
		switch cmd := cmd.(type) {
		case core.Start:
			w.works[cmd.Proc] = cmd.Work.Describe()
			if len(w.model) > 0 {
				w.fatalf("%s begins although the sync is held for %v", cmd.Work.Describe(), w.model)
			}
		case core.Inspect:
			w.look = cmd
		case core.Count:
			w.entries = []string{"a", "b", "c", "d", "e", "f"}
			defer w.step(core.Counted{Root: cmd.Root, Number: cmd.Number, Inventory: counted(w.entries)})
		case core.Exit:
			w.fatalf("the engine ended: %s", cmd.Why)
		}
	}
}

func (w *holdsWorld) report(k event.Kind, path, why string) {
	e := event.Event{Root: w.sync.ID(), Kind: k, Path: path, Time: w.now}
	if why != "" {
		e.Err = holdError(why)
	}
	w.step(core.Events{e})
}

type holdError string

func (e holdError) Error() string { return string(e) }

// back has the source found again.
func (w *holdsWorld) back(seen *core.Seen) {
	w.report(event.RootBack, "", "")
	delete(w.model, "lost")
	switch {
	case seen.Source != w.identity(w.trusted):
		w.model["other"] = true
		delete(w.model, "events")
		delete(w.model, "start")
	default:
		delete(w.model, "other")
		if seen.Empty {
			w.model["empty"] = true
		}
	}
	w.step(core.Inspected{Root: w.sync.ID(), Number: w.look.Number, Seen: seen})
}

// act does one thing of those that hold the sync or let it go on.
func (w *holdsWorld) act(what string) {
	w.trace = append(w.trace, what)
	lost := w.model["lost"]
	switch what {
	case "lose":
		w.model["lost"], w.whole = true, false
		w.report(event.RootLost, "", "the disk is away")
	case "same", "empty", "other":
		if !lost {
			return
		}
		w.found = w.trusted
		if what == "other" {
			w.found ^= 1
		}
		w.back(&core.Seen{Source: w.identity(w.found), TargetFull: true, Empty: what == "empty"})
	case "target":
		w.model["target"], w.whole = true, false
		w.sync.HoldTarget("the target is another one", func() {})
		w.step(core.Tick{})
	case "events":
		w.deletes()
	case "start":
		w.meetLimit()
	case "work":
		w.work()
	case "resume":
		_, err := w.core.Resume("one", "")
		switch {
		case (err == nil) != (len(w.model) > 0 && !lost):
			w.fatalf("resumed %v: %v", w.model, err)
		case err == nil:
			if w.model["other"] {
				w.trusted = w.found
			}
			clear(w.model)
		}
		w.step(core.Tick{})
	}
}

// deletes has more deleted than the limit allows; that holds the sync if it would act on it.
func (w *holdsWorld) deletes() {
	if len(w.model) > 0 || len(w.works) > 0 || len(w.entries) < 3 || w.state() != status.InStep {
		return
	}
	w.model["events"] = true
	list := core.Events{}
	for _, name := range w.entries[:3] {
		list = append(list, event.Event{Root: w.sync.ID(), Kind: event.Delete, Path: name, Time: w.now})
	}
	w.entries = w.entries[3:]
	w.step(list)
	w.now = w.now.Add(time.Hour)
	w.step(core.Tick{})
}

// meetLimit ends a startup that had more to delete than the limit allows. A sync that is held already is not held for that.
func (w *holdsWorld) meetLimit() {
	for id, what := range w.works {
		if strings.HasSuffix(what, "Init") {
			delete(w.works, id)
			if !w.limited {
				w.whole = true
				w.step(core.Exited{Proc: id})
				return
			}
			if len(w.model) == 0 {
				w.model["start"] = true
			}
			w.step(core.Exited{Proc: id, Result: core.Result{Code: failure.DeleteLimit, MetLimit: true}})
			return
		}
	}
}

// work lets what runs end well, and time pass.
func (w *holdsWorld) work() {
	for id, what := range w.works {
		delete(w.works, id)
		w.whole = w.whole || strings.HasSuffix(what, "Init")
		w.step(core.Exited{Proc: id})
	}
	w.now = w.now.Add(time.Hour)
	w.step(core.Tick{})
}

func (w *holdsWorld) fatalf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf(format+"\nafter "+strings.Join(w.trace, " "), args...)
}

func (w *holdsWorld) state() status.State { return w.core.Snapshot(w.now, nil).Syncs[0].State }

// check compares what the status says with the model.
func (w *holdsWorld) check() {
	w.t.Helper()
	v := w.core.Snapshot(w.now, nil).Syncs[0]
	if held := v.State == status.Held; held != (len(w.model) > 0) || v.OnHold != held {
		w.fatalf("%s, %q, with %v", v.State, v.Reason, w.model)
	}
	for _, r := range firstReason {
		if w.model[r.hold] {
			if !strings.Contains(v.Reason, r.words) {
				w.fatalf("%q is said of %v", v.Reason, w.model)
			}
			return
		}
	}
}

// TestHoldsInAnyOrder: whatever holds a sync, in any order and together with anything else: nothing begins meanwhile, the status
// says what has to be done first, and when the last reason has ended all is synced, and no reason is left.
func TestHoldsInAnyOrder(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	all := []string{"lose", "same", "empty", "other", "target", "events", "start", "work", "resume"}
	for i := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, i))
		w := newHoldsWorld(t, rng)
		w.check()
		for range 4 + rng.IntN(20) {
			w.act(all[rng.IntN(len(all))])
			w.check()
		}
		w.settle()
		if t.Failed() {
			t.Fatalf("round %d: %s", i, strings.Join(w.trace, " "))
		}
	}
}

// settle ends every reason as somebody would, and looks whether all is done then.
func (w *holdsWorld) settle() {
	for range 4 {
		w.act("same")
		if len(w.model) > 0 {
			w.act("resume")
		}
		w.check()
		w.act("work")
		w.act("work")
	}
	if v := w.core.Snapshot(w.now, nil).Syncs[0]; v.State != status.InStep || v.Pending > 0 || len(w.works) > 0 {
		w.t.Errorf("at the end %s, %q, %d pending, runs %v", v.State, v.Reason, v.Pending, w.works)
	}
	if !w.whole && slices.ContainsFunc(w.trace, func(s string) bool { return s == "lose" || s == "target" }) {
		w.t.Error("not all was synced since the source or the target was doubted")
	}
}
