package core_test

import (
	"strings"
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/status"
)

// §6: the log, the status and the end of the program say why a startup failed, in the same words.
func TestReasonFirst(t *testing.T) {
	for _, passing := range []bool{false, true} {
		st := newStage(t)
		st.cfgs = append(st.cfgs, st.parseSync([]string{"one", "init"}))
		st.step(core.Tick{})
		st.step(core.Watched{Root: st.find("one").ID()})
		st.out.Reset()
		st.step(core.Exited{Proc: 1, Result: core.Result{Code: 255, Tail: []string{"no door", "rsync error: code 255"},
			Reason: failure.Reason{Text: "the door is shut", Remedy: "open it", Passing: passing, Line: "no door"}}})
		said := st.out.String()
		if want := "startup failed: the door is shut (open it): Init: one Init ended with exit code 255; no door"; !strings.Contains(said, want) || strings.Contains(said, "rsync error") {
			t.Errorf("the log says %s", said)
		}
		if strings.Contains(said, "-insist") != passing {
			t.Errorf("passing %t: %s", passing, said)
		}
		if !strings.Contains(said, "exit 255: sync one has died: the door is shut") {
			t.Errorf("the end: %s", said)
		}
		s := st.core.Snapshot(st.now, nil).Syncs[0]
		var b strings.Builder
		if err := status.WriteText(&b, status.Snapshot{At: st.now, Syncs: []status.Sync{s}}); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); !strings.Contains(text, ": the door is shut\n    what to do: open it\n    exit code 255") {
			t.Errorf("the status says %s", text)
		}
	}
}
