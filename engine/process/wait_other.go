//go:build !linux

package process

import (
	"os"

	"lsyncgo/engine/work"
)

// reaping waits for a process. Without a portable way to wait and not reap, the
// number of a child is free again while its group is looked after: a new group
// with that number would need all numbers to be used up in between.
type reaping struct {
	state *os.ProcessState
	err   error
}

func (w *reaping) await(p *os.Process) { w.state, w.err = p.Wait() }

func (w *reaping) result(*os.Process) work.Result {
	if w.err != nil {
		return waitFailed(w.err)
	}
	return resultOf(w.state)
}
