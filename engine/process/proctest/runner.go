// Package proctest has a fake of process.Runner for tests of what starts work.
package proctest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"lsyncgo/engine/core"
)

// Runner records what is started and killed and runs nothing; the test ends the
// work. It starts no goroutine, so it can be used inside a synctest bubble that
// it was made in.
type Runner struct {
	// KillEnds makes Kill end the work with code 143 as a child would.
	KillEnds bool

	exits chan core.Exited

	mu      sync.Mutex // guards all below
	started []core.Start
	killed  []core.ProcID
	running []core.ProcID
	closed  bool
}

// New returns a Runner on which nothing runs. Up to 65536 exits wait for a receiver.
func New() *Runner { return &Runner{exits: make(chan core.Exited, 1<<16)} }

// Start records the start of w.
func (r *Runner) Start(id core.ProcID, w core.Work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = append(r.started, core.Start{Proc: id, Work: w})
	r.running = append(r.running, id)
}

// Kill records the request.
func (r *Runner) Kill(id core.ProcID) {
	r.mu.Lock()
	r.killed = append(r.killed, id)
	ends := r.KillEnds && slices.Contains(r.running, id)
	r.mu.Unlock()
	if ends {
		r.End(id, core.Result{Code: 143, Signal: 15})
	}
}

// Exits returns the channel that End writes to.
func (r *Runner) Exits() <-chan core.Exited { return r.exits }

// End reports the end of id, which must be running.
func (r *Runner) End(id core.ProcID, res core.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.Index(r.running, id)
	if i < 0 {
		panic(fmt.Sprintf("proctest: work %d is not running", id))
	}
	r.running = slices.Delete(r.running, i, i+1)
	r.exits <- core.Exited{Proc: id, Result: res}
}

// Started returns all starts so far in their order.
func (r *Runner) Started() []core.Start {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.started)
}

// Killed returns the ids of all kills so far in their order.
func (r *Runner) Killed() []core.ProcID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.killed)
}

// Running returns the ids of what has not ended, in the order of their starts.
func (r *Runner) Running() []core.ProcID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.running)
}

// Close forgets what runs and closes Exits.
func (r *Runner) Close(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed, r.running = true, nil
		close(r.exits)
	}
	return nil
}
