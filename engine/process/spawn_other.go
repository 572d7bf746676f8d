//go:build !linux

package process

import (
	"os"
	"os/exec"

	"lsyncgo/engine/work"
)

// childEnd is a file that the child gets; noEnd: none.
type childEnd = *os.File

var noEnd childEnd

// poller is the runtime's.
type poller struct{}

type polled struct{ *os.File }

func (*poller) start() error { return nil }
func (*poller) close()       {}

// output makes the pipe for one output of a child.
func (*poller) output() (ours *polled, theirs childEnd, err error) {
	r, w, err := os.Pipe()
	return &polled{r}, w, err
}

// input makes the pipe for the input of a child.
func input() (theirs childEnd, ours *os.File, err error) { return os.Pipe() }

// spawned is a process that was started. Without a portable way to wait and not reap, the
// number of a child is free again while its group is looked after: a new group
// with that number would need all numbers to be used up in between.
type spawned struct {
	process *os.Process
	pid     int
	state   *os.ProcessState
	err     error
}

func (*poller) spawn(c *Command, e ends) (*spawned, error) {
	cmd := exec.Command(c.Binary, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, e.stdout, e.stderr
	if e.stdin != noEnd {
		cmd.Stdin = e.stdin
	}
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &spawned{process: cmd.Process, pid: cmd.Process.Pid}, nil
}

func (s *spawned) await() { s.state, s.err = s.process.Wait() }

func (s *spawned) result() work.Result {
	if s.err != nil {
		return waitFailed(s.err)
	}
	return resultOfState(s.state)
}
