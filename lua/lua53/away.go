package lua53

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	glua "github.com/yuin/gopher-lua"
)

// maxSource is the longest source text that is compiled, in bytes.
const maxSource = 16 << 20

var (
	errNotRegular = errors.New("not a regular file: functions called on events read no others this way")
	errTooLong    = errors.New("longer than 16 MiB")
)

// underway counts operations of away, also those that were left behind.
var underway sync.WaitGroup

// away runs an operation that may wait for what does not answer, such as a disk, on a goroutine of its own. That is left
// behind if ctx ends first, as nothing can interrupt a system call that waits for a disk; late gets its result then.
func away[T any](ctx context.Context, operation func() (T, error), late func(T)) (T, error) {
	type outcome struct {
		v   T
		err error
	}
	if ctx.Done() == nil {
		return operation()
	}
	done, left := make(chan outcome), make(chan struct{})
	underway.Go(func() {
		v, err := operation()
		select {
		case done <- outcome{v, err}:
		case <-left:
			if err == nil && late != nil {
				late(v)
			}
		}
	})
	select {
	case o := <-done:
		return o.v, o.err
	case <-ctx.Done():
		close(left)
		var none T
		return none, context.Cause(ctx)
	}
}

// open opens a file as os.OpenFile does, without waiting for the other side of a FIFO unless the limits are patient.
func (l *Limiter) open(path string, flags int) (*os.File, error) {
	if !l.patient() {
		flags |= openAtOnce
	}
	return away(l.context(), func() (*os.File, error) {
		return os.OpenFile(path, flags, 0o666) // which the umask narrows
	}, func(f *os.File) { _ = f.Close() })
}

// openSource opens a file for reading: a regular one, unless the limits are patient.
func (l *Limiter) openSource(path string) (*os.File, error) {
	if l.patient() {
		return l.open(path, os.O_RDONLY)
	}
	regular := func(stat func() (os.FileInfo, error)) error {
		info, err := away(l.context(), stat, nil)
		if err == nil && !info.Mode().IsRegular() && !info.IsDir() { // a directory fails when it is read
			err = &os.PathError{Op: "open", Path: path, Err: errNotRegular}
		}
		return err
	}
	// Opening a device may do something to it already.
	if err := regular(func() (os.FileInfo, error) { return os.Stat(path) }); err != nil {
		return nil, err
	}
	f, err := l.open(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	if err := regular(f.Stat); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// ReadFile reads a whole file of at most 16 MiB within the limits of the call under way. In a callback it has to be a
// regular one.
func (l *Limiter) ReadFile(path string) ([]byte, error) {
	f, err := l.openSource(path)
	if err != nil {
		return nil, err
	}
	s := &stream{f: f, limiter: l}
	defer func() { _ = s.close() }()
	b, err := io.ReadAll(io.LimitReader(s, maxSource+1))
	if err == nil && len(b) > maxSource {
		err = &os.PathError{Op: "read", Path: path, Err: errTooLong}
	}
	return b, err
}

// compile is Compile within the limits of the call under way.
func (l *Limiter) compile(name string, src []byte) (*glua.FunctionProto, error) {
	return away(l.context(), func() (*glua.FunctionProto, error) { return Compile(name, src) }, nil)
}
