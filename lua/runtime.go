package lua

import (
	"fmt"
	"path/filepath"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/lua/lua53"
)

// Runtime owns the Lua state of a config and calls its functions. While the config is loaded it belongs to the goroutine
// that loads it, from Bind on to the one that runs the loop.
type Runtime struct {
	L     *glua.LState
	Log   core.Log
	dir   string // what relative paths are relative to
	clock func() time.Time
	Limit *lua53.Limiter

	loading bool
	exit    *ExitError // of a script while it was loaded
	own     []string   // globals that Lsyncd does not have

	// core, post and timers are nil until Bind.
	core   *core.Core
	post   func(func())
	timers *core.Timers
	alarms []alarm // asked for while loading
	atBind []func()
	// atRetire end what could call scripts by itself.
	atRetire []func()

	life lifetime
}

// StateOptions say how the state of a config is made.
type StateOptions struct {
	Dir      string           // what relative paths are relative to; absolute
	Log      core.Log         // takes what scripts log; nil: nobody does
	Now      func() time.Time // the time until Bind; nil is time.Now
	Print    func(line string)
	ReadOnly bool // what scripts would run, write or remove is not done
}

// New makes a state with the libraries of Lua.
func New(o StateOptions) *Runtime {
	r := &Runtime{L: lua53.NewState(), Log: o.Log, dir: o.Dir, clock: o.Now, loading: true}
	r.Limit = lua53.LimiterOf(r.L)
	if r.Log == nil {
		r.Log = unheard{}
	}
	if o.ReadOnly {
		lua53.SetReadOnly(r.L)
	}
	if r.clock == nil {
		r.clock = time.Now
	}
	if o.Print != nil {
		lua53.SetPrint(r.L, o.Print)
	}
	return r
}

// ExitError says that a script called terminate or os.exit while it was loaded.
type ExitError struct {
	Code  int
	Place string
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("%s: the script ended the program with exit code %d", e.Place, e.Code)
}

// Terminate ends the program, and the script that runs on L with it. Negative codes
// are what an exit status makes of them.
func (r *Runtime) Terminate(L *glua.LState, code int) {
	exit := &ExitError{Code: code & 0xff, Place: Where(L)}
	if r.core != nil {
		r.core.Terminate(exit.Code, exit.Error())
	} else if r.exit == nil {
		r.exit = exit
	}
	Throw(L, exit)
}

// Exited returns how a script has ended the program while it was loaded, even if pcall has caught it; nil: none has.
func (r *Runtime) Exited() *ExitError { return r.exit }

// Loading reports whether the config is being loaded. Loaded ends that.
func (r *Runtime) Loading() bool { return r.loading }

// Loaded ends the loading: what only a config may do is an error from now on.
func (r *Runtime) Loaded() { r.loading = false }

// Core is the machine that Bind has connected the runtime with, nil before.
func (r *Runtime) Core() *core.Core { return r.core }

// Post has f run on the goroutine of the loop; see Bind. Any goroutine may call it.
func (r *Runtime) Post(f func()) { r.post(f) }

// Interrupt ends the callback that is running, if one is. Any goroutine may call it.
func (r *Runtime) Interrupt() { r.Limit.Interrupt() }

// Anchored makes path absolute.
func (r *Runtime) Anchored(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// Bind connects the runtime with the machine, after core.New, or after Reload for a
// runtime that replaces another. From now on the runtime belongs to the goroutine that
// runs the loop. post has f run on that goroutine, between two steps; any
// goroutine may call it, and it may drop f when the loop has ended.
func (r *Runtime) Bind(c *core.Core, post func(f func())) {
	r.core, r.post, r.timers, r.life.waits = c, post, c.NewTimers(), c.LastingTimers()
	for _, a := range r.alarms {
		r.timers.Add(a.at, a.call)
	}
	r.alarms = nil
	for _, f := range r.atBind {
		f()
	}
}

// OnBind has f called by Bind.
func (r *Runtime) OnBind(f func()) { r.atBind = append(r.atBind, f) }

// Now is the time as scripts see it.
func (r *Runtime) Now() time.Time {
	if r.core != nil {
		if t := r.core.Now(); !t.IsZero() {
			return t
		}
	}
	return r.clock()
}

// unheard is a log that nobody reads.
type unheard struct{}

func (unheard) Log(string, ...any)  {}
func (unheard) Enabled(string) bool { return false }
