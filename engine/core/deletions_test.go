package core_test

import (
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/status"
)

// watchedStage has one sync, of which it is not counted yet what the source has.
func watchedStage(t *testing.T, sync ...string) (*stage, *core.Sync) {
	st := newStage(t)
	st.settings.Insist = true
	st.cfgs = append(st.cfgs, st.parseSync(append([]string{"one", "maxdelete=50%"}, sync...)))
	st.step(core.Tick{})
	s := st.find("one")
	st.step(core.Watched{Root: s.ID()})
	return st, s
}

// TestDeleteLimit: work that met its limit holds the sync, whatever its exit code.
func TestDeleteLimit(t *testing.T) {
	for _, met := range []bool{true, false} {
		st, s := watchedStage(t, "init")
		st.step(core.Counted{Root: s.ID(), Number: st.counts["one"], Inventory: inventory.New()})
		st.step(core.Exited{Proc: 1, Result: core.Result{Code: 23, MetLimit: met}})
		state := st.core.Snapshot(st.now, nil).Syncs[0].State
		if held := state == status.Held; held != met {
			t.Errorf("met its limit: %t; %s", met, state)
		}
	}
}

// TestNothingToTake: a callback that looks at the FIFO by itself meets the guard, too.
func TestNothingToTake(t *testing.T) {
	st, s := watchedStage(t, "act=idle")
	look := func(when string, want bool) {
		t.Helper()
		if one, list := s.Event() != nil, s.Events(nil) != nil; one != want || list != want {
			t.Errorf("%s: an event %t, a list %t, want %t", when, one, list, want)
		}
	}
	st.step(core.Events{{Root: s.ID(), Kind: event.Modify, Path: "a", Time: st.now}})
	look("while it is counted", false)
	st.step(core.Counted{Root: s.ID(), Number: st.counts["one"], Inventory: counted([]string{"a", "b"})})
	look("then", true)
	s.Report(event.Event{Kind: event.Delete, Path: "a"})
	s.Report(event.Event{Kind: event.Delete, Path: "b"})
	look("in a flood", false)
	if _, err := st.core.Resume("one", ""); err != nil {
		t.Error(err)
	}
	look("resumed", true)
}
