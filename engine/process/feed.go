package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime/debug"
)

// inlet is a child's standard input as Feed sees it. It remembers that the
// child stopped reading, whatever Feed makes of the error.
type inlet struct {
	pipe   io.Writer
	broken bool
}

func (i *inlet) Write(p []byte) (int, error) {
	n, err := i.pipe.Write(p)
	if err != nil {
		i.broken = true
	}
	return n, err
}

// feed writes the input. Nil: the child has it all, or did not want more.
func (c *Command) feed(ctx context.Context, pipe io.Writer) error {
	in := &inlet{pipe: pipe}
	if c.Feed == nil {
		_, _ = in.Write(c.Stdin) // fails only if the child stops reading
		return nil
	}
	buf := bufio.NewWriterSize(in, 32<<10)
	err := guard(func() error { return c.Feed(ctx, buf) })
	if err == nil {
		err = buf.Flush()
	}
	if in.broken || ctx.Err() != nil { // the child has ended or closed its input: its exit code decides
		return nil
	}
	return err
}

// guard turns a panic of f into an error: one faulty job must not end the daemon.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error, please report it: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
