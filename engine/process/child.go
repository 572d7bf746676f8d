package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"lsyncgo/engine/work"
)

// deliverMax is how long the pipes of a child that has ended may keep its result
// from being reported. It is only ever used up by a blocked tee, a deaf Feed, and
// on systems whose pipes have no deadlines.
const deliverMax = time.Second

// child is a running child process. The goroutine that runs supervise and finish owns it.
type child struct {
	name     string
	spawned  *spawned
	ours     []io.Closer // our ends of the pipes
	theirs   []io.Closer // the child's, open until it has them
	stdin    *os.File    // nil: no input
	out, err *stream
	fed      chan error    // the result of feeding; nil: no input
	gone     chan struct{} // closed when the process has ended
	stopFeed context.CancelFunc
	lives    sync.WaitGroup // all goroutines of the child

	asked   bool             // it was asked to end
	force   <-chan time.Time // when the ones that were asked are killed
	feedErr error
}

// start starts c and the goroutines around it.
func (b *poller) run(c *Command, o *Options, emit func(line string, stderr bool)) (*child, error) {
	p := &child{name: c.Binary, gone: make(chan struct{})}
	ends, err := p.connect(b, c, o, emit)
	if err == nil {
		err = p.prime(c)
	}
	if err == nil {
		p.spawned, err = b.spawn(c, ends)
	}
	closeAll(p.theirs)
	if err != nil {
		closeAll(p.ours)
		return nil, err
	}
	p.lives.Go(p.out.read)
	p.lives.Go(p.err.read)
	p.lives.Go(func() {
		defer close(p.gone)
		p.spawned.await()
	})
	ctx, stop := context.WithCancel(context.Background())
	p.stopFeed = stop
	if p.stdin != nil {
		p.lives.Go(func() {
			err := c.feed(ctx, p.stdin)
			if err == nil { // else the child must not see the end of its input
				_ = p.stdin.Close()
			}
			p.fed <- err
		})
	}
	return p, nil
}

// The ends of a pipe.
const reading, writing = 0, 1

// ends are what the child gets as its input and its outputs.
type ends struct{ stdin, stdout, stderr childEnd }

// connect makes the pipes.
func (p *child) connect(b *poller, c *Command, o *Options, emit func(string, bool)) (e ends, err error) {
	if err := b.start(); err != nil {
		return e, err
	}
	output := func(to *childEnd) *polled {
		if err != nil {
			return nil
		}
		var ours *polled
		if ours, *to, err = b.output(); err == nil {
			p.ours, p.theirs = append(p.ours, ours), append(p.theirs, *to)
		}
		return ours
	}
	p.out = newStream(output(&e.stdout), o.Stdout, o.TailLines, c.Capture, func(l string) { emit(l, false) })
	p.err = newStream(output(&e.stderr), o.Stderr, o.TailLines, c.Capture, func(l string) { emit(l, true) })
	e.stdin = noEnd
	if err != nil || c.Feed == nil && len(c.Stdin) == 0 {
		return e, err
	}
	if e.stdin, p.stdin, err = input(); err == nil {
		p.fed = make(chan error, 1)
		p.ours, p.theirs = append(p.ours, p.stdin), append(p.theirs, e.stdin)
	}
	return e, err
}

// closeAll closes ends of pipes; some may be closed already.
func closeAll(ends []io.Closer) {
	for _, f := range ends {
		_ = f.Close()
	}
}

// primed is how much input a pipe takes whole before anybody reads: the least that
// the kernel makes it for a user with very many of them, a page.
const primed = 4096

// prime gives short input to the pipe before the child is there. Were this process
// killed in between, the child would take what it got for all: an rsync without
// its rules deletes what they protect.
func (p *child) prime(c *Command) error {
	if p.stdin == nil || c.Feed != nil || len(c.Stdin) > primed {
		return nil
	}
	stdin := p.stdin
	p.stdin, p.fed = nil, nil
	_, err := stdin.Write(c.Stdin)
	return errors.Join(err, stdin.Close())
}

// supervise returns when the process has ended. The end of ctx asks it to end,
// the end of hard kills it.
func (p *child) supervise(ctx, hard context.Context, grace time.Duration) {
	fed, ask, kill := p.fed, ctx.Done(), hard.Done()
	for {
		select {
		case <-p.gone:
			return
		case p.feedErr = <-fed:
			fed = nil
			if p.feedErr != nil {
				p.ask(grace)
			}
		case <-ask:
			ask = nil
			p.ask(grace)
		case <-p.force:
			p.force = nil
			killGroup(p.spawned)
		case <-kill:
			kill = nil
			p.asked = true
			killGroup(p.spawned)
		}
	}
}

func (p *child) ask(grace time.Duration) {
	if p.asked {
		return
	}
	p.asked = true
	p.force = time.After(grace)
	termGroup(p.spawned)
}

// finish collects what is left of a process that has ended.
func (p *child) finish(hard context.Context, tailLines int) work.Result {
	p.endFeed()
	if p.asked {
		p.endGroup(hard)
	}
	p.out.childGone()
	p.err.childGone()
	late, cancel := context.WithTimeout(context.Background(), deliverMax)
	defer cancel()
	errs := p.err.waitSaid(late.Done())
	outs := p.out.waitSaid(late.Done())
	// Only now: until it is reaped, its number cannot become another group's.
	res := p.spawned.result()
	// What went wrong is on stderr; a long list of names on stdout must not push it out.
	res.Tail = append(outs.tail[max(0, len(outs.tail)+len(errs.tail)-tailLines):], errs.tail...)
	res.Stdout, res.Stderr, res.Cut = outs.whole, errs.whole, outs.cut || errs.cut
	if p.feedErr != nil {
		res.Code, res.Err = CodeFeed, fmt.Errorf("input of %s: %w", quote(p.name), p.feedErr)
	}
	return res
}

// endFeed ends the feeding, also if a grandchild holds the pipe and does not read.
// A Feed that failed before the child ended may not have been looked at yet.
func (p *child) endFeed() {
	select {
	case err := <-p.fed:
		p.feedErr = errors.Join(p.feedErr, err)
	default:
	}
	p.stopFeed()
	if p.stdin != nil {
		_ = p.stdin.Close() // may be closed already
	}
}

// endGroup waits for what the process started until it has let go of the pipes, or
// for as long as it was given to end, and kills the rest.
func (p *child) endGroup(hard context.Context) {
	out, err := p.out.eof, p.err.eof
	for (out != nil || err != nil) && p.force != nil {
		select {
		case <-out:
			out = nil
		case <-err:
			err = nil
		case <-p.force:
			p.force = nil
		case <-hard.Done():
			p.force = nil
		}
	}
	killGroup(p.spawned)
}

// linger returns when all goroutines of the child have ended; the end of done
// takes the pipes away from whatever still holds them.
func (p *child) linger(done context.Context) {
	stop := context.AfterFunc(done, func() {
		_ = p.out.pipe.Close()
		_ = p.err.pipe.Close()
	})
	defer stop()
	p.lives.Wait()
}

func waitFailed(err error) work.Result {
	return work.Result{Code: CodeNotRun, Err: fmt.Errorf("wait for child: %w", err)}
}

// failed is the result of a command that could not be started.
func failed(binary string, err error) work.Result {
	res := work.Result{Code: CodeNotRun, Err: explain(binary, err)}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		res.Code = CodeNotFound
	case scarce(err):
		res.Code = CodeBusy
	}
	return res
}
