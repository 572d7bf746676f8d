package config

import (
	"cmp"
	"fmt"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/logging"
	"lsyncgo/lua"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// Settings are the values of settings{} after the whole config has been loaded,
// with those of the command line on top. Paths are absolute.
type Settings struct {
	LogFile         string
	PidFile         string
	StatusFile      string
	StatusInterval  time.Duration // shortest time between two writings of the status file
	LogFacility     string
	LogIdent        string
	LogFormat       string                   // "text" or "json"
	LogLevels       map[string]logging.Level // of loglevel, by name
	Relays          []logging.Relay          // of syslog{}
	Insist          bool
	OnePass         bool
	NoDaemon        bool
	Mode            event.Mode
	MaxProcesses    int            // over all syncs; 0: no limit
	MaxDelays       int            // 0: not set
	Delay           *time.Duration // nil: not set
	ScriptTimeout   time.Duration  // longest run of one callback; 0: no limit
	ScriptMemory    int64          // bytes by which one callback may let the heap grow
	ShutdownTimeout time.Duration  // how long tasks may take to end, at the end and after a reload
	Monitor         string
	PollInterval    time.Duration // 0: not set
	OnDieStop       bool
	Fsync           bool             // default.direct flushes what it writes to the disk
	MaxDelete       *inventory.Limit // of guard; nil: none
	Heartbeat       Heartbeat
	guard           guardTable
}

// What scripts may take, and how often the status file is written, unless set.
const (
	defaultLoadTimeout     = time.Minute
	defaultScriptTimeout   = 10 * time.Second
	defaultScriptMemory    = 1 << 30
	defaultStatusInterval  = 10 * time.Second
	defaultShutdownTimeout = 30 * time.Second
)

// settings is the global of that name: a table that can be called. It keeps
// what was set, and where.
type settings struct {
	r        *Config
	table    *glua.LTable
	values   *glua.LTable
	places   map[string]string
	resolved Settings
}

// settingKeys are the keys of settings{}.
var settingKeys = schema.Table[Settings]{Noun: "setting", Keys: []schema.Key[Settings]{
	{Name: "logfile", Value: schema.To(schema.Text, func(s *Settings) *string { return &s.LogFile }),
		Example: `"/var/log/lsyncgo.log"`, Doc: "the file that the log is written to"},
	{Name: "pidfile", Value: schema.To(schema.Text, func(s *Settings) *string { return &s.PidFile }),
		Example: `"/run/lsyncgo.pid"`, Doc: "the file that has the number of the process"},
	{Name: "statusFile", Value: schema.To(schema.Text, func(s *Settings) *string { return &s.StatusFile }),
		Example: `"/run/lsyncgo.status"`, Doc: "the file that says what is going on"},
	{Name: "statusInterval", Value: schema.To(schema.Seconds, func(s *Settings) *time.Duration { return &s.StatusInterval }),
		Default: "10", Example: "10", Doc: "shortest time between two writings of the status file, in seconds"},
	{Name: "logfacility", Value: schema.To(schema.Text, func(s *Settings) *string { return &s.LogFacility }),
		Default: `"user"`, Example: `"daemon"`, Doc: "the facility of syslog"},
	{Name: "logident", Value: schema.To(schema.Text, func(s *Settings) *string { return &s.LogIdent }),
		Example: `"mirror"`, Doc: "the program's name in syslog"},
	{Name: "logformat", Value: schema.To(schema.Choice("text", "json"), func(s *Settings) *string { return &s.LogFormat }),
		Default: `"text"`, Example: `"json"`, Since: "0.1.0", Doc: "how lines of the log are written"},
	{Name: "insist", Value: schema.To(schema.Flag, func(s *Settings) *bool { return &s.Insist }),
		Default: "false", Example: "true", Doc: "go on although a sync cannot start"},
	{Name: "onepass", Value: schema.To(schema.Flag, func(s *Settings) *bool { return &s.OnePass }),
		Default: "false", Example: "true", Since: "0.1.0", Doc: "end after the startup of all syncs"},
	{Name: "nodaemon", Value: schema.To(schema.Flag, func(s *Settings) *bool { return &s.NoDaemon }),
		Default: "false", Example: "true", Doc: "stay in the foreground"},
	{Name: "inotifyMode", Value: schema.To(schema.Custom(modeChoice.Wants, modeOf), func(s *Settings) *event.Mode { return &s.Mode }),
		Default: `"CloseWrite"`, Example: `"CloseWrite or Modify"`, Doc: "when a file that is written counts as changed"},
	{Name: "maxProcesses", Value: schema.To(schema.Count, func(s *Settings) *int { return &s.MaxProcesses }),
		Example: "4", Doc: "most processes at a time over all syncs, and of each sync that sets none"},
	{Name: "maxDelays", Value: schema.To(schema.Count, func(s *Settings) *int { return &s.MaxDelays }),
		Example: "500", Doc: "so many waiting events are acted on at once, delay or not"},
	{Name: "delay", Value: schema.To(schema.Mapped(schema.Seconds, func(d time.Duration) *time.Duration { return &d }), func(s *Settings) **time.Duration { return &s.Delay }),
		Example: "5", Since: "0.1.0", Doc: "how long an event waits for others, in seconds"},
	{Name: "scriptTimeout", Value: schema.To(schema.Seconds, func(s *Settings) *time.Duration { return &s.ScriptTimeout }),
		Default: "10", Example: "30", Since: "0.1.0", Doc: "longest run of one function of a script, in seconds; 0: no limit"},
	{Name: "scriptMemory", Value: schema.To(schema.Size, func(s *Settings) *int64 { return &s.ScriptMemory }),
		Default: `"1G"`, Example: `"512M"`, Since: "0.1.0", Doc: "memory that one function of a script may take"},
	{Name: "shutdownTimeout", Value: schema.To(schema.Seconds, func(s *Settings) *time.Duration { return &s.ShutdownTimeout }),
		Default: "30", Example: "35", Since: "0.1.0", Doc: "how long tasks that wait or run may take to end, at the end and after a reload, in seconds"},
	{Name: "fsync", Value: schema.To(schema.Flag, func(s *Settings) *bool { return &s.Fsync }),
		Default: "false", Example: "true", Since: "0.1.0", Doc: "default.direct flushes what it writes to the disk"},
	{Name: "monitor", Value: schema.To(schema.Text, func(s *Settings) *string { return &s.Monitor }),
		Default: `"auto"`, Example: `"poll"`, Since: "0.1.0", Doc: "how changes are noticed"},
	{Name: "pollInterval", Value: schema.To(schema.Interval, func(s *Settings) *time.Duration { return &s.PollInterval }),
		Default: "60", Example: "10", Since: "0.1.0", Doc: "how often monitors that compare listings list everything, in seconds"},
	{Name: "guard", Value: schema.To(guardKind, func(s *Settings) *guardTable { return &s.guard }),
		Example: guardExample, Since: "0.1.0", Doc: "holds a sync that would delete too much"},
	{Name: "heartbeat", Value: schema.To(heartbeatKind, func(s *Settings) *Heartbeat { return &s.Heartbeat }),
		Example: heartbeatExample, Since: "0.1.0", Doc: "a monitoring service that is told that all is well"},
	{Name: "onDie", Value: schema.To(schema.Mapped(schema.Choice("exit", "stop-sync"), func(v string) bool { return v == "stop-sync" }), func(s *Settings) *bool { return &s.OnDieStop }),
		Default: `"exit"`, Example: `"stop-sync"`, Since: "0.1.0", Doc: "what a fatal exit code ends: the daemon, or its sync"},
}}

var modeChoice = schema.Choice("CloseWrite", "Modify", "CloseWrite or Modify", "CloseWrite after Modify")

// modeOf reads inotifyMode; an empty text is as none.
func modeOf(v glua.LValue) (event.Mode, error) {
	if v == glua.LString("") {
		return 0, &schema.Meant{Given: v, Value: glua.LNil}
	}
	name, err := modeChoice.Read(v)
	if err != nil {
		return 0, err
	}
	return event.ParseMode(name)
}

func newSettings(r *Config) *settings {
	s := &settings{r: r, table: r.Scripts.L.NewTable(), values: r.Scripts.L.NewTable(), places: map[string]string{}}
	mt := r.Scripts.L.NewTable()
	mt.RawSetString("__call", r.Scripts.L.NewFunction(s.call))
	mt.RawSetString("__index", r.Scripts.L.NewFunction(s.index))
	mt.RawSetString("__newindex", r.Scripts.L.NewFunction(s.newIndex))
	mt.RawSetString("__tostring", r.Scripts.L.NewFunction(func(L *glua.LState) int {
		L.Push(glua.LString("function: settings"))
		return 1
	}))
	s.table.Metatable = mt
	return s
}

// call is settings{ key = value, "flag" } and settings("key").
func (s *settings) call(L *glua.LState) int {
	place := lua.Where(L)
	if L.GetTop() > 2 { // the table itself comes first
		L.RaiseError("settings takes one table, settings{ key = value }; it got %d values", L.GetTop()-1)
	}
	switch v := L.Get(2).(type) {
	case glua.LString:
		if settingKeys.Key(string(v)) == nil {
			L.RaiseError("settings(%q): there is no such setting%s", string(v), values.Hint(string(v), settingKeys.Names()))
		}
		L.Push(s.value(string(v)))
		return 1
	case *glua.LTable:
		if !s.r.Scripts.Loading() {
			L.RaiseError("settings{} can only be called while the config is loaded")
		}
		v.ForEach(func(k, v glua.LValue) { s.entry(place, k, v) })
		return 0
	default:
		L.RaiseError("settings takes a table, settings{ key = value }, or the name of a setting; it got %s", values.Describe(v))
		return 0
	}
}

func (s *settings) entry(place string, k, v glua.LValue) {
	if _, isNumber := k.(glua.LNumber); isNumber {
		name, ok := v.(glua.LString)
		if !ok {
			s.r.found.Add(problem.At(place, "", "write settings{ key = value }", "settings: the entry %s is neither a key nor a name", values.Describe(v)))
			return
		}
		k, v = name, glua.LTrue
	}
	s.set(place, k, v)
}

func (s *settings) set(place string, k, v glua.LValue) {
	name, ok := k.(glua.LString)
	if !ok {
		s.r.found.Add(problem.At(place, "", "keys of settings are names", "settings: the key %s is not a name", values.Describe(k)))
		return
	}
	key := string(name)
	taken, found := settingKeys.Take(key, v, &Settings{})
	s.r.found.Report(found, place, "", "settings: ", "it")
	if taken != nil {
		s.values.RawSetString(key, taken)
		s.places[key] = place
	}
}

func (s *settings) index(L *glua.LState) int {
	L.Push(s.value(L.CheckString(2)))
	return 1
}

// newIndex is settings.key = value.
func (s *settings) newIndex(L *glua.LState) int {
	if !s.r.Scripts.Loading() {
		L.RaiseError("settings can only be changed while the config is loaded")
	}
	place := lua.Where(L)
	key := glua.LVAsString(L.Get(2))
	s.r.found.Warn(problem.At(place, "", fmt.Sprintf("write settings{ %s = ... }", key), "settings.%s = ... is an assignment to a function", key))
	s.set(place, L.Get(2), L.Get(3))
	return 0
}

// value is what a script sees of a setting: the command line beats what was set.
func (s *settings) value(key string) glua.LValue {
	o := s.r.o
	switch {
	case key == "insist" && o.Insist, key == "onepass" && o.OnePass, key == "nodaemon" && o.NoDaemon:
		return glua.LTrue
	case key == "logfile" && o.LogFile != "":
		return glua.LString(o.LogFile)
	case key == "pidfile" && o.PidFile != "":
		return glua.LString(o.PidFile)
	case key == "monitor" && o.Monitor != "":
		return glua.LString(o.Monitor)
	case key == "delay" && o.Delay != nil:
		return glua.LNumber(*o.Delay)
	}
	return s.values.RawGetString(key)
}

// resolve makes the typed copy.
func (s *settings) resolve() {
	to := Settings{ScriptTimeout: defaultScriptTimeout, ScriptMemory: defaultScriptMemory, StatusInterval: s.interval(), LogFormat: "text",
		ShutdownTimeout: defaultShutdownTimeout}
	for _, key := range settingKeys.Names() {
		if v := s.value(key); v != glua.LNil {
			_, found := settingKeys.Take(key, v, &to)
			s.r.found.Report(found, cmp.Or(s.places[key], "command line"), "", "", "it")
		}
	}
	to.MaxDelete = to.guard.maxDelete
	to.LogLevels, to.Relays = s.r.logs.levels, s.r.logs.relays
	for _, p := range []*string{&to.LogFile, &to.PidFile, &to.StatusFile} {
		*p = s.r.Scripts.Anchored(*p)
	}
	s.resolved = to
	s.r.Scripts.Limit.Set(lua53.Limits{Time: to.ScriptTimeout, Memory: to.ScriptMemory})
}

// interval is default.statusInterval, which some configs change.
func (s *settings) interval() time.Duration {
	if d, err := schema.Seconds.Read(s.r.presets.table.RawGetString("statusInterval")); schema.Taken(err) {
		return d
	}
	return defaultStatusInterval
}
