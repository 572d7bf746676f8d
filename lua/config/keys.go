package config

import (
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/printable"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// takeWhatCounts puts what values count as in their place, before prepare looks at them. Values that cannot be
// taken are left to the checks.
func (s *Definition) takeWhatCounts() {
	for _, key := range syncKeys.Names() {
		if v := s.Key(key); v != glua.LNil {
			if taken, found := syncKeys.Take(key, v, s); taken != nil {
				s.r.found.Report(found, s.Sync.Place, s.Sync.Name, "", "it")
				s.Sync.Table.RawSetString(key, taken)
			}
		}
	}
}

// delay is the command line's, the sync's own, that of settings, or the preset's.
func (s *Definition) delay(settings *Settings) time.Duration {
	_, own := s.r.given(s.given, "delay", 0)
	v := s.Key("delay")
	switch {
	case s.r.o.Delay != nil:
		v = glua.LNumber(*s.r.o.Delay)
	case !own && settings.Delay != nil:
		v = glua.LNumber(settings.Delay.Seconds())
	case v == glua.LNil:
		return 0 // and scripts go on seeing nil
	}
	s.Sync.Table.RawSetString("delay", v)
	d, _ := schema.Seconds.Read(v) // it has been checked
	return d
}

// number is the sync's own value, that of settings, or the default's.
// overPreset tells that settings beat a preset's value, too: delays are a matter of
// taste, but rsyncssh works with one process only.
func (s *Definition) number(key string, setting int, overPreset bool) int {
	given, own := s.r.given(s.given, key, 0)
	v := s.Key(key)
	if setting > 0 && !own && (given == glua.LNil || overPreset) {
		v = glua.LNumber(setting)
	}
	if v == glua.LNil { // it has been refused
		return 1
	}
	s.Sync.Table.RawSetString(key, v)
	n, _ := schema.Count.Read(v)
	return n
}

// pollInterval is the sync's own, or that of settings.
func (s *Definition) pollInterval(settings *Settings) time.Duration {
	if v := s.Key("pollInterval"); v != glua.LNil {
		d, _ := schema.Interval.Read(v) // it has been checked
		return d
	}
	return settings.PollInterval
}

// passedOn are the keys of a sync whose texts, and those in their tables, become arguments and paths.
var passedOn = []string{"source", "target", "host", "targetdir", "rsync", "ssh", "rsyncOpts"}

// checkZeros refuses zero bytes in them.
func (s *Definition) checkZeros() {
	for _, key := range passedOn {
		if values.ZeroIn(s.Key(key), 0) {
			s.Sync.Table.RawSetString(key, glua.LNil)
			s.problem("remove it", "%s has a zero byte in it, which no program can be given", key)
		}
	}
}

// given looks for key in a table and what it inherits. own is false if the
// value is one that a preset was shipped with.
func (r *Config) given(t *glua.LTable, key string, depth int) (v glua.LValue, own bool) {
	if depth > values.MaxNesting {
		return glua.LNil, false
	}
	if v := t.RawGetString(key); v != glua.LNil {
		return v, !r.presets.shipped(t, key, v)
	}
	for i := 1; i <= t.Len(); i++ {
		if parent, ok := t.RawGetInt(i).(*glua.LTable); ok {
			if v, own := r.given(parent, key, depth+1); v != glua.LNil {
				return v, own
			}
		}
	}
	return glua.LNil, false
}

// lsyncdWarning is warning(text, remedy): about the sync that is being
// prepared, else an ordinary warning in the log.
func (r *Config) lsyncdWarning(L *glua.LState) int {
	if s := r.preparing; s != nil {
		s.warn(L.OptString(2, ""), "%s", L.CheckString(1))
		return 0
	}
	r.Scripts.Log.Log("Warn", printable.Lines(L.CheckString(1)))
	return 0
}

// lsyncdCheck is check(config): what its checkgauge does not allow, one text each. Values that count as others are put in
// it, with a warning.
func (r *Config) lsyncdCheck(L *glua.LState) int {
	t := L.NewTable()
	for _, f := range schema.Gauge(L.CheckTable(1)) {
		text := f.Text("the sync")
		switch {
		case !f.Warning && f.Remedy != "":
			t.Append(glua.LString(text + " (" + f.Remedy + ")"))
		case !f.Warning:
			t.Append(glua.LString(text))
		case r.preparing != nil:
			r.preparing.warn(f.Remedy, "%s", text)
		}
	}
	L.Push(t)
	return 1
}

// inheritedFunction is what key would be if the sync did not set it: the first
// function among what t inherits, else the default's.
func (s *Definition) inheritedFunction(t *glua.LTable, key string, depth int) glua.LValue {
	for i := 1; i <= t.Len() && depth < values.MaxNesting; i++ {
		parent, ok := t.RawGetInt(i).(*glua.LTable)
		if !ok {
			continue
		}
		if fn, ok := parent.RawGetString(key).(*glua.LFunction); ok {
			return fn
		}
		if fn := s.inheritedFunction(parent, key, depth+1); fn != s.r.presets.table.RawGetString(key) {
			return fn
		}
	}
	return s.r.presets.table.RawGetString(key)
}
