package config

import (
	"maps"
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/logging"
	"lsyncgo/lua"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// logs is what a config says of the log beside settings{}.
type logs struct {
	levels map[string]logging.Level // by name
	relays []logging.Relay          // in order
}

// logGlobals are loglevel and syslog.
func (r *Config) logGlobals() []lua.Global {
	return []lua.Global{
		{Name: "loglevel", Func: r.globalLogLevel, When: lua.OnlyLoading, Own: true},
		{Name: "syslog", Func: r.globalSyslog, When: lua.OnlyLoading, Own: true},
	}
}

var levelKind = schema.Custom(schema.Choice(logging.LevelNames...).Wants, func(v glua.LValue) (logging.Level, error) {
	level, ok := logging.ParseLevel(glua.LVAsString(v))
	if !ok {
		return 0, schema.ErrUnfit
	}
	return level, nil
})

// globalLogLevel is loglevel(name, level).
func (r *Config) globalLogLevel(L *glua.LState) int {
	name, err := schema.Name.Read(L.Get(1))
	if err != nil {
		L.RaiseError("loglevel: the first argument must be a logname, as of a scheduler or a watch, not %s", values.Describe(L.Get(1)))
	}
	level, err := levelKind.Read(L.Get(2))
	if err != nil {
		r.found.Add(problem.At(lua.Where(L), "", `write loglevel("`+name+`", "debug")`, "loglevel: the level %v", err))
		return 0
	}
	if r.logs.levels == nil {
		r.logs.levels = map[string]logging.Level{}
	}
	r.logs.levels[name] = level
	return 0
}

// relayKeys are the keys of syslog{}.
var relayKeys = schema.Table[logging.Relay]{Keys: []schema.Key[logging.Relay]{
	{Name: "level", Value: schema.To(levelKind, func(r *logging.Relay) *logging.Level { return &r.Level }),
		Default: `"normal"`, Example: `"info"`, Since: "0.1.0", Doc: "how much is sent"},
	{Name: "address", Value: schema.To(schema.Name, func(r *logging.Relay) *string { return &r.Address }),
		Default: `"/dev/log"`, Example: `"/dev/log"`, Since: "0.1.0", Doc: "the path of a socket, or host:port for UDP"},
	{Name: "name", Value: schema.To(schema.Name, func(r *logging.Relay) *string { return &r.Name }),
		Example: `"sched"`, Since: "0.1.0", Doc: "only what is logged under this name is sent"},
}}

// globalSyslog is syslog{}.
func (r *Config) globalSyslog(L *glua.LState) int {
	given, ok := L.Get(1).(*glua.LTable)
	if !ok {
		L.RaiseError(`syslog takes a table, syslog{ level = "info" }; it got %s`, values.Describe(L.Get(1)))
	}
	relay := logging.Relay{Level: logging.LevelNormal, Address: "/dev/log"}
	place := lua.Where(L)
	found := relayKeys.Read(given, &relay)
	r.found.Report(found, place, "", "syslog: ", "it")
	if !strings.HasPrefix(relay.Address, "/") && !strings.Contains(relay.Address, ":") {
		r.found.Add(problem.At(place, "", `write address = "/dev/log"`, "syslog: address is neither an absolute path nor host:port"))
	}
	r.logs.relays = append(r.logs.relays, relay)
	return 0
}

// SameLogs reports whether the log of other settings is the same.
func (s *Settings) SameLogs(other *Settings) bool {
	return s.LogFile == other.LogFile && s.LogFacility == other.LogFacility && s.LogIdent == other.LogIdent &&
		s.LogFormat == other.LogFormat && maps.Equal(s.LogLevels, other.LogLevels) && slices.Equal(s.Relays, other.Relays)
}
