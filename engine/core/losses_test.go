package core_test

import (
	"testing"

	"lsyncgo/engine/census"
	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
)

// watchedStage has one sync, of which it is not counted yet what the source has.
func watchedStage(t *testing.T, sync ...string) (*stage, *core.Sync) {
	st := newStage(t)
	st.settings.Insist = true
	st.cfgs = append(st.cfgs, st.parseSync(append([]string{"one", "maxdelete=50%"}, sync...)))
	st.step(core.Tick{})
	s := st.find("one")
	st.step(core.Watched{Sync: s.ID()})
	return st, s
}

// TestDeleteLimitInWords: rsync says that it met the limit, but ends with another code
// if something vanished or could not be read as well.
func TestDeleteLimitInWords(t *testing.T) {
	const words = "Deletions stopped due to --max-delete limit (7 skipped)"
	for _, c := range []struct {
		code int
		tail []string
		held bool
	}{
		{code: 25, held: true},
		{code: 24, tail: []string{"file has vanished", words}, held: true},
		{code: 23, tail: []string{words, "some files could not be transferred"}, held: true},
		{code: 24, tail: []string{"file has vanished"}},
		{code: 12, tail: []string{words}},
	} {
		st, s := watchedStage(t, "init")
		st.step(core.Counted{Sync: s.ID(), Number: st.counts["one"], Census: census.New()})
		st.step(core.Exited{Proc: 1, Result: core.Result{Code: c.code, Tail: c.tail}})
		state := st.core.Snapshot(st.now, false).Syncs[0].State
		if held := state == status.Stopped; held != c.held {
			t.Errorf("exit code %d, %q: %s", c.code, c.tail, state)
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
	st.step(core.Counted{Sync: s.ID(), Number: st.counts["one"], Census: counted([]string{"a", "b"})})
	look("then", true)
	s.Report(event.Event{Kind: event.Delete, Path: "a"})
	s.Report(event.Event{Kind: event.Delete, Path: "b"})
	look("in a flood", false)
	if err := st.core.Resume("one"); err != nil {
		t.Error(err)
	}
	look("resumed", true)
}
