package lua53

import (
	glua "github.com/yuin/gopher-lua"
)

// A coroutine's stack has room for so many values at first, and grows by so many; and for so many calls. gopher-lua takes a byte
// for each possible call at once.
const (
	threadStack = 1 << 6
	threadGrow  = 1 << 8
	threadCalls = 1 << 12
	// jobCalls are the possible calls of a job: those were half of what ten thousand take that wait.
	jobCalls = 1 << 10
)

// openCoroutines puts limits and goroutines around what gopher-lua has.
func openCoroutines(L *glua.LState, h *host) {
	h.carriers = carriers{L: L, parked: map[*glua.LState]*carrier{}, jobs: map[*glua.LState]*Job{}}
	lib := loadedTable(L).RawGetString("coroutine").(*glua.LTable)
	for name, around := range map[string]func(*host, glua.LGFunction) glua.LGFunction{
		"create": creating, "wrap": wrapping, "resume": resuming,
	} {
		original := lib.RawGetString(name).(*glua.LFunction).GFunction
		lib.RawSetString(name, L.NewFunction(around(h, original)))
	}
	proto, err := Compile("job", []byte(jobSource))
	if err != nil {
		panic(err)
	}
	h.jobBody = L.NewFunctionFromProto(proto.FunctionPrototypes[0])
}

// newThread makes a coroutine without a context: it is given to it at each resume. One derived from the creator's
// would stay in that one's memory, and would end with that one's call, while a coroutine may go on in another.
func newThread(L *glua.LState, calls int) (thread *glua.LState) {
	small(L, calls, func() { thread, _ = L.NewThread() })
	return thread
}

func small(L *glua.LState, calls int, create func()) {
	ctx, options := L.Context(), L.Options
	if ctx != nil {
		L.RemoveContext()
		defer L.SetContext(ctx)
	}
	L.Options.RegistrySize, L.Options.RegistryGrowStep, L.Options.CallStackSize = threadStack, threadGrow, calls
	defer func() { L.Options = options }()
	create()
}

func creating(_ *host, create glua.LGFunction) glua.LGFunction {
	return func(L *glua.LState) (n int) {
		checkFunction(L, 1)
		small(L, threadCalls, func() { n = create(L) })
		return n
	}
}

func wrapping(h *host, wrap glua.LGFunction) glua.LGFunction {
	create := creating(h, wrap)
	return func(L *glua.LState) int {
		create(L)
		wrapped := L.Get(-1).(*glua.LFunction)
		L.Pop(1)
		thread := wrapped.Upvalues[0].Value().(*glua.LState)
		resume := func(L *glua.LState) int {
			if fault := h.unresumable(thread); fault != "" {
				L.RaiseError("%s", fault)
			}
			return h.resume(L, thread, 1, wrapped.GFunction)
		}
		return push(L, L.NewClosure(resume, thread)) // where gopher-lua's function looks for it
	}
}

func resuming(h *host, resume glua.LGFunction) glua.LGFunction {
	return func(L *glua.LState) int {
		thread, ok := L.Get(1).(*glua.LState)
		if !ok {
			typeError(L, 1, "coroutine")
		}
		if fault := h.unresumable(thread); fault != "" {
			return push(L, glua.LFalse, glua.LString(fault))
		}
		return h.resume(L, thread, 2, resume)
	}
}

// unresumable says why a coroutine cannot be resumed.
func (h *host) unresumable(thread *glua.LState) string {
	switch h.status(thread) {
	case "suspended":
		if h.carriers.jobs[thread] != nil {
			return "cannot resume a job"
		}
		return ""
	case "dead":
		return "cannot resume dead coroutine"
	default:
		return "cannot resume non-suspended coroutine"
	}
}

func (h *host) status(thread *glua.LState) string {
	switch {
	case thread.Dead:
		return "dead"
	case thread == thread.G.CurrentThread:
		return "running"
	case thread.Parent != nil || thread == h.limiter.L:
		return "normal" // it waits for one that it has resumed
	}
	return "suspended"
}

// resume goes on with a coroutine as part of the call that L belongs to. first is the first argument for it.
func (h *host) resume(L, thread *glua.LState, first int, original glua.LGFunction) int {
	l, cs := h.limiter, &h.carriers
	calls := l.enterThread(L)
	defer l.leaveThread(calls)
	if ctx := L.Context(); ctx != nil && ctx != thread.Context() {
		thread.SetContext(ctx)
	}
	c, waits := cs.parked[thread]
	if waits {
		delete(cs.parked, thread)
		c.values = arguments(L, first)
		L.SetTop(first - 1)
		thread.Parent = L
	} else {
		c = cs.take(thread)
		c.body = func() { original(L) }
	}
	base := first - 1
	if first == 1 && !waits {
		base = 1 // gopher-lua puts the thread there
	}
	why := cs.proceed(l, c)
	switch {
	case why == yielded:
		L.SetTop(base)
		if first > 1 {
			push(L, glua.LTrue)
		}
		values := c.values
		c.values = nil
		push(L, values...)
	case c.fault != nil: // of a wrapped one
		fault := c.fault
		thread.Dead, thread.Parent = true, nil
		cs.free(c)
		panic(fault)
	default:
		cs.free(c)
	}
	if err := l.Cause(); err != nil {
		L.RaiseError("%s", err) // not a result that the script could go on with
	}
	return L.GetTop() - base
}

var coroutineFuncs = map[string]glua.LGFunction{
	"isyieldable": func(L *glua.LState) int { return push(L, glua.LBool(isCoroutine(L))) },
	"running":     coroutineRunning,
	"status":      coroutineStatus,
	"yield":       coroutineYield,
}

// isCoroutine tells whether a script has resumed L. Others have nobody to yield to.
func isCoroutine(L *glua.LState) bool { return L.Parent != nil && hostOf(L).carriers.jobs[L] == nil }

func coroutineRunning(L *glua.LState) int {
	if j := hostOf(L).carriers.jobs[L]; j != nil {
		j.seen = true
	}
	return push(L, L, glua.LBool(!isCoroutine(L)))
}

func coroutineStatus(L *glua.LState) int {
	thread, ok := L.Get(1).(*glua.LState)
	if !ok {
		typeError(L, 1, "coroutine")
	}
	return push(L, glua.LString(hostOf(L).status(thread)))
}

func coroutineYield(L *glua.LState) int {
	if !isCoroutine(L) {
		L.RaiseError("attempt to yield from outside a coroutine")
	}
	if leavable(L) {
		return -1 // gopher-lua's sign to switch threads
	}
	h := hostOf(L)
	return h.carriers.park(L, h.limiter)
}
