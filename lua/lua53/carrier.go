package lua53

import (
	"context"
	"iter"

	glua "github.com/yuin/gopher-lua"
)

const (
	// maxIdle is how many carriers without a coroutine are kept: making one costs ten times as much as a resume.
	maxIdle = 4
	// maxParked is how many coroutines may wait on carriers of their own: scripts forget coroutines, and nothing tells that
	// nobody knows one any more whose frames are on the stack of a goroutine. Past it, the one that has waited longest ends.
	maxParked = 1000
	// leavableCalls is how many calls are looked at to find out whether a coroutine can leave its carrier.
	leavableCalls = 32
)

// carrier is a goroutine that a coroutine runs on from one resume to the next yield. Mostly the coroutine leaves it then:
// its Lua calls are all on the stack of its own state, and go on from any goroutine. A yield within a Go function,
// such as pcall, table.sort, a metamethod or an iterator, would lose that function's frame, which gopher-lua cannot
// leave and enter again. There the coroutine stays, and so does the goroutine, until it is resumed or ended.
//
// Only one of all carriers of a state runs at a time, and the goroutine that runs it waits for it.
type carrier struct {
	next   func() (signal, bool)
	stop   func()
	yield  func(signal) bool
	body   func()
	fault  any           // what body has panicked with
	thread *glua.LState  // the coroutine it was taken for
	values []glua.LValue // arguments of a resume that body goes on with, or of the yield that it waits in
	job    *Job          // nil: a script has resumed thread
	stack  *glua.LState  // what the job's thread, or one that is ended, gives its results to
	levels int           // of the limiter, before body began or went on
	depth  int
	order  uint64 // of parking
}

// signal says why a carrier waits.
type signal int

const (
	idle      signal = iota // body has returned
	yielded                 // thread has yielded within body
	suspended               // the job has been suspended within body, with all coroutines it was running
)

// carriers are those of one state.
type carriers struct {
	L       *glua.LState
	current *carrier // nil: the goroutine of the state itself
	idle    []*carrier
	parked  map[*glua.LState]*carrier // by coroutine; those of suspended jobs are not here
	order   uint64
	job     *Job // that is being resumed
	jobs    map[*glua.LState]*Job
	spare   *glua.LState // for the next job; nil: there is none
}

func (cs *carriers) take(thread *glua.LState) *carrier {
	var c *carrier
	if last := len(cs.idle) - 1; last >= 0 {
		c, cs.idle = cs.idle[last], cs.idle[:last]
	} else {
		c = &carrier{}
		c.next, c.stop = iter.Pull(func(yield func(signal) bool) {
			c.yield = yield
			for c.run(); yield(idle); c.run() {
			}
		})
	}
	c.thread = thread
	return c
}

func (c *carrier) run() {
	defer func() { c.fault = recover() }()
	c.body()
}

// free has a carrier wait for another coroutine, or end.
func (cs *carriers) free(c *carrier) {
	c.thread, c.job, c.body, c.values, c.fault = nil, nil, nil, nil, nil
	if len(cs.idle) < maxIdle {
		cs.idle = append(cs.idle, c)
		return
	}
	c.stop()
}

// proceed runs what a carrier carries until it is idle or waits. If the job is suspended that all this is part of, the
// caller of proceed waits, too, and goes on when the job does.
func (cs *carriers) proceed(l *Limiter, c *carrier) signal {
	before, thread := cs.current, cs.L.G.CurrentThread
	levels, depth := l.levels, l.depth
	for {
		c.levels, c.depth = levels, depth
		cs.current = c
		why, _ := c.next()
		cs.current, cs.L.G.CurrentThread = before, thread
		l.levels, l.depth = levels, depth
		if why != suspended || c.job != nil {
			return why
		}
		before.yield(suspended)
	}
}

// park waits, on the goroutine of a coroutine that yields, until that is resumed. It returns what to go on with.
func (cs *carriers) park(L *glua.LState, l *Limiter) int {
	c := cs.current
	if c == nil || c.thread != L {
		L.RaiseError("attempt to yield across a C-call boundary")
	}
	if len(cs.parked) >= maxParked {
		cs.end(l, cs.longestParked())
	}
	cs.order++
	c.order, c.values = cs.order, arguments(L, 1)
	levels, depth := l.levels-c.levels, l.depth-c.depth
	cs.parked[L] = c
	L.Parent = nil // as after any yield
	c.yield(yielded)
	l.levels, l.depth = c.levels+levels, c.depth+depth
	return c.enter(L)
}

// enter goes on with a coroutine that has waited, with the values it was resumed with.
func (c *carrier) enter(L *glua.LState) int {
	L.G.CurrentThread = L
	interrupt(L)
	values := c.values
	c.values = nil
	return push(L, values...)
}

func (cs *carriers) longestParked() *carrier {
	var longest *carrier
	for _, c := range cs.parked {
		if longest == nil || c.order < longest.order {
			longest = c
		}
	}
	return longest
}

// end ends a coroutine that waits on its carrier: its Go functions return. None of its Lua code runs.
func (cs *carriers) end(l *Limiter, c *carrier) {
	delete(cs.parked, c.thread)
	innermost := c.thread
	if c.job != nil {
		innermost = c.job.waiting
	} else {
		if c.stack == nil {
			c.stack = newThread(cs.L, 1)
		}
		c.thread.Parent = c.stack // takes the error
	}
	for t := innermost; t != nil && t != c.stack; t = t.Parent {
		t.SetContext(ended)
	}
	before := l.ending
	l.ending = errEnded
	func() {
		defer func() { _ = recover() }() // a wrapped coroutine's error
		cs.proceed(l, c)
	}()
	l.ending = before
	c.stack.SetTop(0)
	c.thread.Dead, c.thread.Parent = true, nil
	cs.free(c)
}

// ended is the context of what is to end.
var ended = func() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errEnded)
	return ctx
}()

// close ends all coroutines and goroutines.
func (cs *carriers) close(l *Limiter) {
	for _, j := range cs.jobs {
		j.Kill()
	}
	for _, c := range cs.parked {
		cs.end(l, c)
	}
	for _, c := range cs.idle {
		c.stop()
	}
	cs.idle = nil
}

// leavable tells whether the calls of a coroutine lead from one Lua instruction to the next, so that it needs no
// goroutine while it waits. A metamethod or iterator shows by having been called without a call instruction, thus
// without a name.
func leavable(L *glua.LState) bool {
	for level := 1; level <= leavableCalls; level++ {
		dbg, ok := L.GetStack(level)
		if !ok {
			return level > 1 // without any Lua function gopher-lua would find an empty stack
		}
		fn, err := L.GetInfo("Slnf", dbg, glua.LNil)
		if err != nil {
			return false
		}
		if dbg.What == "G" || dbg.What == "Lua" && dbg.Name != "" && dbg.Name[0] == '<' {
			return false
		}
		const first = "main" // of the calls of this coroutine, whatever function it is
		if f, ok := fn.(*glua.LFunction); ok && !f.IsG && level == 1 && dbg.What == first && mayTailCall(f.Proto, dbg.CurrentLine) {
			return false // here as well
		}
	}
	return false
}

// mayTailCall tells whether a line of a function has a tail call. A function that makes one is not on the stack any more
// while that runs.
func mayTailCall(p *glua.FunctionProto, line int) bool {
	for pc, instruction := range p.Code {
		if int(instruction>>26) == glua.OP_TAILCALL && p.DbgSourcePositions[pc] == line {
			return true
		}
	}
	return false
}
