package lua

import (
	"lsyncgo/engine/core"
)

// Scripts are the syncs of one config while they run, and what their functions can call.
type Scripts struct {
	*Runtime
	metas    metatables
	syncs    []*Sync // in order
	observed observers
	sockets  controlSockets
}

// newScripts gives the scripts of a state everything that they can call.
func newScripts(r *Runtime) *Scripts {
	s := &Scripts{Runtime: r, sockets: controlSockets{limit: maxControlDir}}
	s.observed.r = s
	s.openGlobals()
	r.onBind(s.observed.start)
	r.onClose(s.observed.close)
	r.onClose(s.sockets.close)
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
	x.sync, x.sent = s, r.now()
	x.startTimetable()
}

// Succeed takes over, after the last Attach, what the runtime of the former config knows and no config
// says: rules that were changed while a sync ran that goes on, and where temporary files may be.
func (r *Scripts) Succeed(former *Scripts) {
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

// Wait returns when the ssh connections that Close has let go of are closed, after a few seconds at the latest.
// Any goroutine may call it.
func (r *Scripts) Wait() { r.sockets.wait() }
