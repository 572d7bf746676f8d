package lua

import (
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// takeLeniently puts what values count as in their place, before prepare looks at them. Values that cannot be
// taken are left to the checks.
func (s *script) takeLeniently() {
	for _, key := range syncKeys.Names() {
		if v := s.table.RawGetString(key); v != glua.LNil {
			if taken, found := syncKeys.Take(key, v, s); taken != nil {
				s.r.report(found, s.place, s.name, "", "it")
				s.table.RawSetString(key, taken)
			}
		}
	}
}

// delay is the command line's, the sync's own, that of settings, or the preset's.
func (s *script) delay(settings *Settings) time.Duration {
	_, own := s.r.given(s.given, "delay", 0)
	v := s.table.RawGetString("delay")
	switch {
	case s.r.o.Delay != nil:
		v = glua.LNumber(*s.r.o.Delay)
	case !own && settings.Delay != nil:
		v = glua.LNumber(settings.Delay.Seconds())
	case v == glua.LNil:
		return 0 // and scripts go on seeing nil
	}
	s.table.RawSetString("delay", v)
	d, _ := schema.Seconds.Read(v) // it has been checked
	return d
}

// number is the sync's own value, that of settings, or the default's.
// overPreset tells that settings beat a preset's value, too: delays are a matter of
// taste, but rsyncssh works with one process only.
func (s *script) number(key string, setting int, overPreset bool) int {
	given, own := s.r.given(s.given, key, 0)
	v := s.table.RawGetString(key)
	if setting > 0 && !own && (given == glua.LNil || overPreset) {
		v = glua.LNumber(setting)
	}
	if v == glua.LNil { // it has been refused
		return 1
	}
	s.table.RawSetString(key, v)
	n, _ := schema.Count.Read(v)
	return n
}

// passedOn are the keys of a sync whose texts, and those in their tables, become arguments and paths.
var passedOn = []string{"source", "target", "host", "targetdir", "rsync", "ssh", "rsyncOpts"}

// checkZeros refuses zero bytes in them.
func (s *script) checkZeros() {
	for _, key := range passedOn {
		if values.ZeroIn(s.table.RawGetString(key), 0) {
			s.table.RawSetString(key, glua.LNil)
			s.problem("remove it", "%s has a zero byte in it, which no program can be given", key)
		}
	}
}

// given looks for key in a table and what it inherits. own is false if the
// value is one that a preset was shipped with.
func (r *Runtime) given(t *glua.LTable, key string, depth int) (v glua.LValue, own bool) {
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
