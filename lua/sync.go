package lua

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/guard"
	"lsyncgo/engine/tunnel"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// script is one sync{}: its table, its inlet, and its actions for core.
type script struct {
	r     *Runtime
	place string // file:line of the sync call
	name  string
	given *glua.LTable // as the config wrote it
	table *glua.LTable // with everything inherited
	inlet *glua.LTable

	filters, excludes []filter.Rule
	path              string   // of the source as the config has it, absolute
	sourceFault       *Problem // of a source that may still appear
	timetable         []timetable
	tunnel            *tunnel.Config
	caps              capabilities
	refused           bool // its prepare has found a fault

	former map[string]glua.LValue // maxProcesses and maxDelays as Lsyncd would have them

	plans map[*core.Agent]*plan // of what runs
	sent  time.Time             // when the last one ended, or this began
	swept map[string]bool       // directories that the next plan sweeps; true: with all below

	home     *guard.Target // of syncs with a target on this machine
	homePath string
	renewed  atomic.Pointer[error] // home has found a target that needs everything
	other    atomic.Pointer[error] // home has found another target, which is not to be touched
	linked   atomic.Bool           // a stranger's link was in the way to the source or the target

	warned sync.Map // what was said of the target, by text

	inherited []*plan     // of transfers that ended unheard, or will, before the next one begins
	sweeper   *core.Agent // for which transfer.sweep was called last, and what it gave
	sweeps    *plan

	definition string // its digest without the source, to which links may lead
	config     core.SyncConfig
	sync       *core.Sync // nil until Attach
}

// prepareLevel is what prepare gets as its second argument: the level with
// which error() points out of it.
const prepareLevel = 4

// globalSync is sync{}.
func (r *Runtime) globalSync(L *glua.LState) int {
	if !r.loading {
		L.RaiseError("sync{} can only be called while the config is loaded")
	}
	given, ok := L.Get(1).(*glua.LTable)
	if !ok {
		L.RaiseError("sync takes a table, sync{ default.rsync, source = ..., target = ... }; it got %s", values.Describe(L.Get(1)))
	}
	s, err := r.declare(given, where(L))
	if err != nil {
		throw(L, err)
	}
	lua53.Room(L, 0) // a limit may have been reached in Go code
	L.Push(s.inlet)
	return 1
}

// declare takes in one sync. Its faults become problems; the error is an *ExitError.
func (r *Runtime) declare(given *glua.LTable, place string) (*script, error) {
	s := &script{r: r, place: place, given: given, table: r.L.NewTable(), plans: map[*core.Agent]*plan{}}
	r.scripts = append(r.scripts, s)
	s.name = fmt.Sprintf("Sync%d", len(r.scripts))
	s.inlet = r.newInlet(s)
	values.Inherit(r.L, s.table, given, false)
	s.completeBorrowed()
	values.Inherit(r.L, s.table, r.presets.table, false)
	s.takeName()
	s.legacy()
	s.takeLeniently()
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.table.RawSetString("name", glua.LString(s.name))
	s.remember()
	s.check()
	r.slips = nil
	return s, nil
}

func (s *script) takeName() {
	switch v := s.table.RawGetString("name").(type) {
	case *glua.LNilType:
	case glua.LString:
		for _, other := range s.r.scripts {
			if other != s && other.name == string(v) {
				s.problem("choose another name", "the name is taken by the sync at %s", other.place)
			}
		}
		s.name = string(v)
	default:
		s.problem("write name = \"...\"", "name must be a string, not %s", values.Describe(v))
	}
}

func (s *script) problem(remedy, format string, args ...any) {
	s.r.problem(at(s.place, s.name, remedy, format, args...))
}

func (s *script) warn(remedy, format string, args ...any) {
	s.r.warn(at(s.place, s.name, remedy, format, args...))
}

// legacy names keys that Lsyncd had long ago, or takes without using them.
func (s *script) legacy() {
	for _, key := range []string{"rsyncOpts", "rsyncOps"} {
		if s.table.RawGetString(key) != glua.LNil {
			s.table.RawSetString(key, glua.LNil)
			s.problem(`use rsync = { archive = true, ..., _extra = { "--option" } }`, "%s is gone", key)
		}
	}
	if s.table.RawGetString("xargs") != glua.LNil {
		s.table.RawSetString("xargs", glua.LNil)
		s.warn("remove it", "xargs is ignored: no command line gets too long")
	}
}

// prepare calls the sync's own check.
func (s *script) prepare() error {
	fn := s.table.RawGetString("prepare")
	if fn.Type() != glua.LTFunction { // none, or one that the check of types refuses
		return nil
	}
	s.r.preparing = s
	defer func() { s.r.preparing = nil }()
	err := s.r.call("", fn, 0, s.table, glua.LNumber(prepareLevel))
	var exit *ExitError
	if errors.As(err, &exit) {
		return exit
	}
	var fault *ScriptError
	if errors.As(err, &fault) {
		s.faults(fault)
	}
	return nil
}

// faults records what prepare raised, a problem a line.
func (s *script) faults(fault *ScriptError) {
	place := fault.Place
	if place == "" || embedded(place) {
		place = s.place
	}
	s.refused = true
	for _, line := range strings.Split(fault.Message, "\n") {
		p := at(place, s.name, "", "%s", strings.TrimSpace(line))
		if i := strings.LastIndex(p.Text, " ("); i > 0 && strings.HasSuffix(p.Text, ")") {
			p.Text, p.Remedy = p.Text[:i], p.Text[i+2:len(p.Text)-1]
		}
		s.r.problem(p)
	}
}

// check looks at everything that does not depend on settings.
func (s *script) check() {
	s.checkTypes()
	s.readCapabilities()
	s.checkZeros()
	s.checkSource()
	s.checkActions()
	s.compileStrings()
	s.readRules()
	s.readTimetable()
	s.readTunnel()
}

// syncKeys are the keys that mean the same to every sync.
var syncKeys = schema.Table[script]{Keys: append([]schema.Key[script]{
	{Name: "source", Value: ofType("a string", glua.LTString), Example: `"/directory"`, Doc: "the directory that is watched"},
	{Name: "target", Value: ofType("a string", glua.LTString), Example: `"/directory"`, Doc: "where its files go"},
	{Name: "delay", Value: schema.Checked[script](schema.Seconds), Example: "seconds", Doc: "how long an event waits for others, in seconds"},
	{Name: "maxDelays", Value: schema.Checked[script](schema.Count), Default: "1000", Example: "500", Doc: "so many waiting events are acted on at once, delay or not"},
	{Name: "maxProcesses", Value: schema.Checked[script](schema.Count), Default: "1", Example: "4", Doc: "most processes at a time"},
	{Name: "guard", Value: schema.Checked[script](guardKind), Example: guardExample, Doc: "holds the sync if it would delete too much"},
	{Name: "subdirs", Value: schema.Checked[script](schema.Flag), Default: "true", Example: "false", Doc: "whether directories in the source are watched, too"},
	{Name: "monitor", Value: ofType("a string", glua.LTString), Example: `"poll"`, Doc: "how changes are noticed"},
	{Name: "action", Value: ofType("a function", glua.LTFunction), Doc: "takes events from the inlet and acts on them"},
	{Name: "collect", Value: ofType("a function", glua.LTFunction), Doc: "judges how a process ended"},
	{Name: "full", Value: ofType("a function", glua.LTFunction), Doc: "brings everything into step"},
	{Name: "init", Value: ofType("a function, true or false", glua.LTFunction, glua.LTBool), Doc: "the startup"},
	{Name: "prepare", Value: ofType("a function", glua.LTFunction, glua.LTBool), Doc: "checks and completes the sync when it is read"},
	{Name: "exitcodes", Value: ofType("a table", glua.LTTable, glua.LTBool), Example: `{ [0] = "ok" }`, Doc: "what exit codes mean"},
	{Name: "capabilities", Value: ofType("a table", glua.LTTable), Doc: "what a preset declares about itself"},
	{Name: "checkgauge", Value: ofType("a table", glua.LTTable), Doc: "the keys that a sync may have"},
	{Name: "unsafeShell", Value: ofType("true or false", glua.LTBool), Default: "false", Example: "true", Doc: "commands may have a shell evaluate file names"},
}, handlerKeys()...)}

func ofType(wants string, types ...glua.LValueType) schema.Value[script] {
	return schema.Checked[script](schema.OfType(wants, types...))
}

func handlerKeys() (list []schema.Key[script]) {
	for _, key := range handlers {
		list = append(list, schema.Key[script]{Name: key, Value: ofType("a function, a string, true or false", glua.LTFunction, glua.LTString, glua.LTBool),
			Doc: "what to do about such an event: a function, or a command"})
	}
	return list
}

// handlers are the keys that are called on an event.
var handlers = []string{"onAttrib", "onCreate", "onModify", "onDelete", "onMove", "onFull", "onStartup"}

func (s *script) checkTypes() {
	for _, key := range syncKeys.Names() {
		v := s.table.RawGetString(key)
		if v == glua.LNil {
			continue
		}
		taken, found := syncKeys.Take(key, v, s)
		s.r.report(found, s.place, s.name, "", "it")
		if taken == nil {
			taken = glua.LNil
		}
		s.table.RawSetString(key, taken)
	}
	for _, key := range values.ExitTables {
		s.checkExitCodes(key)
	}
}

func (s *script) checkExitCodes(key string) {
	table, ok := s.table.RawGetString(key).(*glua.LTable)
	if !ok {
		return
	}
	table.ForEach(func(k, v glua.LValue) {
		code, isNumber := k.(glua.LNumber)
		switch v {
		case glua.LString("ok"), glua.LString("again"), glua.LString("die"), glua.LString("partial"), glua.LFalse:
			if isNumber {
				return
			}
		}
		name := values.Describe(k)
		if isNumber {
			name = code.String()
		}
		s.problem(`write [code] = "ok", "again", "partial" or "die"`, "%s[%s] = %s is no exit code with a meaning", key, name, values.Describe(v))
	})
}

func withSlash(path string) string {
	if strings.HasSuffix(path, "/") {
		return path
	}
	return path + "/"
}

// checkActions demands something to do about events.
func (s *script) checkActions() {
	if a := s.table.RawGetString("action"); a != glua.LNil && !s.dispatches() {
		return
	}
	for _, key := range handlers[:6] {
		if glua.LVAsBool(s.table.RawGetString(key)) {
			return
		}
	}
	switch s.table.RawGetString("onStartup").(type) {
	case *glua.LFunction, glua.LString:
		return // a job to be done once
	}
	s.problem(or(s.r.presetSlip(), "inherit a preset, sync{ default.rsync, ... }, or add one of action onAttrib onCreate onModify onDelete onMove onFull"),
		"there is no action")
}

// resolve completes the definition, when all settings are known.
func (s *script) resolve() {
	settings := &s.r.settings.resolved
	if s.sourceFault != nil {
		if settings.Insist {
			s.r.warn(*s.sourceFault)
		} else {
			s.r.problem(*s.sourceFault)
		}
	}
	if settings.Monitor != "" && s.r.o.Monitor != "" {
		s.table.RawSetString("monitor", glua.LNil)
	}
	s.checkRelativeTarget()
	s.config = core.SyncConfig{
		Name: s.name, Place: s.place, CodesKey: s.codesKey(),
		Source: s.stringKey("source"), Given: s.path, Target: s.target(),
		Delay:          s.delay(settings),
		MaxDelays:      s.number("maxDelays", settings.MaxDelays, true),
		MaxProcesses:   s.number("maxProcesses", settings.MaxProcesses, false),
		Flat:           s.table.RawGetString("subdirs") == glua.LFalse,
		Mode:           settings.Mode,
		KeepMoves:      glua.LVAsBool(s.table.RawGetString("onMove")),
		Ignores:        s.ignores(),
		TakesTrees:     s.caps.trees,
		Mirrors:        s.mirrors(),
		Rules:          s.rules(),
		Actions:        s,
		HardLinks:      s.caps.hardLinks,
		HasInit:        s.table.RawGetString("init") != glua.LFalse,
		DeletesAtStart: s.deletesAtStart(),
		DeletesLive:    s.deletesLive(),
		MaxDelete:      s.maxDelete(settings),
		Monitor:        cmp.Or(s.stringKey("monitor"), settings.Monitor),
		Tunnel:         s.tunnel,
	}
	s.rememberTarget()
	s.checkOverlap()
	s.checkSurroundings()
	s.definition = s.digest()
	s.config.Digest = s.digestWithSource()
}

// codesKey is the key of the table that the sync's collect looks exit codes up in.
func (s *script) codesKey() string {
	if s.table.RawGetString("exitcodes") == glua.LFalse && s.table.RawGetString("rsyncExitCodes") != glua.LNil {
		return "rsyncExitCodes"
	}
	return "exitcodes"
}

func (s *script) stringKey(key string) string {
	v, _ := s.table.RawGetString(key).(glua.LString)
	return string(v)
}

func (s *script) target() string {
	if host := s.stringKey("host"); host != "" && s.stringKey("target") == "" {
		return host + ":" + s.stringKey("targetdir")
	}
	return or(s.stringKey("target"), s.stringKey("targetdir"))
}

// checkRelativeTarget: a daemon works in /, so a relative target would be a surprise.
func (s *script) checkRelativeTarget() {
	target := s.stringKey("target")
	if s.r.settings.resolved.NoDaemon && s.mirrors() && strings.HasPrefix(target, "~") && s.localTarget() != "" {
		s.warn(homeRemedy, "target %q is a directory called ~", target)
	}
	if s.r.settings.resolved.NoDaemon || target == "" || filepath.IsAbs(target) || s.localTarget() == "" {
		return
	}
	if s.mirrors() {
		remedy := "write the absolute path, or use -nodaemon"
		if strings.HasPrefix(target, "~") {
			remedy = homeRemedy
		}
		s.problem(remedy, "target %q is relative, and a daemon works in /", target)
	}
}

// ignores are the kinds of events that the default action finds no function for.
// An action of one's own may look at any.
func (s *script) ignores() (kinds []event.Kind) {
	if !s.dispatches() {
		return nil
	}
	for kind := event.Attrib; kind <= event.Delete; kind++ {
		if s.table.RawGetString("on"+kind.String()).Type() != glua.LTFunction {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
