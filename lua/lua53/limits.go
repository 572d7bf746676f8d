package lua53

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// Limits are what one call of Lua code from Go may take, with everything that it calls in turn.
type Limits struct {
	Time   time.Duration // 0: no limit
	Memory int64         // bytes by which the heap may grow; 0: no limit
	// Patient: files may be of any kind, and opening one may wait for the other side of a FIFO. So it is while a
	// config is loaded, which is trusted; in a callback the file may have been made by anybody.
	Patient bool
}

// Why a call was ended. Lua code cannot catch these.
var (
	ErrTime        = errors.New("the time limit of the script is over")
	ErrMemory      = errors.New("the memory limit of the script is reached")
	ErrInterrupted = errors.New("the script was interrupted")
	errOver        = errors.New("the call is over") // by itself
	errEnded       = errors.New("the coroutine was ended")
)

const (
	// maxLevels is how deep Go functions that wait for Lua ones may be nested, like LUAI_MAXCCALLS.
	maxLevels = 200
	// maxCalls is how deep calls may be nested in all, and in one coroutine. Each may need Go stack, which ends the
	// process when it overflows.
	maxCalls = 16000
)

// Limiter applies Limits to a state. Its methods belong to the state's goroutine, except for Interrupt.
type Limiter struct {
	L      *glua.LState
	limits Limits
	calls  int // Enter without Leave
	levels int // Go functions that wait for Lua ones, in all coroutines
	depth  int // calls in the coroutines that wait for another one
	sentry atomic.Pointer[sentry]
	timer  *time.Timer // nil: no limits
	ending error       // why a coroutine that waits is being ended; the call under way goes on
}

// LimiterOf returns the limiter of a state, which has no limits before Set.
func LimiterOf(L *glua.LState) *Limiter { return hostOf(L).limiter }

// Set gives the limits for calls from now on.
func (l *Limiter) Set(limits Limits) {
	l.Close()
	l.limits = limits
	l.renew()
}

// Limits returns what was set last.
func (l *Limiter) Limits() Limits { return l.limits }

// renew prepares the sentry of calls to come. A call costs less than a timer: one serves all until it has fired.
func (l *Limiter) renew() {
	s := newSentry(l.limits)
	l.sentry.Store(s)
	l.L.SetContext(s.ctx)
	l.timer = time.AfterFunc(time.Hour, s.watch)
	l.timer.Stop()
}

// Enter begins a call; only the outermost one is timed.
func (l *Limiter) Enter() {
	if l.calls++; l.calls > 1 || l.timer == nil {
		return
	}
	s := l.sentry.Load()
	s.begin()
	l.timer.Reset(s.quiet())
}

// Leave ends a call.
func (l *Limiter) Leave() {
	if l.calls--; l.calls > 0 || l.timer == nil {
		return
	}
	l.levels, l.depth = 0, 0
	if s := l.sentry.Load(); !l.timer.Stop() || s.ctx.Err() != nil {
		s.cancel(errOver) // lets watch return
		l.renew()
	}
}

// Cause returns why the call under way is to end: ErrTime, ErrMemory, ErrInterrupted, what has ended a context that was
// given to the state otherwise, or nil.
func (l *Limiter) Cause() error {
	if l.ending != nil {
		return l.ending
	}
	return context.Cause(l.context())
}

// Interrupt ends the call under way, if there is one. Any goroutine may call it.
func (l *Limiter) Interrupt() {
	if s := l.sentry.Load(); s != nil {
		s.cancel(ErrInterrupted)
	}
}

// Close ends what watches. The state has no limits then.
func (l *Limiter) Close() {
	if l.timer == nil {
		return
	}
	l.timer.Stop()
	l.sentry.Load().cancel(errOver)
	l.sentry.Store(nil)
	l.timer = nil
	l.L.RemoveContext()
}

// context ends with the call under way. It is never nil.
func (l *Limiter) context() context.Context {
	if ctx := l.L.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}

// patient tells whether waiting for others is all right.
func (l *Limiter) patient() bool { return l.timer == nil || l.limits.Patient }

// call is LState.Call one level deeper.
func (l *Limiter) call(L *glua.LState, nargs, nret int) {
	l.enterLevel(L)
	defer l.leaveLevel()
	L.Call(nargs, nret)
}

// PCall calls a function as LState.PCall does, for a Go function that scripts call. It does not catch what ends the
// whole call.
func PCall(L *glua.LState, nargs, nret int) error { return LimiterOf(L).protect(L, nargs, nret, nil) }

// protect is LState.PCall one level deeper. It does not catch what ends the whole call.
func (l *Limiter) protect(L *glua.LState, nargs, nret int, handler *glua.LFunction) error {
	l.enterLevel(L)
	defer l.leaveLevel()
	err := ProtectedCall(L, nargs, nret, handler)
	if err != nil && l.Cause() != nil {
		panic(err)
	}
	return err
}

func (l *Limiter) enterLevel(L *glua.LState) {
	if l.levels >= maxLevels {
		L.RaiseError("C stack overflow (functions of the library call each other more than %d levels deep)", maxLevels)
	}
	l.levels++
}

func (l *Limiter) leaveLevel() { l.levels-- }

// enterThread begins another coroutine from L, which has some calls of its own already.
func (l *Limiter) enterThread(L *glua.LState) (calls int) {
	calls = callDepth(L)
	if l.depth+calls > maxCalls {
		L.RaiseError("stack overflow (coroutines within coroutines)")
	}
	l.enterLevel(L)
	l.depth += calls
	return calls
}

func (l *Limiter) leaveThread(calls int) {
	l.depth -= calls
	l.leaveLevel()
}

// room raises an error unless there is room for n bytes more.
func (l *Limiter) room(L *glua.LState, n int) {
	s := l.sentry.Load()
	if n < worthAsking || s == nil {
		return
	}
	if err := s.room(int64(n)); err != nil {
		s.cancel(err)
	}
	interrupt(L)
}

// Call calls a function as LState.Call does, for a Go function that scripts call.
func Call(L *glua.LState, nargs, nret int) { LimiterOf(L).call(L, nargs, nret) }

// Room raises an error unless the call under way has room for n bytes more, and time.
func Room(L *glua.LState, n int) {
	room(L, n)
	interrupt(L)
}

// Away runs an operation that may wait for a disk. The end of the call under way raises an error, and leaves the
// operation behind.
func Away[T any](L *glua.LState, operation func() (T, error)) (T, error) {
	v, err := away(LimiterOf(L).context(), operation, nil)
	interrupt(L)
	return v, err
}

// room raises an error unless there is room for n bytes more.
func room(L *glua.LState, n int) {
	if n >= worthAsking {
		hostOf(L).limiter.room(L, n)
	}
}

// interrupt raises an error if the state's context has ended. Loops in Go have to ask, as only Lua instructions are
// interrupted by themselves.
func interrupt(L *glua.LState) {
	if err := interrupted(L)(); err != nil {
		L.RaiseError("%s", err)
	}
}

func interrupted(L *glua.LState) func() error {
	ctx := L.Context()
	if ctx == nil {
		return func() error { return nil }
	}
	return func() error { return context.Cause(ctx) }
}
