package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"lsyncgo/engine/failure"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/processors"
	"lsyncgo/engine/work"
)

// Options of a Runner. The zero value is usable.
type Options struct {
	// Output gets every line of output as it comes, at most 4 KiB of each, as bytes
	// without the line end. It is called from many goroutines, also after the exit
	// of id was reported if id left something behind in the background.
	// While it blocks, that child's output waits.
	Output func(id work.ID, line string, stderr bool)
	// TailLines is how many lines a Result keeps. Default 20.
	TailLines int
	// KillGrace is the time between asking a group to end and killing it. Default 5 s.
	KillGrace time.Duration
	// Stdout and Stderr, if not nil, get a copy of all output: a child's as it comes, each byte of
	// it; a job's line by line, made printable.
	Stdout, Stderr io.Writer
	// Shown: who reads the log sees Stderr, too, and nothing else has the log.
	Shown bool
	// MaxJobs bounds how many jobs run at once; the others wait their turn.
	// Default: twice the number of processors.
	MaxJobs int
	// Processors decides how many are used; nil: nobody.
	Processors *processors.Set
}

// Runner runs commands and jobs. Its methods may be called from any goroutine.
type Runner struct {
	opts   Options
	starts chan request
	kills  chan work.ID
	ends   chan ended
	exits  chan work.Exited

	ctx  context.Context // ends with Close: everything is asked to end
	stop context.CancelFunc
	hard context.Context // ends when Close has no more time: everything is killed
	kill context.CancelFunc
	done chan struct{} // closed when no goroutine is left

	running map[work.ID]context.CancelFunc // run owns these three
	waiting []request                      // jobs over MaxJobs
	jobs    int
	tasks   sync.WaitGroup
	poller  poller
}

type request struct {
	id   work.ID
	work work.Work
}

type ended struct {
	work.Exited
	job bool
}

// NewRunner returns a Runner that must be closed.
func NewRunner(opts Options) *Runner {
	if opts.TailLines <= 0 {
		opts.TailLines = 20
	}
	if opts.KillGrace <= 0 {
		opts.KillGrace = 5 * time.Second
	}
	if opts.MaxJobs <= 0 {
		opts.MaxJobs = 2 * runtime.GOMAXPROCS(0)
	}
	opts.Stdout, opts.Stderr = share(opts.Stdout, opts.Stderr)
	r := &Runner{
		opts:    opts,
		starts:  make(chan request),
		kills:   make(chan work.ID),
		ends:    make(chan ended),
		exits:   make(chan work.Exited),
		done:    make(chan struct{}),
		running: make(map[work.ID]context.CancelFunc),
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.hard, r.kill = context.WithCancel(context.Background())
	go r.run()
	return r
}

// Start starts w, a *Command or a *Job. It does not wait for the start and cannot
// fail: whatever happens to w arrives at Exits, once. The id must not be in use.
// After Close nothing is started.
func (r *Runner) Start(id work.ID, w work.Work) {
	select {
	case r.starts <- request{id, w}:
	case <-r.done:
	}
}

// Kill asks the child id and all of its group to end, and kills them after
// KillGrace; a job gets its context cancelled. The end arrives at Exits as usual.
// An id that is not running is ignored.
func (r *Runner) Kill(id work.ID) {
	select {
	case r.kills <- id:
	case <-r.done:
	}
}

// Exits returns the channel on which each end is reported. Nothing waits for its
// receiver. Close closes it.
func (r *Runner) Exits() <-chan work.Exited { return r.exits }

// Close ends all that still runs as Kill does, or at once when ctx ends, and waits
// until no goroutine is left. Exits nobody receives meanwhile are dropped.
// Error: a job, a Feed or a writer in Options does not come back.
func (r *Runner) Close(ctx context.Context) error {
	r.stop()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
	}
	r.kill()
	select {
	case <-r.done:
		return nil
	case <-time.After(2 * deliverMax):
		return fmt.Errorf("close runner: work goes on that was told to end: %w", context.Cause(ctx))
	}
}

// run owns the state until Close was called and everything has ended.
func (r *Runner) run() {
	defer close(r.done)
	defer close(r.exits)
	defer r.poller.close()
	defer r.tasks.Wait()
	closing := r.ctx.Done()
	var reports []work.Exited
	for closing != nil || len(r.running) > 0 {
		var next work.Exited
		var exits chan<- work.Exited
		if len(reports) > 0 {
			next, exits = reports[0], r.exits
		}
		select {
		case <-closing:
			closing = nil
			for _, w := range r.waiting {
				reports = append(reports, unstarted(w.id))
			}
			r.waiting = nil
		case w := <-r.starts:
			reports = append(reports, r.begin(w)...)
		case id := <-r.kills:
			reports = append(reports, r.end(id)...)
		case e := <-r.ends:
			r.reap(e)
			reports = append(reports, e.Exited)
		case exits <- next:
			reports = reports[1:]
		}
	}
}

// begin starts w or puts it in line. It returns the exits known at once.
func (r *Runner) begin(w request) []work.Exited {
	if r.ctx.Err() != nil {
		return []work.Exited{unstarted(w.id)}
	}
	switch what := w.work.(type) {
	case *Command:
		ctx := r.enter(w.id)
		r.tasks.Go(func() { r.runCommand(ctx, w.id, what) })
	case *Job:
		if r.jobs >= r.opts.MaxJobs {
			r.waiting = append(r.waiting, w)
			return nil
		}
		r.jobs++
		r.opts.Processors.Need()
		ctx := r.enter(w.id)
		r.tasks.Go(func() { r.runJob(ctx, w.id, what) })
	default:
		err := fmt.Errorf("start %s: a runner cannot run a %T", w.work.Describe(), w.work)
		return []work.Exited{{Proc: w.id, Result: work.Result{Code: CodeNotRun, Err: err}}}
	}
	return nil
}

func (r *Runner) enter(id work.ID) context.Context {
	ctx, cancel := context.WithCancel(r.ctx)
	r.running[id] = cancel
	return ctx
}

// end is Kill. Work in line ends without having begun.
func (r *Runner) end(id work.ID) []work.Exited {
	if cancel, ok := r.running[id]; ok {
		cancel()
		return nil
	}
	for i, w := range r.waiting {
		if w.id == id {
			r.waiting = append(r.waiting[:i:i], r.waiting[i+1:]...)
			return []work.Exited{unstarted(id)}
		}
	}
	return nil
}

func unstarted(id work.ID) work.Exited {
	return work.Exited{Proc: id, Result: killedEarly()}
}

func killedEarly() work.Result { return work.Result{Code: CodeKilled, Signal: sigTerm} }

// reap forgets what has ended and lets the next job in.
func (r *Runner) reap(e ended) {
	r.running[e.Proc]() // frees the context
	delete(r.running, e.Proc)
	if !e.job {
		return
	}
	r.jobs--
	if len(r.waiting) > 0 {
		next := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.begin(next)
	}
}

func (r *Runner) runCommand(ctx context.Context, id work.ID, c *Command) {
	report := func(res work.Result) { r.ends <- ended{Exited: work.Exited{Proc: id, Result: res}} }
	if c.Check != nil {
		err := r.aside(ctx, c.Check)
		switch {
		case ctx.Err() != nil:
			report(killedEarly())
			return
		case err != nil:
			report(work.Result{Code: CodeRefused, Err: err})
			return
		}
	}
	res, started := r.runSteps(ctx, id, c)
	if started {
		r.after(ctx, c)
	}
	report(res)
}

// after runs After, and does not wait for it longer than for ctx either.
func (r *Runner) after(ctx context.Context, c *Command) {
	if c.After == nil {
		return
	}
	_ = r.aside(ctx, func() error { c.After(); return nil }) // a look in vain
}

// aside returns what f returns. It does not wait for it longer than for ctx.
func (r *Runner) aside(ctx context.Context, f func() error) error {
	said := make(chan error, 1)
	r.tasks.Go(func() { said <- guard(f) })
	select {
	case err := <-said:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (r *Runner) runJob(ctx context.Context, id work.ID, j *Job) {
	emit := r.emitter(id)
	out := &jobOut{lines: lines{keep: r.opts.TailLines, emit: func(l string) {
		if r.opts.Stderr != nil {
			_, _ = io.WriteString(r.opts.Stderr, printable.Line(l)+"\n") // our own words, not a child's
		}
		emit(l, true)
	}}}
	var res work.Result
	err := guard(func() error {
		res.Code = j.Run(ctx, out)
		return nil
	})
	if err != nil {
		res = work.Result{Code: CodePanic, Err: fmt.Errorf("job %s: %w", printable.Line(j.Name), err)}
	}
	if j.Copied != nil {
		res.Copied = *j.Copied
	}
	res.Tail = out.close()
	r.judge("", &res)
	r.ends <- ended{work.Exited{Proc: id, Result: res}, true}
}

// judge adds to a result what its code and lines mean; program is "" for a job.
func (r *Runner) judge(program string, res *work.Result) {
	res.Shown = r.opts.Shown
	res.MetLimit = failure.MetDeleteLimit(res.Code, res.Tail)
	if res.Signal == 0 && res.Err == nil {
		res.Reason = failure.Explain(program, res.Code, res.Tail)
	}
}

func (r *Runner) emitter(id work.ID) func(string, bool) {
	return func(line string, stderr bool) {
		if r.opts.Output != nil {
			r.opts.Output(id, line, stderr)
		}
	}
}

var errJobEnded = errors.New("the job has ended")

// jobOut is the out of a job, whose goroutines may write at the same time.
type jobOut struct {
	mu    sync.Mutex // guards all below
	lines lines
	ended bool
}

func (o *jobOut) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return 0, errJobEnded
	}
	return o.lines.Write(p)
}

func (o *jobOut) close() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.lines.end()
	return o.lines.tail()
}

// shared lets the readers of many children write to one writer.
type shared struct {
	mu *sync.Mutex // held while writing; stdout and stderr may be the same writer
	w  io.Writer
}

func share(out, err io.Writer) (io.Writer, io.Writer) {
	mu := new(sync.Mutex)
	wrap := func(w io.Writer) io.Writer {
		if w == nil {
			return nil
		}
		return shared{mu, w}
	}
	return wrap(out), wrap(err)
}

func (s shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
