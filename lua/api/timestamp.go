package api

import (
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/lua"
	"lsyncgo/lua/values"
)

// newTimestamp makes the Lua value of a point in time.
func (r *Scripts) newTimestamp(t time.Time) glua.LValue {
	return &glua.LUserData{Value: t, Metatable: r.metas.timestamp, Env: r.L.G.Global}
}

func timestampOf(v glua.LValue) (time.Time, bool) {
	ud, ok := v.(*glua.LUserData)
	if !ok {
		return time.Time{}, false
	}
	t, ok := ud.Value.(time.Time)
	return t, ok
}

func (r *Scripts) newTimestampMetatable() *glua.LTable {
	mt := r.L.NewTable()
	for name, f := range map[string]glua.LGFunction{
		"__add": r.timestampAdd, "__sub": r.timestampSub, "__concat": timestampConcat, "__tostring": timestampString,
		"__index": timestampIndex,
		"__lt":    timestampCompare(func(a, b time.Time) bool { return a.Before(b) }),
		"__le":    timestampCompare(func(a, b time.Time) bool { return !a.After(b) }),
		"__eq":    timestampCompare(time.Time.Equal),
	} {
		mt.RawSetString(name, r.L.NewFunction(f))
	}
	return mt
}

// globalNow is now().
func (r *Scripts) globalNow(L *glua.LState) int {
	L.Push(r.newTimestamp(r.Now()))
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

func (r *Scripts) timestampAdd(L *glua.LState) int {
	a, b := L.Get(1), L.Get(2)
	if _, ok := timestampOf(a); !ok {
		a, b = b, a
	}
	t, _ := timestampOf(a)
	L.Push(r.newTimestamp(t.Add(span(L, b))))
	return 1
}

func (r *Scripts) timestampSub(L *glua.LState) int {
	a, ok := timestampOf(L.Get(1))
	if !ok {
		L.RaiseError("a timestamp cannot be subtracted from %s", values.Describe(L.Get(1)))
	}
	if b, ok := timestampOf(L.Get(2)); ok {
		L.Push(glua.LNumber(a.Sub(b).Seconds()))
	} else {
		L.Push(r.newTimestamp(a.Add(-span(L, L.Get(2)))))
	}
	return 1
}

func timestampCompare(compare func(a, b time.Time) bool) glua.LGFunction {
	return func(L *glua.LState) int {
		a, okA := timestampOf(L.Get(1))
		b, okB := timestampOf(L.Get(2))
		if !okA || !okB {
			L.RaiseError("a timestamp can only be compared with a timestamp")
		}
		L.Push(glua.LBool(compare(a, b)))
		return 1
	}
}

const timestampLayout = "2006-01-02 15:04:05.000"

func timestampText(v glua.LValue) string {
	if t, ok := timestampOf(v); ok {
		return t.Format(timestampLayout)
	}
	return v.String()
}

func timestampString(L *glua.LState) int {
	L.Push(glua.LString(timestampText(L.Get(1))))
	return 1
}

func timestampConcat(L *glua.LState) int {
	L.Push(glua.LString(timestampText(L.Get(1)) + timestampText(L.Get(2))))
	return 1
}

// timestampIndex is timestamp.seconds: seconds since 1970, with fractions.
func timestampIndex(L *glua.LState) int {
	t, ok := timestampOf(L.Get(1))
	key := values.Readable(L, L.Get(2))
	if !ok || key != "seconds" {
		L.RaiseError("a timestamp does not have field %q; it has seconds", key)
	}
	L.Push(glua.LNumber(float64(t.UnixMicro()) / 1e6))
	return 1
}

// globalAlarm is alarm(timestamp, func, extra).
func (r *Scripts) globalAlarm(L *glua.LState) int {
	at, ok := timestampOf(L.Get(1))
	if !ok {
		L.RaiseError("alarm: the first argument must be a timestamp like now() + 5, not %s", values.Describe(L.Get(1)))
	}
	fn, extra := L.CheckFunction(2), L.Get(3)
	r.AddAlarm(at, func(time.Time) error {
		if r.Log.Enabled("Alarm") {
			r.Log.Log("Alarm", "calling what was asked for ", at.Format(timestampLayout))
		}
		return lua.WithoutExit(r.Call("alarm", fn, 0, r.newTimestamp(at), extra))
	})
	return 0
}

var _ core.Actions = (*Sync)(nil)
