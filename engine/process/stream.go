package process

import (
	"errors"
	"io"
	"os"
	"time"
)

// drainMax is the largest a pipe can be without privilege on Linux: what the
// child itself wrote before it ended is within that many bytes.
const drainMax = 1 << 20

// bufferMin and bufferMax are what a stream reads at once. Most children say next to
// nothing, and a large buffer for each pipe of each would be most of what we allocate.
const (
	bufferMin = 1 << 10
	bufferMax = 32 << 10
)

// stream reads one output pipe of a child in a goroutine of its own.
//
// The end of the pipe is not the end of the child: whatever the child left in the
// background keeps it open for as long as it likes, and would be killed by SIGPIPE
// if we closed it. So the reader goes on, but hands over the tail as soon as it
// has read everything the child itself wrote.
type stream struct {
	pipe      *polled
	tee       io.Writer // may be nil
	lines     lines
	said      said
	capture   int           // how many bytes said.whole gets
	delivered chan said     // gets what the child said once, then is closed
	eof       chan struct{} // closed when the reader ends
}

// said is what a child has written to one of its outputs.
type said struct {
	tail  []string
	whole []byte // the beginning of it all
	cut   bool   // there was more
}

// newStream returns a stream that is not read yet. It goes to tee, or its first capture bytes into what it says at the end.
func newStream(pipe *polled, tee io.Writer, keep, capture int, emit func(string)) *stream {
	if capture > 0 {
		tee = nil
	}
	return &stream{
		pipe:      pipe,
		tee:       tee,
		lines:     lines{emit: emit, keep: keep},
		capture:   capture,
		delivered: make(chan said, 1),
		eof:       make(chan struct{}),
	}
}

func (s *stream) read() {
	defer close(s.eof)
	defer s.pipe.Close()
	delivered := false
	deliver := func() {
		s.lines.end()
		if !delivered {
			delivered = true
			s.said.tail = s.lines.tail()
			s.delivered <- s.said
			close(s.delivered)
			s.said, s.capture = said{}, 0 // what comes now is not the child's
		}
	}
	defer deliver()
	buf := make([]byte, bufferMin)
	for {
		n, err := s.pipe.Read(buf)
		s.take(buf[:n])
		if n == len(buf) && n < bufferMax {
			buf = make([]byte, 2*n)
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			_ = s.pipe.SetReadDeadline(time.Time{}) // was set before, so it can be
			s.drain(buf)
			deliver()
		default:
			return
		}
	}
}

// childGone tells the reader that what is in the pipe now is all of the child's.
// Where the system has no deadlines for pipes, the end of the pipe must do.
func (s *stream) childGone() { _ = s.pipe.SetReadDeadline(time.Unix(1, 0)) }

func (s *stream) drain(buf []byte) {
	for sum := 0; sum < drainMax; {
		n, err := s.pipe.readNow(buf)
		if err != nil || n <= 0 {
			return
		}
		s.take(buf[:n])
		sum += n
	}
}

func (s *stream) take(p []byte) {
	if len(p) == 0 {
		return
	}
	if s.tee != nil {
		_, _ = s.tee.Write(p) // a closed terminal must not stop the child
	}
	_, _ = s.lines.Write(p) // never fails
	if s.capture > 0 {
		n := min(len(p), s.capture-len(s.said.whole))
		s.said.whole = append(s.said.whole, p[:n]...)
		s.said.cut = s.said.cut || n < len(p)
	}
}

// waitSaid returns what the child has said, or nothing if the reader is stuck in a blocked tee until late.
func (s *stream) waitSaid(late <-chan struct{}) said {
	select {
	case what := <-s.delivered:
		return what
	case <-late:
		return said{}
	}
}
