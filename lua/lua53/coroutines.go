package lua53

import (
	glua "github.com/yuin/gopher-lua"
)

// openCoroutines puts limits around what gopher-lua has.
func openCoroutines(L *glua.LState, limiter *Limiter) {
	lib := loadedTable(L).RawGetString("coroutine").(*glua.LTable)
	for name, around := range map[string]func(*Limiter, glua.LGFunction) glua.LGFunction{
		"create": creating, "wrap": wrapping, "resume": resuming,
	} {
		original := lib.RawGetString(name).(*glua.LFunction).GFunction
		lib.RawSetString(name, L.NewFunction(around(limiter, original)))
	}
}

// creating makes coroutines without a context: it is given to them at each resume. One derived from the creator's
// would stay in that one's memory, and would end with that one's call, while a coroutine may go on in another.
func creating(_ *Limiter, create glua.LGFunction) glua.LGFunction {
	return func(L *glua.LState) int {
		checkFunction(L, 1)
		ctx, options := L.Context(), L.Options
		if ctx != nil {
			L.RemoveContext()
			defer L.SetContext(ctx)
		}
		L.Options.RegistrySize, L.Options.RegistryGrowStep = threadStack, threadStack
		defer func() { L.Options = options }()
		return create(L)
	}
}

// threadStack is the size of a new coroutine's stack, and by what it grows, in values.
const threadStack = 1 << 10

func wrapping(limiter *Limiter, wrap glua.LGFunction) glua.LGFunction {
	create := creating(limiter, wrap)
	return func(L *glua.LState) int {
		create(L)
		wrapped := L.Get(-1).(*glua.LFunction)
		L.Pop(1)
		thread := wrapped.Upvalues[0].Value()
		resume := resumingThread(limiter, thread.(*glua.LState), wrapped.GFunction)
		return push(L, L.NewClosure(resume, thread)) // where gopher-lua's function looks for it
	}
}

func resuming(limiter *Limiter, resume glua.LGFunction) glua.LGFunction {
	return func(L *glua.LState) int {
		thread, ok := L.Get(1).(*glua.LState)
		if !ok {
			typeError(L, 1, "coroutine")
		}
		return resumingThread(limiter, thread, resume)(L)
	}
}

// resumingThread goes on with a coroutine as part of the call that L belongs to.
func resumingThread(limiter *Limiter, thread *glua.LState, resume glua.LGFunction) glua.LGFunction {
	return func(L *glua.LState) int {
		calls := limiter.enterThread(L)
		defer limiter.leaveThread(calls)
		if ctx := L.Context(); ctx != nil && ctx != thread.Context() {
			thread.SetContext(ctx)
		}
		n := resume(L)
		if err := limiter.Cause(); err != nil {
			L.RaiseError("%s", err) // not a result that the script could go on with
		}
		return n
	}
}

var coroutineFuncs = map[string]glua.LGFunction{
	"isyieldable": func(L *glua.LState) int { return push(L, glua.LBool(L.Parent != nil)) },
	"running":     func(L *glua.LState) int { return push(L, L, glua.LBool(L.Parent == nil)) },
	"yield":       coroutineYield,
}

func coroutineYield(L *glua.LState) int {
	if L.Parent == nil {
		L.RaiseError("attempt to yield from outside a coroutine")
	}
	if !canYield(L) {
		L.RaiseError("attempt to yield across a C-call boundary: coroutine.yield does not work inside pcall, " +
			"table.sort, string.gsub, metamethods and iterators")
	}
	return -1 // gopher-lua's sign to switch threads
}

// canYield tells whether the calls of the coroutine lead from one Lua instruction to the next. gopher-lua cannot
// resume in the middle of a Go function; it would go on with that function as if its callback had returned.
// A metamethod or iterator shows by having been called without a call instruction, thus without a name.
func canYield(L *glua.LState) bool {
	for level := 1; ; level++ {
		dbg, ok := L.GetStack(level)
		if !ok {
			return true
		}
		if _, err := L.GetInfo("Sn", dbg, glua.LNil); err != nil {
			return true
		}
		if dbg.What == "G" || dbg.What == "Lua" && dbg.Name != "" && dbg.Name[0] == '<' {
			return false
		}
	}
}
