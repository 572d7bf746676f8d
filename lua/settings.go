package lua

import (
	"fmt"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/values"
)

// Settings are the values of settings{} after the whole config has been loaded,
// with those of the command line on top. Paths are absolute.
type Settings struct {
	LogFile        string
	PidFile        string
	StatusFile     string
	StatusInterval time.Duration // shortest time between two writings of the status file
	LogFacility    string
	LogIdent       string
	LogFormat      string // "text" or "json"
	Insist         bool
	OnePass        bool
	NoDaemon       bool
	Mode           event.Mode
	MaxProcesses   int            // over all syncs; 0: no limit
	MaxDelays      int            // 0: not set
	Delay          *time.Duration // nil: not set
	ScriptTimeout  time.Duration  // longest run of one callback; 0: no limit
	ScriptMemory   int64          // bytes by which one callback may let the heap grow
	Monitor        string
	OnDieStop      bool
	Fsync          bool             // default.direct flushes what it writes to the disk
	MaxDelete      *inventory.Limit // of guard; nil: none
}

// What scripts may take, and how often the status file is written, unless set.
const (
	defaultLoadTimeout    = time.Minute
	defaultScriptTimeout  = 10 * time.Second
	defaultScriptMemory   = 1 << 30
	defaultStatusInterval = 10 * time.Second
)

// settings is the global of that name: a table that can be called. It keeps
// what was set, and where.
type settings struct {
	r        *Runtime
	table    *glua.LTable
	values   *glua.LTable
	places   map[string]string
	resolved Settings
}

// setting says how one key is checked and taken over.
type setting struct {
	wants string // the type in words
	take  func(v glua.LValue, to *Settings) error
}

var settingTable = map[string]setting{
	"logfile":        path(func(s *Settings) *string { return &s.LogFile }),
	"pidfile":        path(func(s *Settings) *string { return &s.PidFile }),
	"statusFile":     path(func(s *Settings) *string { return &s.StatusFile }),
	"statusInterval": seconds(func(s *Settings, d time.Duration) { s.StatusInterval = d }),
	"logfacility":    text(func(s *Settings) *string { return &s.LogFacility }),
	"logident":       text(func(s *Settings) *string { return &s.LogIdent }),
	"logformat":      choice(func(s *Settings, v string) { s.LogFormat = v }, "text", "json"),
	"insist":         flag(func(s *Settings) *bool { return &s.Insist }),
	"onepass":        flag(func(s *Settings) *bool { return &s.OnePass }),
	"nodaemon":       flag(func(s *Settings) *bool { return &s.NoDaemon }),
	"inotifyMode": {"a string", func(v glua.LValue, s *Settings) (err error) {
		if v == glua.LString("") {
			return &values.CountsAs{Given: v, Value: glua.LNil}
		}
		s.Mode, err = event.ParseMode(glua.LVAsString(v))
		return err
	}},
	"maxProcesses":  whole(func(s *Settings) *int { return &s.MaxProcesses }),
	"maxDelays":     whole(func(s *Settings) *int { return &s.MaxDelays }),
	"delay":         seconds(func(s *Settings, d time.Duration) { s.Delay = &d }),
	"scriptTimeout": seconds(func(s *Settings, d time.Duration) { s.ScriptTimeout = d }),
	"scriptMemory": {`a number of bytes, or a text like "512M" or "1G"`, func(v glua.LValue, s *Settings) (err error) {
		s.ScriptMemory, err = values.Size(v)
		return err
	}},
	"fsync":   flag(func(s *Settings) *bool { return &s.Fsync }),
	"monitor": text(func(s *Settings) *string { return &s.Monitor }),
	"guard": {`{ maxDelete = "50%" }, or false`, func(v glua.LValue, s *Settings) (err error) {
		s.MaxDelete, err = guardOf(v)
		return err
	}},
	"onDie": choice(func(s *Settings, v string) { s.OnDieStop = v == "stop-sync" }, "exit", "stop-sync"),
}

func text(field func(*Settings) *string) setting {
	return setting{"a string", func(v glua.LValue, s *Settings) error {
		str, ok := v.(glua.LString)
		if !ok {
			return fmt.Errorf("must be a string, not %s", values.Describe(v))
		}
		*field(s) = string(str)
		if str == "" {
			return &values.CountsAs{Given: v, Value: glua.LNil}
		}
		return nil
	}}
}

// path is a text that is made absolute when all is resolved.
func path(field func(*Settings) *string) setting { return text(field) }

func flag(field func(*Settings) *bool) setting {
	return setting{"true or false", func(v glua.LValue, s *Settings) error {
		b, err := values.Truth(v)
		*field(s) = b
		return err
	}}
}

func whole(field func(*Settings) *int) setting {
	return setting{"a whole number of at least 1", func(v glua.LValue, s *Settings) error {
		n, err := values.Whole(v)
		*field(s) = n
		return err
	}}
}

func seconds(set func(*Settings, time.Duration)) setting {
	return setting{"a number of seconds", func(v glua.LValue, s *Settings) error {
		d, err := values.Seconds(v)
		set(s, d)
		return err
	}}
}

func choice(set func(*Settings, string), wanted ...string) setting {
	return setting{fmt.Sprintf("%q or %q", wanted[0], wanted[1]), func(v glua.LValue, s *Settings) error {
		for _, want := range wanted {
			if v == glua.LString(want) {
				set(s, want)
				return nil
			}
		}
		return fmt.Errorf("must be %q or %q, not %s", wanted[0], wanted[1], values.Describe(v))
	}}
}

func newSettings(r *Runtime) *settings {
	s := &settings{r: r, table: r.L.NewTable(), values: r.L.NewTable(), places: map[string]string{}}
	mt := r.L.NewTable()
	mt.RawSetString("__call", r.L.NewFunction(s.call))
	mt.RawSetString("__index", r.L.NewFunction(s.index))
	mt.RawSetString("__newindex", r.L.NewFunction(s.newIndex))
	mt.RawSetString("__tostring", r.L.NewFunction(func(L *glua.LState) int {
		L.Push(glua.LString("function: settings"))
		return 1
	}))
	s.table.Metatable = mt
	return s
}

// call is settings{ key = value, "flag" } and settings("key").
func (s *settings) call(L *glua.LState) int {
	place := where(L)
	switch v := L.Get(2).(type) {
	case glua.LString:
		if _, ok := settingTable[string(v)]; !ok {
			L.RaiseError("settings(%q): there is no such setting%s", string(v), values.Hint(string(v), values.Keys(settingTable)))
		}
		L.Push(s.value(string(v)))
		return 1
	case *glua.LTable:
		if !s.r.loading {
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
			s.r.problem(at(place, "", "write settings{ key = value }", "settings: the entry %s is neither a key nor a name", values.Describe(v)))
			return
		}
		k, v = name, glua.LTrue
	}
	s.set(place, k, v)
}

func (s *settings) set(place string, k, v glua.LValue) {
	name, ok := k.(glua.LString)
	if !ok {
		s.r.problem(at(place, "", "keys of settings are names", "settings: the key %s is not a name", values.Describe(k)))
		return
	}
	key := string(name)
	rule, known := settingTable[key]
	if !known {
		s.r.problem(at(place, "", values.RemedyFor(key, values.Keys(settingTable)), "settings: unknown setting %q", key))
		return
	}
	err := rule.take(v, &Settings{})
	v, m, taken := values.TakenAs(v, err)
	switch {
	case !taken:
		s.r.problem(at(place, "", fmt.Sprintf("write settings{ %s = ... } with %s", key, rule.wants), "settings: %s: %v", key, err))
		return
	case m != nil:
		s.r.warn(at(place, "", m.Advice(key), "settings: %s: %v", key, m))
	}
	s.values.RawSetString(key, v)
	s.places[key] = place
}

func (s *settings) index(L *glua.LState) int {
	L.Push(s.value(L.CheckString(2)))
	return 1
}

// newIndex is settings.key = value.
func (s *settings) newIndex(L *glua.LState) int {
	if !s.r.loading {
		L.RaiseError("settings can only be changed while the config is loaded")
	}
	place := where(L)
	key := glua.LVAsString(L.Get(2))
	s.r.warn(at(place, "", fmt.Sprintf("write settings{ %s = ... }", key), "settings.%s = ... is an assignment to a function", key))
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
	to := Settings{ScriptTimeout: defaultScriptTimeout, ScriptMemory: defaultScriptMemory, StatusInterval: s.interval(), LogFormat: "text"}
	for key, rule := range settingTable {
		if v := s.value(key); v != glua.LNil {
			if err := rule.take(v, &to); err != nil {
				s.r.problem(at(or(s.places[key], "command line"), "", "", "%s: %v", key, err))
			}
		}
	}
	for _, p := range []*string{&to.LogFile, &to.PidFile, &to.StatusFile} {
		*p = s.r.anchored(*p)
	}
	s.resolved = to
	s.r.limit.Set(lua53.Limits{Time: to.ScriptTimeout, Memory: to.ScriptMemory})
}

// interval is default.statusInterval, which some configs change.
func (s *settings) interval() time.Duration {
	if d, err := values.Seconds(s.r.presets.table.RawGetString("statusInterval")); err == nil || values.IsCountsAs(err) {
		return d
	}
	return defaultStatusInterval
}
