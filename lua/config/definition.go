package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/tunnel"
	"lsyncgo/lua"
	"lsyncgo/lua/api"
	"lsyncgo/lua/digest"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// Definition is what a sync{} of the config says. It ends with loading: what runs is the Sync in it.
type Definition struct {
	Sync        *api.Sync
	r           *Config
	given       *glua.LTable     // as the config wrote it
	path        string           // of the source as the config has it, absolute
	sourceFault *problem.Problem // of a source that may still appear
	tunnel      *tunnel.Config
	caps        capabilities
	texts       texts
	config      core.SyncConfig // when all settings are known
	refused     bool            // its prepare has found a fault

	lsyncdValues map[string]glua.LValue // maxProcesses and maxDelays as Lsyncd would have them
}

// prepareLevel is what prepare gets as its second argument: the level with
// which error() points out of it.
const prepareLevel = 4

// globalSync is sync{}.
func (r *Config) globalSync(L *glua.LState) int {
	given, ok := L.Get(1).(*glua.LTable)
	if !ok {
		L.RaiseError("sync takes a table, sync{ default.rsync, source = ..., target = ... }; it got %s", values.Describe(L.Get(1)))
	}
	s, err := r.declare(given, lua.Where(L))
	if err != nil {
		lua.Throw(L, err)
	}
	lua53.Room(L, 0) // a limit may have been reached in Go code
	L.Push(s.Sync.Inlet)
	return 1
}

// declare takes in one sync. Its faults become problems; the error is an *ExitError.
func (r *Config) declare(given *glua.LTable, place string) (*Definition, error) {
	s := &Definition{Sync: r.Scripts.NewSync(place), r: r, given: given}
	r.definitions = append(r.definitions, s)
	s.Sync.Name = fmt.Sprintf("Sync%d", len(r.definitions))
	values.Inherit(r.Scripts.L, s.Sync.Table, given, false)
	s.completeBorrowed()
	values.Inherit(r.Scripts.L, s.Sync.Table, r.presets.table, false)
	s.takeName()
	s.legacy()
	s.takeWhatCounts()
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.Sync.Table.RawSetString("name", glua.LString(s.Sync.Name))
	s.rememberSettings()
	s.check()
	r.undefined = nil
	return s, nil
}

func (s *Definition) takeName() {
	switch v := s.Key("name").(type) {
	case *glua.LNilType:
	case glua.LString:
		if v == "" { // nobody could say which sync is meant
			s.warn("leave it out, or give it one", "name is empty, and the sync is called %s", s.Sync.Name)
			return
		}
		for _, other := range s.r.definitions {
			if other != s && other.Sync.Name == string(v) {
				s.problem("choose another name", "the name is taken by the sync at %s", s.r.shownPlace(other.Sync.Place))
			}
		}
		s.Sync.Name = string(v)
	default:
		s.problem("write name = \"...\"", "name must be a string, not %s", values.Describe(v))
	}
}

func (s *Definition) problem(remedy, format string, args ...any) {
	s.r.found.Add(problem.At(s.Sync.Place, s.Sync.Name, remedy, format, args...))
}

func (s *Definition) warn(remedy, format string, args ...any) {
	s.r.found.Warn(problem.At(s.Sync.Place, s.Sync.Name, remedy, format, args...))
}

// legacy names keys that Lsyncd had long ago, or takes without using them.
func (s *Definition) legacy() {
	for _, key := range []string{"rsyncOpts", "rsyncOps"} {
		if s.Key(key) != glua.LNil {
			s.Sync.Table.RawSetString(key, glua.LNil)
			s.problem(`use rsync = { archive = true, ..., _extra = { "--option" } }`, "%s is gone", key)
		}
	}
	if s.Key("xargs") != glua.LNil {
		s.Sync.Table.RawSetString("xargs", glua.LNil)
		s.warn("remove it", "xargs is ignored: no command line gets too long")
	}
}

// prepare calls the sync's own check.
func (s *Definition) prepare() error {
	fn := s.Key("prepare")
	if fn.Type() != glua.LTFunction { // none, or one that the check of types refuses
		return nil
	}
	s.r.preparing = s
	defer func() { s.r.preparing = nil }()
	err := s.r.Scripts.Call("", fn, 0, s.Sync.Table, glua.LNumber(prepareLevel))
	var exit *lua.ExitError
	if errors.As(err, &exit) {
		return exit
	}
	var fault *lua.ScriptError
	if errors.As(err, &fault) {
		s.faults(fault)
	}
	return nil
}

// faults records what prepare raised, a problem a line.
func (s *Definition) faults(fault *lua.ScriptError) {
	place := fault.Place
	if place == "" || lua.Embedded(place) {
		place = s.Sync.Place
	}
	s.refused = true
	for _, line := range strings.Split(fault.Message, "\n") {
		p := problem.At(place, s.Sync.Name, "", "%s", strings.TrimSpace(line))
		if i := strings.LastIndex(p.Text, " ("); i > 0 && strings.HasSuffix(p.Text, ")") {
			p.Text, p.Remedy = p.Text[:i], p.Text[i+2:len(p.Text)-1]
		}
		s.r.found.Add(p)
	}
}

// check looks at everything that does not depend on settings.
func (s *Definition) check() {
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
var syncKeys = schema.Table[Definition]{Keys: append([]schema.Key[Definition]{
	{Name: "source", Value: ofType("a string", glua.LTString), Example: `"/directory"`, Doc: "the directory that is watched"},
	{Name: "target", Value: ofType("a string", glua.LTString), Example: `"/directory"`, Doc: "where its files go"},
	{Name: "delay", Value: schema.Checked[Definition](schema.Seconds), Example: "seconds", Doc: "how long an event waits for others, in seconds"},
	{Name: "maxDelays", Value: schema.Checked[Definition](schema.Count), Default: "1000", Example: "500", Doc: "so many waiting events are acted on at once, delay or not"},
	{Name: "maxProcesses", Value: schema.Checked[Definition](schema.Count), Default: "1", Example: "4", Doc: "most processes at a time"},
	{Name: "guard", Value: schema.Checked[Definition](guardKind), Example: guardExample, Since: "0.1.0", Doc: "holds the sync if it would delete too much"},
	{Name: "subdirs", Value: schema.Checked[Definition](schema.Flag), Default: "true", Example: "false", Since: "0.1.0", Doc: "whether directories in the source are watched, too"},
	{Name: "monitor", Value: ofType("a string", glua.LTString), Example: `"poll"`, Since: "0.1.0", Doc: "how changes are noticed"},
	{Name: "pollInterval", Value: schema.Checked[Definition](schema.Interval), Default: "60", Example: "10", Since: "0.1.0", Doc: "how often a monitor that compares listings lists everything, in seconds"},
	{Name: "action", Value: ofType("a function", glua.LTFunction), Doc: "takes events from the inlet and acts on them"},
	{Name: "collect", Value: ofType("a function", glua.LTFunction), Doc: "judges how a process ended"},
	{Name: "full", Value: ofType("a function", glua.LTFunction), Since: "0.1.0", Doc: "brings everything into step"},
	{Name: "init", Value: ofType("a function, true or false", glua.LTFunction, glua.LTBool), Doc: "the startup"},
	{Name: "prepare", Value: ofType("a function", glua.LTFunction, glua.LTBool), Doc: "checks and completes the sync when it is read"},
	{Name: "exitcodes", Value: schema.Checked[Definition](schema.Verdicts), Example: `{ [0] = "ok" }`, Doc: "what exit codes mean"},
	{Name: "exclude", Value: schema.To(schema.Texts, func(s *Definition) *[]string { return &s.texts.exclude }), Example: `{ "*.tmp" }`, Doc: "what is left alone"},
	{Name: "excludeFrom", Value: schema.To(schema.Texts, func(s *Definition) *[]string { return &s.texts.excludeFrom }), Example: `"/etc/lsyncgo/excludes"`, Doc: "a file of excludes, one in each line"},
	{Name: "filter", Value: schema.To(schema.Texts, func(s *Definition) *[]string { return &s.texts.filter }), Example: `{ "+ *.c", "- *" }`, Doc: "rules of rsync, of which the first that matches decides; excludes come after them"},
	{Name: "filterFrom", Value: schema.To(schema.Texts, func(s *Definition) *[]string { return &s.texts.filterFrom }), Example: `"/etc/lsyncgo/filters"`, Doc: "a file of such rules, one in each line"},
	{Name: "crontab", Value: schema.To(schema.Texts, func(s *Definition) *[]string { return &s.texts.crontab }), Since: "0.1.0", Example: `"0 30 3 * * *"`, Doc: "when everything is brought into step again: second, minute, hour, day, month and day of the week"},
	{Name: "capabilities", Value: schema.To(schema.Within("a table", &capabilityKeys), func(s *Definition) *capabilities { return &s.caps }), Since: "0.1.0", Doc: "what a preset declares about itself"},
	{Name: "checkgauge", Value: ofType("a table", glua.LTTable), Doc: "the keys that a sync may have"},
	{Name: "unsafeShell", Value: ofType("true or false", glua.LTBool), Default: "false", Example: "true", Since: "0.1.0", Doc: "commands may have a shell evaluate file names"},
}, handlerKeys()...)}

// presetKeys are keys of presets that are checked in every sync: their values are not the sort that a checkgauge can name.
var presetKeys = schema.Table[Definition]{Keys: []schema.Key[Definition]{
	{Name: "rsyncExitCodes", Value: schema.Checked[Definition](schema.Verdicts), Example: `{ [23] = "ok" }`, Doc: "what those of rsync mean, with a preset that starts other programs, too"},
	{Name: "sshExitCodes", Value: schema.Checked[Definition](schema.Verdicts), Example: `{ [255] = "die" }`, Doc: "what those of ssh mean, with default.rsyncssh"},
}}

func ofType(wants string, types ...glua.LValueType) schema.Value[Definition] {
	return schema.Checked[Definition](schema.OfType(wants, types...))
}

func handlerKeys() (list []schema.Key[Definition]) {
	docs := map[string]string{"onExist": "what to do about each entry that is there at the startup: a function, which may wait, or a command",
		"onEndExist": "what to do when onExist has had them all"}
	since := map[string]string{"onExist": "0.1.0", "onEndExist": "0.1.0", "onFull": "0.1.0"}
	for _, key := range handlers {
		list = append(list, schema.Key[Definition]{Name: key, Since: since[key], Value: ofType("a function, a string, true or false", glua.LTFunction, glua.LTString, glua.LTBool),
			Doc: cmp.Or(docs[key], "what to do about such an event: a function, or a command")})
	}
	return list
}

// handlers are the keys that are called on an event.
var handlers = []string{"onAttrib", "onCreate", "onModify", "onDelete", "onMove", "onFull", "onExist", "onEndExist", "onStartup"}

func (s *Definition) checkTypes() {
	s.caps, s.texts = capabilities{}, texts{} // prepare may have taken away what was there
	for _, keys := range []*schema.Table[Definition]{&syncKeys, &presetKeys} {
		for _, key := range keys.Names() {
			v := s.Key(key)
			if v == glua.LNil {
				continue
			}
			taken, found := keys.Take(key, v, s)
			s.r.found.Report(found, s.Sync.Place, s.Sync.Name, "", "it")
			if taken == nil {
				taken = glua.LNil
			}
			s.Sync.Table.RawSetString(key, taken)
		}
	}
}

// checkActions demands something to do about events.
func (s *Definition) checkActions() {
	if a := s.Key("action"); a != glua.LNil && !s.dispatches() {
		return
	}
	for _, key := range handlers[:8] {
		if glua.LVAsBool(s.Key(key)) {
			return
		}
	}
	switch s.Key("onStartup").(type) {
	case *glua.LFunction, glua.LString:
		return // a job to be done once
	}
	s.problem(cmp.Or(s.r.undefinedPreset(), "inherit a preset, sync{ default.rsync, ... }, or add one of action onAttrib onCreate onModify onDelete onMove onFull"),
		"there is no action")
}

// resolve completes the definition, when all settings are known.
func (s *Definition) resolve() {
	settings := &s.r.settings.resolved
	if s.sourceFault != nil {
		s.r.missing(*s.sourceFault)
	}
	if settings.Monitor != "" && s.r.o.Monitor != "" {
		s.Sync.Table.RawSetString("monitor", glua.LNil)
	}
	s.checkRelativeTarget()
	s.config = core.SyncConfig{
		Name: s.Sync.Name, Place: s.Sync.Place, CodesKey: s.codesKey(),
		Source: s.Sync.StringKey("source"), Given: s.path, Target: s.Sync.Target(),
		Delay:          s.delay(settings),
		MaxDelays:      s.number("maxDelays", settings.MaxDelays, true),
		MaxProcesses:   s.number("maxProcesses", settings.MaxProcesses, false),
		Flat:           s.Key("subdirs") == glua.LFalse,
		Mode:           settings.Mode,
		KeepMoves:      glua.LVAsBool(s.Key("onMove")),
		Ignores:        s.ignores(),
		TakesTrees:     s.caps.trees,
		Mirrors:        s.mirrors(),
		Rules:          s.Sync.Rules(),
		Actions:        s.Sync,
		HardLinks:      s.caps.hardLinks,
		HasInit:        s.Key("init") != glua.LFalse,
		TellsExisting:  glua.LVAsBool(s.Key("onExist")) || glua.LVAsBool(s.Key("onEndExist")),
		DeletesAtStart: s.deletesAtStart(),
		DeletesLive:    s.deletesLive(),
		MaxDelete:      s.maxDelete(settings),
		Monitor:        cmp.Or(s.Sync.StringKey("monitor"), settings.Monitor),
		PollInterval:   s.pollInterval(settings),
		Tunnel:         s.tunnel,
	}
	s.Sync.Fsync = settings.Fsync
	s.Sync.Fallback = map[string]glua.LValue{"init": s.inheritedFunction(s.given, "init", 0), "full": s.inheritedFunction(s.given, "full", 0)}
	s.Sync.Define(s.config, s.digest())
	s.rememberTarget()
	s.checkOverlap()
	s.checkSurroundings()
}

// codesKey is the key of the table that the sync's collect looks exit codes up in.
func (s *Definition) codesKey() string {
	if s.Key("exitcodes") == glua.LFalse && s.Key("rsyncExitCodes") != glua.LNil {
		return "rsyncExitCodes"
	}
	return "exitcodes"
}

// checkRelativeTarget: a daemon works in /, so a relative target would be a surprise.
func (s *Definition) checkRelativeTarget() {
	target := s.Sync.StringKey("target")
	if s.r.settings.resolved.NoDaemon && s.mirrors() && strings.HasPrefix(target, "~") && s.localTarget() != "" {
		s.warn(tildeRemedy, "target %q is a directory called ~", target)
	}
	if s.r.settings.resolved.NoDaemon || target == "" || filepath.IsAbs(target) || s.localTarget() == "" {
		return
	}
	if s.mirrors() {
		remedy := "write the absolute path, or use -nodaemon"
		if strings.HasPrefix(target, "~") {
			remedy = tildeRemedy
		}
		s.problem(remedy, "target %q is relative, and a daemon works in /", target)
	}
}

// ignores are the kinds of events that the default action finds no function for.
// An action of one's own may look at any.
func (s *Definition) ignores() (kinds []event.Kind) {
	if !s.dispatches() {
		return nil
	}
	for kind := event.Attrib; kind <= event.Delete; kind++ {
		if s.Key("on"+kind.String()).Type() != glua.LTFunction {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// digest identifies the sync's definition but for its source.
func (s *Definition) digest() string {
	source := s.Key("source")
	s.Sync.Table.RawSetString("source", glua.LNil)
	given := digest.Of(s.Sync.Table, digest.Known{Table: s.r.presets.table, Globals: s.r.builtin})
	s.Sync.Table.RawSetString("source", source)
	hash, c := sha256.New(), s.config
	fmt.Fprintln(hash, given, c.Name, c.Given, c.Target, c.Delay, c.MaxDelays, c.MaxProcesses, c.Flat, c.Mode, c.KeepMoves, c.TakesTrees, c.HasInit, c.Monitor, c.PollInterval)
	for _, rule := range c.Rules {
		fmt.Fprintf(hash, "%q\n", rule.String())
	}
	if c.MaxDelete != nil { // that of settings is not in the table
		fmt.Fprintln(hash, c.MaxDelete, c.DeletesLive)
	}
	if c.Tunnel != nil {
		fmt.Fprintln(hash, c.Tunnel.Digest)
	}
	return hex.EncodeToString(hash.Sum(nil))
}
