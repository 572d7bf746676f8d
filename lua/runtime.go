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
	log   core.Log
	dir   string // what relative paths are relative to
	clock func() time.Time
	metas metatables
	limit *lua53.Limiter
	syncs []*Sync // in order

	loading bool
	exit    *ExitError // of a script that ended the program while it was loaded, even if pcall has caught it

	// core, post and timers are nil until Bind.
	core    *core.Core
	post    func(func())
	timers  *core.Timers
	alarms  []pendingAlarm // asked for while loading
	watched observers
	masters masters
}

// newRuntime makes a state with what scripts can call at any time.
func newRuntime(o Options) *Runtime {
	r := &Runtime{L: lua53.NewState(), log: o.Log, dir: o.Dir, clock: o.Now, loading: true, masters: masters{limit: maxControlDir}}
	r.limit = lua53.LimiterOf(r.L)
	if r.log == nil {
		r.log = unheard{}
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
	r.openGlobals()
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

// Interrupt ends the callback that is running, if one is. Any goroutine may call it.
func (r *Runtime) Interrupt() { r.limit.Interrupt() }

// anchored makes path absolute.
func (r *Runtime) anchored(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// Syncs returns what the definitions were resolved into, in the order of the config.
func (r *Runtime) Syncs() []core.SyncConfig {
	list := make([]core.SyncConfig, len(r.syncs))
	for i, s := range r.syncs {
		list[i] = s.config
	}
	return list
}

// Bind connects the runtime with the machine, after core.New, or after Reload for a
// runtime that replaces another. From now on the runtime belongs to the goroutine that
// runs the loop. post has f run on that goroutine, between two steps; any
// goroutine may call it, and it may drop f when the loop has ended.
func (r *Runtime) Bind(c *core.Core, post func(f func())) {
	r.core, r.post, r.timers = c, post, c.NewTimers()
	for _, a := range r.alarms {
		r.timers.Add(a.at, a.call)
	}
	r.alarms = nil
	r.watched.start(r)
}

// Attach connects one sync with its definition, after Bind, for each sync in the order of Syncs.
func (r *Runtime) Attach(s *core.Sync) {
	x, ok := s.Config().Actions.(*Sync)
	if !ok || x.r != r {
		return
	}
	x.sync, x.sent = s, r.now()
	x.startTimetable()
}

// Succeed takes over, after the last Attach, what the runtime of the former config knows and no config
// says: rules that were changed while a sync ran that goes on, and where temporary files may be.
func (r *Runtime) Succeed(former *Runtime) {
	for _, s := range r.syncs {
		for _, old := range former.syncs {
			s.keepTarget(old)
			if old.name != s.name || old.config.Source != s.config.Source || old.config.Target != s.config.Target {
				continue
			}
			if s.sync == old.sync {
				s.filters, s.excludes = old.filters, old.excludes
			}
			s.inherit(old)
		}
	}
}

// Close ends everything the scripts started beside the loop, and waits for it, but for
// ssh connections: Wait does. The runtime must not be used afterwards.
func (r *Runtime) Close() {
	if r.timers != nil {
		r.timers.Retire() // they would call scripts that are gone
	}
	r.watched.close()
	r.masters.close()
	lua53.Close(r.L)
}

// Wait returns when the ssh connections that Close has let go of are closed, after a few seconds at the latest.
// Any goroutine may call it.
func (r *Runtime) Wait() { r.masters.wait() }

// now is the time as scripts see it.
func (r *Runtime) now() time.Time {
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

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
