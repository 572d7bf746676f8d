package inotify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// record is one kernel event.
type record struct {
	wd     int32
	mask   uint32 // 0: already used up by its partner
	cookie uint32
	name   string
	at     time.Time // when it was read
}

// chunk is what one read returned.
type chunk struct {
	data []byte
	at   time.Time
}

// spool keeps what was read from the kernel until the owner comes for it. It is the
// one place with a lock: reader and owner both read, the owner to learn whether
// anything at all is left, which only the one who reads can know.
type spool struct {
	file *os.File
	conn syscall.RawConn
	fd   int           // of file, valid until close
	wake chan struct{} // has a value after the reader put something in

	mu     sync.Mutex // guards all below and the order of reads
	chunks []chunk
	buf    []byte
}

func openSpool() (*spool, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		if errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) {
			return nil, fmt.Errorf("start inotify: %w: raise the sysctl fs.inotify.max_user_instances (now %s) or the limit of open files (ulimit -n)",
				err, sysctl("max_user_instances"))
		}
		return nil, fmt.Errorf("start inotify: %w", err)
	}
	s := &spool{
		// The runtime's poller waits for the descriptor: no thread is blocked in a
		// read, and closing the file ends the wait.
		file: os.NewFile(uintptr(fd), "inotify"),
		fd:   fd,
		wake: make(chan struct{}, 1),
		buf:  make([]byte, 64<<10),
	}
	if s.conn, err = s.file.SyscallConn(); err != nil {
		s.file.Close()
		return nil, fmt.Errorf("start inotify: %w", err)
	}
	return s, nil
}

// read runs until the file is closed.
func (s *spool) read() {
	var p pace
	_ = s.conn.Read(func(uintptr) bool { // the only error is that the file was closed
		p.wait()
		for s.fill() {
		}
		return false // wait until the kernel has more
	})
}

func (s *spool) signal() {
	select {
	case s.wake <- struct{}{}:
	default: // the owner has not yet seen the last one
	}
}

// fill moves one read's worth from the kernel into the spool; false if there was nothing.
func (s *spool) fill() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fillLocked()
}

func (s *spool) fillLocked() bool {
	for {
		n, err := unix.Read(s.fd, s.buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return false
		}
		s.chunks = append(s.chunks, chunk{append([]byte(nil), s.buf[:n]...), time.Now()})
		s.signal() // also when the owner reads: it may do so to look, not to take
		return true
	}
}

// take appends the records of the next chunk to list. False means that neither
// the spool nor the kernel had anything.
func (s *spool) take(list []record) ([]record, bool) {
	s.mu.Lock()
	if len(s.chunks) == 0 && !s.fillLocked() {
		s.mu.Unlock()
		return list, false
	}
	c := s.chunks[0]
	s.chunks[0] = chunk{}
	s.chunks = s.chunks[1:]
	if len(s.chunks) == 0 {
		s.chunks = nil
	}
	s.mu.Unlock()
	return c.parse(list), true
}

// empty reports whether everything that has happened so far was taken.
func (s *spool) empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.chunks) == 0 && !s.fillLocked()
}

func (s *spool) close() { s.file.Close() }

func (c chunk) parse(list []record) []record {
	const header = unix.SizeofInotifyEvent
	for b := c.data; len(b) >= header; {
		size := header + int(binary.NativeEndian.Uint32(b[12:]))
		list = append(list, record{
			wd:     int32(binary.NativeEndian.Uint32(b)),
			mask:   binary.NativeEndian.Uint32(b[4:]),
			cookie: binary.NativeEndian.Uint32(b[8:]),
			name:   string(cut(b[header:size])),
			at:     c.at,
		})
		b = b[size:]
	}
	return list
}
