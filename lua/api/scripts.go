// Package api is what scripts see: it gives them their globals, turns events, lists and inlets into Lua values, and runs the
// actions of the syncs for core.
//
// All of it belongs to the goroutine of its Runtime. Only what runs beside the loop, the feeding of a path plan or a
// transfer, is done by other goroutines, and that never touches the Lua state.
package api

import (
	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/lua"
)

// Scripts are the syncs of one config while they run, and what their functions can call.
type Scripts struct {
	*lua.Runtime
	// Jobs begins functions that may wait.
	Jobs     Jobs
	metas    metatables
	syncs    []*Sync // in order
	observed observers
	sockets  controlSockets
}

// Jobs are the jobs of the runtime; lua/jobs has them.
type Jobs interface {
	// Begin calls a function as a job, which may end before Begin returns. done is called once, when it has ended, with its error. about
	// says in messages what for, and is called only when there is one. kill ends it early.
	Begin(fn *glua.LFunction, about func() string, done func(err error), args ...glua.LValue) (kill func())
}

// New gives the scripts of a state everything that they can call.
func New(r *lua.Runtime) *Scripts {
	s := &Scripts{Runtime: r, sockets: controlSockets{limit: maxControlDir}}
	s.observed.r = s
	s.openGlobals()
	r.OnBind(s.observed.start)
	r.OnRetire(s.observed.close)
	r.OnRetire(s.sockets.close)
	return s
}

// Syncs returns what the definitions were resolved into, in the order of the config.
func (r *Scripts) Syncs() []core.SyncConfig {
	list := make([]core.SyncConfig, len(r.syncs))
	for i, s := range r.syncs {
		list[i] = s.config
	}
	return list
}

// Attach connects one sync with its definition, after Bind, for each sync in the order of Syncs.
func (r *Scripts) Attach(s *core.Sync) {
	x, ok := s.Config().Actions.(*Sync)
	if !ok || x.r != r {
		return
	}
	x.sync, x.sent = s, r.Now()
	x.startTimetable()
}

// Succeed takes over, after the last Attach, what the runtime of the former config knows and no config
// says: rules that were changed while a sync ran that goes on, and where temporary files may be.
func (r *Scripts) Succeed(former *Scripts) {
	for _, s := range r.syncs {
		for _, old := range former.syncs {
			s.keepTarget(old)
			if old.Name != s.Name || old.config.Source != s.config.Source || old.config.Target != s.config.Target {
				continue
			}
			if s.sync == old.sync {
				s.Filters, s.Excludes = old.Filters, old.Excludes
			}
			s.inherit(old)
		}
	}
}

// Wait returns when the ssh connections that Retire or Close has let go of are closed, after a few seconds at the latest.
// Any goroutine may call it.
func (r *Scripts) Wait() { r.sockets.wait() }
