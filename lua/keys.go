package lua

import (
	"lsyncgo/lua/values"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// lenient are the keys of a sync whose values may only count as what they must be.
var lenient = map[string]func(glua.LValue) error{
	"delay":        func(v glua.LValue) error { _, err := values.Seconds(v); return err },
	"maxDelays":    func(v glua.LValue) error { _, err := values.Whole(v); return err },
	"maxProcesses": func(v glua.LValue) error { _, err := values.Whole(v); return err },
	"subdirs":      func(v glua.LValue) error { _, err := values.Truth(v); return err },
}

// takeLeniently puts what values count as in their place, before prepare looks at them. Values that cannot be
// meant are left to the checks.
func (s *script) takeLeniently() {
	for _, key := range values.Keys(lenient) {
		if v := s.table.RawGetString(key); v != glua.LNil {
			if value, m, ok := values.TakenAs(v, lenient[key](v)); ok && m != nil {
				s.warn(m.Advice(key), "%s: %v", key, m)
				s.table.RawSetString(key, value)
			}
		}
	}
}

// lsyncdFlag is flag(table, key, name): puts true in the place of what counts as that, with a warning. It returns what
// is wrong with the value, nil if nothing is.
func (r *Runtime) lsyncdFlag(L *glua.LState) int {
	t, key, name := L.CheckTable(1), L.CheckString(2), L.CheckString(3)
	v := t.RawGetString(key)
	if v == glua.LNil {
		return 0
	}
	_, err := values.Truth(v)
	value, m, ok := values.TakenAs(v, err)
	switch {
	case !ok:
		L.Push(glua.LString(name + " " + err.Error()))
		return 1
	case m != nil:
		t.RawSetString(key, value)
		if r.preparing != nil {
			r.preparing.warn(m.Advice(name), "%s: %v", name, m)
		}
	}
	return 0
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
	d, err := values.Seconds(v)
	v, _, ok := values.TakenAs(v, err)
	if !ok {
		s.problem("write delay = seconds", "delay %v", err)
		return 0
	}
	s.table.RawSetString("delay", v)
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
	n, err := values.Whole(v)
	v, _, ok := values.TakenAs(v, err)
	if !ok {
		s.problem("", "%s %v", key, err)
		return 1
	}
	s.table.RawSetString(key, v)
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
