package loop

import (
	"fmt"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// trace logs in the category Masterloop what the loop waits for and wakes up for. Nil logs nothing.
type trace struct {
	log   core.Log
	core  *core.Core
	slept time.Time
	quiet bool // the end of a process waits for its turn: the wait goes on
}

// newTrace returns nil if nobody wants to read it.
func newTrace(o Options) *trace {
	if o.Log == nil || !o.Log.Enabled("Masterloop") {
		return nil
	}
	return &trace{log: o.Log, core: o.Core}
}

// waits is called at the end of a turn that began at now, before a wait of this length.
func (t *trace) waits(now time.Time, wait time.Duration) {
	if t == nil || t.quiet {
		return
	}
	t.slept = time.Now()
	alarm := "no alarm"
	if wait < never {
		alarm = fmt.Sprint("alarm in ", wait)
	}
	t.log.Log("Masterloop", "waiting, ", alarm, "; ", t.core.Running(), " processes run, ", t.core.Pending(),
		" events are pending; this turn took ", t.slept.Sub(now))
}

// woke is called when the wait is over; why is the reason of a Tick.
func (t *trace) woke(in core.Input, why string) {
	if t == nil {
		return
	}
	if t.quiet = in == nil; t.quiet {
		return
	}
	switch in := in.(type) {
	case core.Events:
		why = counted(in)
	case core.Exited:
		why = fmt.Sprintf("the end of process %d, exit code %d", in.Proc, in.Result.Code)
	case core.Watched:
		why = "the watches of a sync"
	case core.Inspected:
		why = "a look at a source that is back"
	case core.Counted:
		why = "the entries of a source, counted"
	case core.Reserved:
		why = fmt.Sprintf("the local port of a tunnel, %d", in.Port)
	case core.Stop:
		why = in.Why
	}
	t.log.Log("Masterloop", "woken after ", time.Since(t.slept), " by ", why)
}

// counted tells how many events of each kind came in one read.
func counted(list core.Events) string {
	kinds := [event.Kinds]int{}
	for _, e := range list {
		kinds[e.Kind]++
	}
	text := fmt.Sprintf("%d events", len(list))
	sep := ": "
	for k, n := range kinds {
		if n > 0 {
			text += fmt.Sprint(sep, n, " ", event.Kind(k))
			sep = ", "
		}
	}
	return text
}
