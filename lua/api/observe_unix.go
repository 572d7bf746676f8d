//go:build unix

package api

import (
	"errors"
	"fmt"
	"os"

	glua "github.com/yuin/gopher-lua"
	"golang.org/x/sys/unix"
)

// run starts the goroutine of an observer.
func (w *observers) run(o *observer) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe: %w", err)
	}
	o.wake = func() { _ = writer.Close() } // poll sees the hangup
	w.running.Go(func() {
		defer reader.Close() // nothing was written
		w.wait(o, reader)
	})
	return nil
}

// wait polls the descriptor until the observer is removed. After each report it
// lets the callbacks run before it looks again, since poll reports a level.
func (w *observers) wait(o *observer, wake *os.File) {
	fds := []unix.PollFd{{Fd: int32(o.fd)}, {Fd: int32(wake.Fd()), Events: unix.POLLIN}}
	if o.ready != glua.LNil {
		fds[0].Events |= unix.POLLIN
	}
	if o.writey != glua.LNil {
		fds[0].Events |= unix.POLLOUT
	}
	for {
		_, err := unix.Poll(fds, -1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || fds[1].Revents != 0 {
			return
		}
		got := fds[0].Revents
		if got == 0 {
			continue
		}
		ended := got&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
		readable := got&unix.POLLIN != 0 || ended
		writable := got&unix.POLLOUT != 0
		w.r.Post(func() { w.call(o, readable, writable) })
		select {
		case <-o.again:
		case <-o.done:
			return
		}
		if got&unix.POLLNVAL != 0 {
			return
		}
	}
}
