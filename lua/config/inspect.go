package config

import (
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/lua"
	"lsyncgo/lua/problem"
)

// Definitions returns the syncs of the config, in order.
func (r *Config) Definitions() []*Definition { return r.definitions }

// Setting returns what settings{} has for a key as the config wrote it, and "file:line" of that; nil and "" if nothing.
func (r *Config) Setting(key string) (v glua.LValue, place string) {
	return r.settings.values.RawGetString(key), r.settings.places[key]
}

// Shown is the name of a file as the user gave it.
func (r *Config) Shown(file string) string {
	if r.o.Config != "" && file == r.Scripts.Anchored(r.o.Config) {
		return r.o.Config
	}
	return file
}

// shownPlace is a place, "file:line", as the user gave the file.
func (r *Config) shownPlace(place string) string {
	p := problem.At(place, "", "", "")
	p.File = r.Shown(p.File)
	return p.Place()
}

// Path is the config's file, "" if there is none.
func (r *Config) Path() string { return r.o.Config }

// Core is what the definition was resolved into.
func (s *Definition) Core() *core.SyncConfig { return &s.config }

// Key is a value of the sync, inherited or not, or one of a table in it by a path like "ssh.port".
func (s *Definition) Key(path string) glua.LValue {
	var v glua.LValue = s.Sync.Table
	for name := range strings.SplitSeq(path, ".") {
		t, ok := v.(*glua.LTable)
		if !ok {
			return glua.LNil
		}
		v = t.RawGetString(name)
	}
	return v
}

// Own is the function that the config has for a key, or that was made of its command; nil if it is a preset's, or none.
func (s *Definition) Own(key string) *glua.LFunction {
	fn, ok := s.Key(key).(*glua.LFunction)
	if !ok || fn.Proto == nil || lua.Embedded(fn.Proto.SourceName) {
		return nil
	}
	return fn
}

// Command is the command that the config has for a key, "" if none.
func (s *Definition) Command(key string) string {
	v, _ := s.r.given(s.given, key, 0)
	text, _ := v.(glua.LString)
	return string(text)
}

// Handlers are the keys that can be functions of the config and are called while the daemon runs.
func Handlers() []string {
	return slices.Concat([]string{"action", "collect", "init", "full"}, handlers)
}

// Declared is what the sync declares about its target: "local", "rsync" or "ssh"; "" if it is declared to have none, or nothing is declared.
func (s *Definition) Declared() string {
	if s.caps.guessed {
		return noMirror
	}
	return s.caps.target
}

// overridden are the settings that Lsyncd gives to the syncs below it, and that win there.
var overridden = []string{"maxProcesses", "maxDelays"}

// rememberSettings keeps what settings{} says of them where the sync stands.
func (s *Definition) rememberSettings() {
	s.lsyncdValues = map[string]glua.LValue{}
	for _, key := range overridden {
		v := s.r.settings.values.RawGetString(key)
		s.lsyncdValues[key] = v
		if v == glua.LNil {
			s.lsyncdValues[key] = s.Key(key)
		}
	}
}

// LsyncdValue is what Lsyncd makes of maxProcesses or maxDelays: those of settings{} above the sync win over its own.
func (s *Definition) LsyncdValue(key string) glua.LValue { return s.lsyncdValues[key] }
