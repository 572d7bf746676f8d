package lua53

import (
	"context"
	"errors"
	"os"
	"time"
)

// stream reads and writes an open file within the limits of the call under way. A file on which an operation had to be
// given up is lost: it may still be going on.
type stream struct {
	f       *os.File
	limiter *Limiter
	lost    error
}

func (s *stream) Read(p []byte) (int, error) {
	return s.within(func() (int, error) { return s.f.Read(p) })
}

func (s *stream) Write(p []byte) (int, error) {
	return s.within(func() (int, error) { return s.f.Write(p) })
}

// within runs an operation that may wait. One on a pipe, FIFO, terminal or socket is interrupted by a deadline, any
// other is left behind.
func (s *stream) within(operation func() (int, error)) (int, error) {
	if s.lost != nil {
		return 0, s.lost
	}
	ctx := s.limiter.context()
	if ctx.Done() == nil {
		return operation()
	}
	if s.f.SetDeadline(time.Time{}) != nil { // of a kind that the runtime does not poll
		n, err := away(ctx, operation, nil)
		s.giveUp(ctx, err)
		return n, err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.f.SetDeadline(time.Unix(1, 0)) })
	n, err := operation()
	if !stop() && errors.Is(err, os.ErrDeadlineExceeded) {
		err = context.Cause(ctx)
		s.giveUp(ctx, err)
	}
	return n, err
}

func (s *stream) giveUp(ctx context.Context, err error) {
	if err != nil && errors.Is(err, context.Cause(ctx)) {
		s.lost = errors.New("the file was given up when the script that waited for it was ended")
	}
}

// close closes the file, which on a network file system may have to wait for its data to be written.
func (s *stream) close() error {
	if s.lost != nil {
		go func() { _ = s.f.Close() }() // waits for the operation that goes on
		return nil
	}
	_, err := s.within(func() (int, error) { return 0, s.f.Close() })
	return err
}
