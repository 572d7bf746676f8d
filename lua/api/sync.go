package api

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/guard"

	glua "github.com/yuin/gopher-lua"
)

// Sync is one sync{} while it runs: its table, its inlet and its functions, which core calls as its Actions. Its Definition
// makes it while the config is loaded, and may be forgotten then.
type Sync struct {
	r     *Scripts
	Place string // file:line of the sync call
	Name  string
	Table *glua.LTable // with everything inherited
	Inlet *glua.LTable
	// Fallback are the functions for init and full where the table says true.
	Fallback map[string]glua.LValue

	Filters, Excludes []filter.Rule
	Timetable         []Timetable
	Fsync             bool

	plans map[*core.Agent]*plan // of what runs
	sent  time.Time             // when the last one ended, or this began
	swept map[string]bool       // directories that the next plan sweeps; true: with all below

	targetGuard *guard.Target // of syncs with a target on this machine
	targetPath  string
	renewed     atomic.Pointer[error] // targetGuard has found a target that needs everything
	other       atomic.Pointer[error] // targetGuard has found another target, which is not to be touched
	linked      atomic.Bool           // a stranger's link was in the way to the source or the target

	warned sync.Map // what was said of the target, by text

	inherited []*plan     // of transfers that ended unheard, or will, before the next one begins
	sweeper   *core.Agent // for which transfer.sweep was called last, and what it gave
	sweeps    *plan

	definition string // its digest without the source, to which links may lead
	config     core.SyncConfig
	sync       *core.Sync // nil until Attach
}

// NewSync makes a sync, which is still to be defined. place is where its definition stands.
func (r *Scripts) NewSync(place string) *Sync {
	s := &Sync{r: r, Place: place, Table: r.L.NewTable(), plans: map[*core.Agent]*plan{}}
	s.Inlet = r.newInlet(s)
	r.syncs = append(r.syncs, s)
	return s
}

// Define completes the sync when its config is resolved. digest identifies its definition but for the source.
func (s *Sync) Define(c core.SyncConfig, digest string) {
	s.config, s.definition = c, digest
	s.config.Digest = s.digestWithSource()
}

// GuardTarget has what writes to a target on this machine see that it is still the same one.
func (s *Sync) GuardTarget(path string) { s.targetGuard, s.targetPath = &guard.Target{}, path }

// StringKey is the text of a key of the sync, "" if it has none.
func (s *Sync) StringKey(key string) string {
	v, _ := s.Table.RawGetString(key).(glua.LString)
	return string(v)
}

// Target is where the sync brings things, as the config names it.
func (s *Sync) Target() string {
	if host := s.StringKey("host"); host != "" && s.StringKey("target") == "" {
		return host + ":" + s.StringKey("targetdir")
	}
	return cmp.Or(s.StringKey("target"), s.StringKey("targetdir"))
}

// Rules are the filters, then the excludes: that is the order in which they are tried.
func (s *Sync) Rules() []filter.Rule {
	return append(append([]filter.Rule(nil), s.Filters...), s.Excludes...)
}

// digestWithSource identifies the sync's definition, with the directory that its source is now.
func (s *Sync) digestWithSource() string { return s.definition + " " + s.config.Source }

// addTunnelEnd adds the local end that work for what x stands for shall use.
func (s *Sync) addTunnelEnd(to *glua.LTable, x *ref) {
	if s.sync == nil {
		return
	}
	var agent *core.Agent
	if x != nil {
		agent = x.agent
	}
	end, ok := s.sync.Through(agent)
	if !ok {
		return
	}
	to.RawSetString("localhost", glua.LString(end.Host))
	if end.Port != 0 {
		to.RawSetString("localport", glua.LNumber(end.Port))
	}
}
