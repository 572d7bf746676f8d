package process

import (
	"os"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/work"
)

// reaping waits for a process, and for that one alone: others in this process
// have children too.
type reaping struct{}

// await returns when p has ended and leaves it unreaped: as long as it is a
// zombie its number names its group and no other.
func (*reaping) await(p *os.Process) {
	for unix.Waitid(unix.P_PID, p.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// result reaps p after await.
func (*reaping) result(p *os.Process) work.Result {
	state, err := p.Wait()
	if err != nil {
		return waitFailed(err)
	}
	return resultOf(state)
}
