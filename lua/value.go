package lua

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"
)

// meant is the error about a value that Lsyncd takes although another one should be written: it is taken here, too, with a
// warning. A config that has worked for years must not keep the daemon from its start.
type meant struct {
	given glua.LValue
	value glua.LValue // what it counts as; nil: as not set
}

func (m *meant) Error() string {
	if m.value == glua.LNil {
		return describeValue(m.given) + " counts as not set"
	}
	return fmt.Sprintf("%s counts as %s", describeValue(m.given), describeValue(m.value))
}

// advice says what to write for key, which may be in a table like rsync.archive, instead.
func (m *meant) advice(key string) string {
	key = key[strings.LastIndexByte(key, '.')+1:]
	switch {
	case m.value == glua.LNil:
		return "remove it"
	case m.value == glua.LTrue && m.given.Type() == glua.LTString:
		return fmt.Sprintf("write %s = true, or %s = false: to Lua every text is true", key, key)
	}
	return fmt.Sprintf("write %s = %s", key, describeValue(m.value))
}

// takenAs returns v, or what it counts as, and whether it is taken: err is nil or *meant.
func takenAs(v glua.LValue, err error) (taken glua.LValue, m *meant, ok bool) {
	if errors.As(err, &m) {
		return m.value, m, true
	}
	return v, nil, err == nil
}

// truth takes true and false. Numbers and texts are true, as they are to Lua; tables and functions cannot be meant.
func truth(v glua.LValue) (bool, error) {
	switch v := v.(type) {
	case glua.LBool:
		return bool(v), nil
	case glua.LNumber, glua.LString:
		return true, &meant{v, glua.LTrue}
	}
	return false, fmt.Errorf("must be true or false, not %s", describeValue(v))
}

// wholeNumber takes a whole number of at least 1. Lsyncd compares a count with what it is given, so that a fraction is the
// whole number above it.
func wholeNumber(v glua.LValue) (int, error) {
	f, err := numeric(v, func(f float64) float64 { return min(max(math.Ceil(f), 1), math.MaxInt32) })
	if err != nil && !isMeant(err) {
		return 0, fmt.Errorf("must be a whole number of at least 1, not %s", describeValue(v))
	}
	return int(f), err
}

// secondsOf takes a number of seconds, at most some years.
func secondsOf(v glua.LValue) (time.Duration, error) {
	f, err := numeric(v, func(f float64) float64 { return min(max(f, 0), math.MaxInt32) })
	if err != nil && !isMeant(err) {
		return 0, fmt.Errorf("must be a number of seconds, 0 or more, not %s", describeValue(v))
	}
	return time.Duration(f * float64(time.Second)), err
}

func isMeant(err error) bool {
	var m *meant
	return errors.As(err, &m)
}

var errNoNumber = errors.New("is no number")

// numeric takes a number, or a text that is one, and brings it into the range of fit.
func numeric(v glua.LValue, fit func(float64) float64) (float64, error) {
	f := math.NaN()
	switch v := v.(type) {
	case glua.LNumber:
		f = float64(v)
	case glua.LString:
		if n, err := strconv.ParseFloat(string(v), 64); err == nil && !math.IsInf(n, 0) {
			f = n
		}
	}
	if math.IsNaN(f) {
		return 0, errNoNumber
	}
	fitting := fit(f)
	if v != glua.LNumber(fitting) {
		return fitting, &meant{v, glua.LNumber(fitting)}
	}
	return fitting, nil
}

// lenient are the keys of a sync whose values may only count as what they must be.
var lenient = map[string]func(glua.LValue) error{
	"delay":        func(v glua.LValue) error { _, err := secondsOf(v); return err },
	"maxDelays":    func(v glua.LValue) error { _, err := wholeNumber(v); return err },
	"maxProcesses": func(v glua.LValue) error { _, err := wholeNumber(v); return err },
	"subdirs":      func(v glua.LValue) error { _, err := truth(v); return err },
}

// takeLeniently puts what values count as in their place, before prepare looks at them. Values that cannot be
// meant are left to the checks.
func (s *script) takeLeniently() {
	for _, key := range keys(lenient) {
		if v := s.table.RawGetString(key); v != glua.LNil {
			if value, m, ok := takenAs(v, lenient[key](v)); ok && m != nil {
				s.warn(m.advice(key), "%s: %v", key, m)
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
	_, err := truth(v)
	value, m, ok := takenAs(v, err)
	switch {
	case !ok:
		L.Push(glua.LString(name + " " + err.Error()))
		return 1
	case m != nil:
		t.RawSetString(key, value)
		if r.preparing != nil {
			r.preparing.warn(m.advice(name), "%s: %v", name, m)
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
	d, err := secondsOf(v)
	v, _, ok := takenAs(v, err)
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
	n, err := wholeNumber(v)
	v, _, ok := takenAs(v, err)
	if !ok {
		s.problem("", "%s %v", key, err)
		return 1
	}
	s.table.RawSetString(key, v)
	return n
}
