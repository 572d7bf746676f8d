package lua53

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"

	glua "github.com/yuin/gopher-lua"
)

var shell = func() []string {
	if runtime.GOOS == "windows" {
		return []string{"cmd.exe", "/c"}
	}
	return []string{"/bin/sh", "-c"}
}()

// child is a process that io.popen or os.execute started. Its own goroutine waits for it, so that it leaves no zombie
// when the script forgets it; that goroutine ends with the child.
type child struct {
	cmd   *exec.Cmd
	apart bool          // in a session of its own
	err   error         // valid when done is closed
	done  chan struct{} // closed when it has ended
}

// startChild starts a shell command with the files of this process, except for those that adjust sets. If the call
// under way is made to end, so is the child. In a callback
// it gets a session of its own, so that the end of the callback can be the end of all that the shell started. While
// a config is loaded it may want to ask somebody at our terminal, if there is one, which only our own session can.
func startChild(L *glua.LState, command string, adjust func(*exec.Cmd)) (*child, error) {
	c := &child{cmd: exec.Command(shell[0], shell[1], command), done: make(chan struct{})}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	adjust(c.cmd)
	if !LimiterOf(L).patient() || !hasTerminal() {
		c.apart = ownSession(c.cmd)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	ctx := LimiterOf(L).context()
	stop := context.AfterFunc(ctx, func() {
		if !errors.Is(context.Cause(ctx), errOver) {
			c.kill()
		}
	})
	go func() {
		c.err = c.cmd.Wait()
		stop()
		close(c.done)
	}()
	return c, nil
}

// wait waits for the child and pushes how it ended. The end of the call under way is the child's, too.
func (c *child) wait(L *glua.LState) int {
	select {
	case <-c.done:
	case <-LimiterOf(L).context().Done():
		interrupt(L)
	}
	return pushExit(L, c.cmd.ProcessState, c.err)
}

// kill ends the child, and with it what it has started in its session.
func (c *child) kill() {
	if errors.Is(c.cmd.Process.Signal(nothing), os.ErrProcessDone) {
		return // its id may be another's by now
	}
	if c.apart {
		killSession(c.cmd.Process)
	}
	_ = c.cmd.Process.Kill()
}
