package lua

import (
	"sync"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/lua/lua53"
)

// lifetime is how long a state is needed: until Close, or after Retire until what holds it has ended.
type lifetime struct {
	waits   *core.Timers // of what holds the state; nil until Bind
	holds   int
	depth   int // of calls of scripts that run
	retired bool
	closed  bool
}

// alarm is what was asked for before there was a machine.
type alarm struct {
	at   time.Time
	call func(now time.Time) error
}

// AddAlarm has call called at a time, on the goroutine of the loop, unless the runtime is retired before. Before Bind the timer is
// nil.
func (r *Runtime) AddAlarm(at time.Time, call func(now time.Time) error) *core.Timer {
	if r.timers == nil {
		r.alarms = append(r.alarms, alarm{at, call})
		return nil
	}
	return r.timers.Add(at, call)
}

// Wake has call called at a time, after Retire as well, for work that holds the runtime. It is for after Bind.
func (r *Runtime) Wake(at time.Time, call func(now time.Time) error) *core.Timer {
	return r.life.waits.Add(at, call)
}

// Hold keeps the state over Retire, until release is called: for work that scripts have begun and that goes on with them when
// it ends. Both belong to the runtime's goroutine. Only the first release counts.
func (r *Runtime) Hold() (release func()) {
	r.life.holds++
	return sync.OnceFunc(func() {
		r.life.holds--
		r.settle()
	})
}

// OnRetire has f called by Retire or Close, whichever is first. It ends what calls scripts without holding the runtime.
func (r *Runtime) OnRetire(f func()) { r.atRetire = append(r.atRetire, f) }

// Retire is for a runtime that another one has replaced: alarms, observers and shared ssh connections end now, as with Close, and the
// state when nothing holds it any more. What holds it can call scripts until then, and Post does nothing.
func (r *Runtime) Retire() {
	if r.life.retired {
		return
	}
	r.life.retired = true
	if r.timers != nil {
		r.timers.Retire() // they would call scripts that are gone
	}
	for _, f := range r.atRetire {
		f()
	}
	r.settle()
}

// Close ends everything the scripts started beside the loop, and waits for it, but for
// ssh connections: Wait does. The runtime must not be used afterwards, save for Close.
func (r *Runtime) Close() {
	r.life.holds = 0
	r.Retire()
	r.settle()
}

// Closed reports whether the state is gone.
func (r *Runtime) Closed() bool { return r.life.closed }

// enter and leave enclose each call of scripts: a state is not closed under the script that releases it.
func (r *Runtime) enter() {
	r.life.depth++
	r.Limit.Enter()
}

func (r *Runtime) leave() {
	r.Limit.Leave()
	r.life.depth--
	r.settle()
}

// settle closes the state if it is not needed any more.
func (r *Runtime) settle() {
	if l := &r.life; !l.retired || l.closed || l.holds > 0 || l.depth > 0 {
		return
	}
	r.life.closed = true
	if r.life.waits != nil {
		r.life.waits.Retire()
	}
	lua53.Close(r.L)
}
