package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/work"
)

// childEnd is a descriptor that the child gets; noEnd: none.
type childEnd int

const noEnd childEnd = -1

func (e childEnd) Close() error {
	closeNow(int(e))
	return nil
}

// output makes the pipe for one output of a child.
func (p *poller) output() (ours *polled, theirs childEnd, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, noEnd, fmt.Errorf("open a pipe: %w", err)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_FCNTL, uintptr(fds[reading]), unix.F_SETFL, unix.O_NONBLOCK); errno == 0 {
		ours, err = p.add(fds[reading])
	} else {
		err = errno
	}
	if err != nil {
		closeNow(fds[writing])
		return nil, noEnd, fmt.Errorf("open a pipe: %w", err)
	}
	return ours, childEnd(fds[writing]), nil
}

// input makes the pipe for the input of a child. Only our end goes to the runtime's poller: the other one's is ready
// from the start, and would wake it for nothing.
func input() (theirs childEnd, ours *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return noEnd, nil, fmt.Errorf("open a pipe: %w", err)
	}
	// Fails for no open descriptor; then a thread would wait instead of the poller.
	_ = unix.SetNonblock(fds[writing], true)
	return childEnd(fds[reading]), os.NewFile(uintptr(fds[writing]), "pipe"), nil
}

// spawned is a process that was started, and waited for alone: others in this process have children too.
type spawned struct {
	pid  int
	self *polled // nil: the kernel is older than 5.3
}

// spawn starts c in a session of its own, hence also in a group of its own. A mere group would be a background group of
// our terminal, if there is one: an ssh that asks there for a password would be stopped and never end.
func (p *poller) spawn(c *Command, e ends) (*spawned, error) {
	if e.stdin == noEnd {
		e.stdin = childEnd(p.null)
	}
	attr := &syscall.ProcAttr{
		Dir: c.Dir, Env: c.Env,
		Files: []uintptr{uintptr(e.stdin), uintptr(e.stdout), uintptr(e.stderr)},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	if len(attr.Env) == 0 {
		attr.Env = environment(c.Dir)
	}
	if c.Bound {
		// Has the kernel ask the child to end when the thread that started it does. The runtime ends no thread before
		// the process, unless a goroutine was locked to it.
		attr.Sys.Pdeathsig = unix.SIGTERM
	}
	pid, err := p.exec(c.Binary, c.Args, attr)
	if errors.Is(err, fs.ErrNotExist) { // any more, perhaps
		p.paths.forget()
		pid, err = p.exec(c.Binary, c.Args, attr)
	}
	if err != nil {
		return nil, err
	}
	s := &spawned{pid: pid}
	if fd, _, errno := unix.RawSyscall(unix.SYS_PIDFD_OPEN, uintptr(pid), 0, 0); errno == 0 {
		s.self, _ = p.add(int(fd)) // else without
	}
	return s, nil
}

// environment is that of this process, for a child that starts in dir.
func environment(dir string) []string {
	env := syscall.Environ()
	if dir == "" {
		return env
	}
	if pwd, err := filepath.Abs(dir); err == nil {
		env = slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, "PWD=") })
		env = append(env, "PWD="+pwd)
	}
	return env
}

func (p *poller) exec(binary string, args []string, attr *syscall.ProcAttr) (pid int, err error) {
	path, err := p.paths.find(binary)
	if err != nil {
		return 0, err
	}
	pid, err = syscall.ForkExec(path, append([]string{binary}, args...), attr)
	if err != nil {
		return 0, &fs.PathError{Op: "fork/exec", Path: path, Err: err}
	}
	return pid, nil
}

// await returns when the process has ended and leaves it unreaped: as long as it is a zombie its number names its
// group and no other.
func (s *spawned) await() {
	for s.self != nil && !s.ended() {
		<-s.self.ready
	}
	if s.self == nil {
		for unix.Waitid(unix.P_PID, s.pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
		}
	}
}

func (s *spawned) ended() bool {
	var info unix.Siginfo // a zero one: it runs
	_, _, errno := unix.RawSyscall6(unix.SYS_WAITID, unix.P_PID, uintptr(s.pid), uintptr(unsafe.Pointer(&info)),
		unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, 0, 0)
	return info.Signo != 0 || errno != 0 && errno != unix.EINTR
}

// result reaps the process after await.
func (s *spawned) result() work.Result {
	if s.self != nil {
		_ = s.self.Close()
	}
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(s.pid, &status, 0, nil)
		if err == nil {
			return resultOf(status)
		}
		if !errors.Is(err, unix.EINTR) {
			return waitFailed(err)
		}
	}
}
