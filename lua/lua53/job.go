package lua53

import (
	"errors"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// Job is a call of a Lua function that waits, wherever a Go function that it calls suspends it, until Go code resumes it. While it
// waits it takes some 4 KiB, and within pcall and the like a goroutine, 12 KiB in all. Its calls may be a thousand deep. Its methods belong to the
// state's goroutine.
type Job struct {
	h       *host
	fn      *glua.LFunction
	thread  *glua.LState
	started bool
	over    bool
	killed  bool         // by itself, while it runs
	seen    bool         // a script may know the thread
	carrier *carrier     // while it waits on one
	waiting *glua.LState // the coroutine that has suspended it there

	// How the last resume has ended.
	why     glua.ResumeState
	results []glua.LValue
	err     error
	raised  *glua.ApiError // with the calls that have led to it
}

var (
	errOverJob = errors.New("the job is over")
	errNested  = errors.New("a job is resumed by a function that a script has called")
)

// ErrKilled is the error of a job that has killed itself.
var ErrKilled = errors.New("the job was killed")

// NewJob prepares a call of fn. Nothing of it runs before Resume.
func NewJob(L *glua.LState, fn *glua.LFunction) *Job {
	h := hostOf(L)
	if h.limiter.timer == nil {
		h.limiter.Set(h.limiter.limits) // what ends a call is a context
	}
	j := &Job{h: h, fn: fn, thread: h.carriers.thread()}
	h.carriers.jobs[j.thread] = j
	return j
}

// Resume begins the job with args, or goes on with it: args are what the function returns then that has suspended it.
// Resume returns when the job is suspended again or over: by itself, with the results of fn, by an error, as LState.PCall
// returns it, or by the limits. It has to be called between Enter and Leave, not by a function that scripts call; so each
// resume has the time and the memory of a call.
func (j *Job) Resume(args ...glua.LValue) (results []glua.LValue, over bool, err error) {
	cs := &j.h.carriers
	switch {
	case j.over:
		return nil, true, errOverJob
	case cs.current != nil || cs.job != nil || j.h.limiter.levels > 0:
		return nil, false, errNested
	}
	cs.job = j
	defer func() { cs.job = nil }()
	if j.proceed(args); j.carrier != nil || j.why == glua.ResumeYield {
		if !j.killed {
			return nil, false, nil
		}
		j.end()
		return nil, true, ErrKilled
	}
	results, err = j.results, j.err
	if j.why == glua.ResumeError {
		results = nil
		if j.raised != nil {
			err = j.raised
		}
	}
	if j.why == glua.ResumeOK && !j.seen {
		defer cs.reuse(j.thread)
	}
	j.end()
	return results, true, err
}

// proceed runs the job up to its next suspension or its end.
func (j *Job) proceed(args []glua.LValue) {
	cs, ctx := &j.h.carriers, j.h.limiter.context()
	c := j.carrier
	if c != nil {
		c.values = args
		for t := j.waiting; t != nil && t != c.stack; t = t.Parent {
			t.SetContext(ctx)
		}
	} else {
		c = cs.take(j.thread)
		c.job = j
		if c.stack == nil {
			c.stack = newThread(j.h.limiter.L, 1) // calls nothing
		}
		if !j.started {
			j.started = true
			args = append([]glua.LValue{j.h.limiter.L.NewFunction(j.begin), j.fn}, args...)
		}
		c.body = func() { j.why, j.err, j.results = c.stack.Resume(j.thread, j.h.jobBody, args...) }
		j.thread.SetContext(ctx)
	}
	if cs.proceed(j.h.limiter, c) == suspended {
		j.carrier = c
		return
	}
	j.carrier, j.waiting = nil, nil
	cs.free(c)
}

// thread returns a thread for a job that has not begun.
func (cs *carriers) thread() *glua.LState {
	if thread := cs.spare; thread != nil {
		cs.spare = nil
		return thread
	}
	return newThread(cs.L, jobCalls)
}

// reuse keeps the thread of a job that has returned for the next one: most jobs never wait, and a new thread costs more than they do.
// Nothing is on its stack any more, and what functions still use of it has been copied.
func (cs *carriers) reuse(thread *glua.LState) {
	thread.Dead = false
	cs.spare = thread
}

// jobSource begins a job. It leaves no call of its own on the stack.
const jobSource = `local begin, fn = ... ; return (function(begin, fn, ...) begin() return fn(...) end)`

// begin is called first in the job's thread: from then on its errors keep the calls that have led to them, which
// gopher-lua drops when a thread ends.
func (j *Job) begin(L *glua.LState) int {
	L.Panic = func(raiser *glua.LState) {
		j.raised = &glua.ApiError{Type: glua.ApiErrorRun, Object: raiser.Get(-1), StackTrace: j.traceback(raiser)}
		panic(j.raised)
	}
	return 0
}

// traceback lists the calls from L, a coroutine that the job runs, down to the job's function.
func (j *Job) traceback(L *glua.LState) string {
	var lines []string
	for t := L; t != nil && t.Parent != nil; t = t.Parent {
		lines = append(lines, calls(t, 0, callDepth(t))...)
		if t == j.thread {
			break
		}
	}
	return "stack traceback:" + strings.ReplaceAll(strings.Join(lines, ""), "\n\t[C]:", "\n\t[G]:")
}

// Kill ends a job that waits: its memory can be used again, and none of its code runs any more. One that runs ends where
// it would wait.
func (j *Job) Kill() {
	if j.h.carriers.job == j {
		j.killed = true
		return
	}
	j.end()
}

func (j *Job) end() {
	if j.over {
		return
	}
	if c := j.carrier; c != nil {
		j.h.carriers.end(j.h.limiter, c)
	}
	j.over = true
	j.thread.Dead = true
	delete(j.h.carriers.jobs, j.thread)
	j.carrier, j.waiting, j.thread, j.fn, j.results = nil, nil, nil, nil, nil
}

// Suspend has the job wait that calls a Go function, which has to return what Suspend returns: the results for the script
// are the arguments of Resume. Outside a job it raises an error; name is that of the Go function.
func Suspend(L *glua.LState, name string) int {
	h := hostOf(L)
	j := h.carriers.job
	if !j.runs(L) {
		L.RaiseError("%s works only inside a job", name)
	}
	if L == j.thread && leavable(L) {
		return L.Yield()
	}
	l, c := h.limiter, h.carriers.current
	levels, depth := l.levels, l.depth
	j.waiting = L
	c.yield(suspended)
	l.levels, l.depth = levels, depth
	root := j.carrier
	values := root.values
	root.values = nil
	c.values = values
	return c.enter(L)
}

// InJob tells whether a job runs that L is part of, so that Suspend would suspend it.
func InJob(L *glua.LState) (*Job, bool) {
	j := hostOf(L).carriers.job
	return j, j.runs(L)
}

// runs tells whether L is the job's thread or a coroutine that it runs. A call of Go code in between, by the state
// itself, cannot wait.
func (j *Job) runs(L *glua.LState) bool {
	if j == nil {
		return false
	}
	for ; L != nil; L = L.Parent {
		if L == j.thread {
			return true
		}
	}
	return false
}
