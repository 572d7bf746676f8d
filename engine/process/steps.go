package process

import (
	"context"
	"slices"

	"lsyncgo/engine/work"
)

// runSteps runs the child, or the children, of c; started tells whether one came to run.
func (r *Runner) runSteps(ctx context.Context, id work.ID, c *Command) (res work.Result, started bool) {
	first := c.prefixed()
	steps := []*Command{first}
	if c.Steps != nil {
		chosen := make(chan []*Command, 1)
		err := r.aside(ctx, func() error {
			chosen <- c.Steps(ctx, first)
			return nil
		})
		switch {
		case ctx.Err() != nil:
			return killedEarly(), false
		case err != nil:
			return work.Result{Code: CodeRefused, Err: err}, false
		}
		steps = <-chosen
	}
	for i, step := range steps {
		if ctx.Err() != nil {
			return killedEarly(), started
		}
		next, ran := r.runStep(ctx, id, step.prefixed())
		started = started || ran
		if i == 0 || c.badness(next.Code) >= c.badness(res.Code) {
			res = next
		}
		if c.badness(res.Code) > len(c.Bearable) {
			break
		}
	}
	return res, started
}

// prefixed is c with what Prefix returns now.
func (c *Command) prefixed() *Command {
	whole := *c
	if c.Prefix != nil {
		whole.Prefix, whole.Args = nil, slices.Concat(c.Prefix(), c.Args)
	}
	return &whole
}

// badness is 0 for success, up to the number of Bearable for what a next step may follow, else more.
func (c *Command) badness(code int) int {
	if code == 0 {
		return 0
	}
	if i := slices.Index(c.Bearable, code); i >= 0 {
		return i + 1
	}
	return len(c.Bearable) + 1
}

// runStep runs one child to its end; started tells whether it came to run. What holds its pipes then is waited for elsewhere.
func (r *Runner) runStep(ctx context.Context, id work.ID, c *Command) (res work.Result, started bool) {
	p, err := r.poller.run(c, &r.opts, r.emitter(id))
	if err != nil {
		return failed(c.Binary, err), false
	}
	p.supervise(ctx, r.hard, r.opts.KillGrace)
	res = p.finish(r.hard, r.opts.TailLines)
	r.judge(c.Binary, &res)
	res.Shown = res.Shown && c.Capture == 0
	r.tasks.Go(func() { p.linger(r.ctx) })
	return res, true
}
