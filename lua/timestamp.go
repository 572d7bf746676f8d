package lua

import (
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/lua/values"
)

// newStamp makes the Lua value of a point in time.
func (r *Scripts) newStamp(t time.Time) glua.LValue {
	return &glua.LUserData{Value: t, Metatable: r.metas.stamp, Env: r.L.G.Global}
}

func stampOf(v glua.LValue) (time.Time, bool) {
	ud, ok := v.(*glua.LUserData)
	if !ok {
		return time.Time{}, false
	}
	t, ok := ud.Value.(time.Time)
	return t, ok
}

func (r *Scripts) newStampMetatable() *glua.LTable {
	mt := r.L.NewTable()
	for name, f := range map[string]glua.LGFunction{
		"__add": r.stampAdd, "__sub": r.stampSub, "__concat": stampConcat, "__tostring": stampString,
		"__index": stampIndex,
		"__lt":    stampCompare(func(a, b time.Time) bool { return a.Before(b) }),
		"__le":    stampCompare(func(a, b time.Time) bool { return !a.After(b) }),
		"__eq":    stampCompare(time.Time.Equal),
	} {
		mt.RawSetString(name, r.L.NewFunction(f))
	}
	return mt
}

// globalNow is now().
func (r *Scripts) globalNow(L *glua.LState) int {
	L.Push(r.newStamp(r.now()))
	return 1
}

// span takes a number of seconds, of either sign.
func span(L *glua.LState, v glua.LValue) time.Duration {
	n, ok := v.(glua.LNumber)
	if !ok || !(n > -1e9 && n < 1e9) {
		L.RaiseError("a timestamp takes a number of seconds, not %s", values.Describe(v))
	}
	return time.Duration(float64(n) * float64(time.Second))
}

func (r *Scripts) stampAdd(L *glua.LState) int {
	a, b := L.Get(1), L.Get(2)
	if _, ok := stampOf(a); !ok {
		a, b = b, a
	}
	t, _ := stampOf(a)
	L.Push(r.newStamp(t.Add(span(L, b))))
	return 1
}

func (r *Scripts) stampSub(L *glua.LState) int {
	a, ok := stampOf(L.Get(1))
	if !ok {
		L.RaiseError("a timestamp cannot be subtracted from %s", values.Describe(L.Get(1)))
	}
	if b, ok := stampOf(L.Get(2)); ok {
		L.Push(glua.LNumber(a.Sub(b).Seconds()))
	} else {
		L.Push(r.newStamp(a.Add(-span(L, L.Get(2)))))
	}
	return 1
}

func stampCompare(compare func(a, b time.Time) bool) glua.LGFunction {
	return func(L *glua.LState) int {
		a, okA := stampOf(L.Get(1))
		b, okB := stampOf(L.Get(2))
		if !okA || !okB {
			L.RaiseError("a timestamp can only be compared with a timestamp")
		}
		L.Push(glua.LBool(compare(a, b)))
		return 1
	}
}

const stampLayout = "2006-01-02 15:04:05.000"

func stampText(v glua.LValue) string {
	if t, ok := stampOf(v); ok {
		return t.Format(stampLayout)
	}
	return v.String()
}

func stampString(L *glua.LState) int {
	L.Push(glua.LString(stampText(L.Get(1))))
	return 1
}

func stampConcat(L *glua.LState) int {
	L.Push(glua.LString(stampText(L.Get(1)) + stampText(L.Get(2))))
	return 1
}

// stampIndex is timestamp.seconds: seconds since 1970, with fractions.
func stampIndex(L *glua.LState) int {
	t, ok := stampOf(L.Get(1))
	key := values.Readable(L, L.Get(2))
	if !ok || key != "seconds" {
		L.RaiseError("a timestamp does not have field %q; it has seconds", key)
	}
	L.Push(glua.LNumber(float64(t.UnixMicro()) / 1e6))
	return 1
}

// globalAlarm is alarm(timestamp, func, extra).
func (r *Scripts) globalAlarm(L *glua.LState) int {
	at, ok := stampOf(L.Get(1))
	if !ok {
		L.RaiseError("alarm: the first argument must be a timestamp like now() + 5, not %s", values.Describe(L.Get(1)))
	}
	fn, extra := L.CheckFunction(2), L.Get(3)
	r.addAlarm(at, func(time.Time) error {
		if r.log.Enabled("Alarm") {
			r.log.Log("Alarm", "calling what was asked for ", at.Format(stampLayout))
		}
		return withoutExit(r.call("alarm", fn, 0, r.newStamp(at), extra))
	})
	return 0
}

var _ core.Actions = (*Sync)(nil)
