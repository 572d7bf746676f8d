package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poller waits for what children's descriptors have to say, in one goroutine, and starts with the first child.
//
// An os.File for each would do the same. But its system calls tell Go's scheduler that they may block, and that wakes a
// thread, sysmon, which then looks every 20 µs whether one does, until all threads are idle again: a quarter of the
// processor time of a short command. Nothing here blocks, so the calls are raw ones, which tell nobody.
type poller struct {
	paths paths

	mu      sync.Mutex // guards all below
	epoll   *os.File   // nil: not started. The runtime's poller waits for this one
	fd      int        // of epoll
	null    int        // the null device, the input of children without any
	polled  map[int32]*polled
	running sync.WaitGroup
}

// polled is one descriptor, our end of a pipe or a process. Its methods may be called by any goroutine.
type polled struct {
	poller *poller
	ready  chan struct{} // has a value when it is worth looking again
	mu     sync.Mutex    // guards all below and what is done with fd: once closed, its number is another file's
	fd     int           // -1: closed
	late   bool          // Read waits no more
}

// start starts the poller, unless it has started.
func (p *poller) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.epoll != nil {
		return nil
	}
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return fmt.Errorf("wait for children: %w", err)
	}
	null, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		_ = unix.Close(fd)
		return fmt.Errorf("open %s: %w", os.DevNull, err)
	}
	_ = unix.SetNonblock(fd, true) // has os.File give it to the runtime's poller; fails for no open descriptor
	epoll := os.NewFile(uintptr(fd), "epoll")
	conn, err := epoll.SyscallConn()
	if err != nil {
		return errors.Join(fmt.Errorf("wait for children: %w", err), epoll.Close(), unix.Close(null))
	}
	leaveSIGCHLD()
	p.epoll, p.fd, p.null, p.polled = epoll, fd, null, map[int32]*polled{}
	p.running.Go(func() {
		_ = conn.Read(p.deliver) // the only error is that the file was closed
	})
	return nil
}

// leaveSIGCHLD has the kernel drop the signal that tells of a child's end, which is its default. Go's runtime catches it, in
// whichever thread, which has to be woken for nothing: the end is told by the descriptor of the child.
func leaveSIGCHLD() {
	var byDefault [64]byte // a struct sigaction, in any architecture's layout
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
}

// close ends the goroutine. Nothing may be polled any more.
func (p *poller) close() {
	p.mu.Lock()
	epoll := p.epoll
	p.mu.Unlock()
	if epoll == nil {
		return
	}
	_ = epoll.Close()
	p.running.Wait()
	closeNow(p.null)
}

// deliver wakes whoever waits for the descriptors that are ready. It returns false: it wants to be called again.
func (p *poller) deliver(fd uintptr) bool {
	var events [32]unix.EpollEvent
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, fd, uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 || n == 0 {
			return false
		}
		p.mu.Lock()
		for _, e := range events[:n] {
			if d := p.polled[e.Fd]; d != nil { // perhaps of a number's next file, who looks in vain then
				d.wake()
			}
		}
		p.mu.Unlock()
	}
}

// add takes fd, which must not block, or closes it.
func (p *poller) add(fd int) (*polled, error) {
	d := &polled{poller: p, ready: make(chan struct{}, 1), fd: fd}
	p.mu.Lock()
	defer p.mu.Unlock()
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET&(1<<32-1), Fd: int32(fd)}
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.fd), unix.EPOLL_CTL_ADD, uintptr(fd), uintptr(unsafe.Pointer(&event)), 0, 0)
	if errno != 0 {
		closeNow(fd)
		return nil, fmt.Errorf("wait for a descriptor: %w", errno)
	}
	p.polled[event.Fd] = d
	return d, nil
}

func (d *polled) wake() {
	select {
	case d.ready <- struct{}{}:
	default: // the last one has not been seen yet
	}
}

// Read is that of an os.File.
func (d *polled) Read(buf []byte) (int, error) {
	for {
		switch n, err := d.readNow(buf); {
		case errors.Is(err, unix.EAGAIN):
			<-d.ready
		case n == 0 && err == nil:
			return 0, io.EOF
		default:
			return n, err
		}
	}
}

// readNow reads what is there without waiting for more. EAGAIN: nothing.
func (d *polled) readNow(buf []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		switch {
		case d.fd < 0:
			return 0, os.ErrClosed
		case d.late:
			return 0, os.ErrDeadlineExceeded
		}
		n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(d.fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// SetReadDeadline ends a Read, and those to come, for any time but zero.
func (d *polled) SetReadDeadline(t time.Time) error {
	d.mu.Lock()
	d.late = !t.IsZero()
	d.mu.Unlock()
	d.wake()
	return nil
}

// Close may be called more than once.
func (d *polled) Close() error {
	d.poller.mu.Lock()
	d.mu.Lock()
	if d.fd >= 0 {
		delete(d.poller.polled, int32(d.fd))
		closeNow(d.fd)
		d.fd = -1
	}
	d.mu.Unlock()
	d.poller.mu.Unlock()
	d.wake()
	return nil
}

// closeNow closes what does not wait when it is closed.
func closeNow(fd int) { _, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }
