package lua53

import (
	"fmt"
	"math"

	glua "github.com/yuin/gopher-lua"
)

// argError raises the error of Lua's luaL_argerror.
func argError(L *glua.LState, n int, format string, args ...any) {
	L.RaiseError("bad argument #%d to '%s' (%s)", n, callee(L), fmt.Sprintf(format, args...))
}

// callee is the name under which the running Go function was called or, if that was from Go, is a global.
func callee(L *glua.LState) string {
	dbg, ok := L.GetStack(0)
	if !ok {
		return "?"
	}
	fn, err := L.GetInfo("nf", dbg, glua.LNil)
	if err == nil && dbg.Name != "" && dbg.Name[0] != '(' {
		return dbg.Name
	}
	name := "?"
	loadedTable(L).ForEach(func(lib, value glua.LValue) {
		if t, ok := value.(*glua.LTable); ok && t != L.G.Global {
			t.ForEach(func(k, v glua.LValue) {
				if v == fn {
					name = lib.String() + "." + k.String()
				}
			})
		}
	})
	L.G.Global.ForEach(func(k, v glua.LValue) {
		if v == fn {
			name = k.String()
		}
	})
	return name
}

func typeError(L *glua.LState, n int, want string) {
	argError(L, n, "%s expected, got %s", want, typeName(L, n))
}

func typeName(L *glua.LState, n int) string {
	if n > L.GetTop() {
		return "no value"
	}
	if mt, ok := metatable(L.Get(n)); ok {
		if name, ok := mt.RawGetString("__name").(glua.LString); ok {
			return string(name)
		}
	}
	return L.Get(n).Type().String()
}

// metatable returns the table with v's metamethods, whatever __metatable says.
func metatable(v glua.LValue) (*glua.LTable, bool) {
	var mt glua.LValue = glua.LNil
	switch v := v.(type) {
	case *glua.LTable:
		mt = v.Metatable
	case *glua.LUserData:
		mt = v.Metatable
	}
	t, ok := mt.(*glua.LTable)
	return t, ok
}

func checkAny(L *glua.LState, n int) glua.LValue {
	if n > L.GetTop() {
		argError(L, n, "value expected")
	}
	return L.Get(n)
}

func checkString(L *glua.LState, n int) string {
	s, ok := toText(L.Get(n))
	if !ok {
		typeError(L, n, "string")
	}
	return s
}

func optString(L *glua.LState, n int, absent string) string {
	if L.Get(n) == glua.LNil {
		return absent
	}
	return checkString(L, n)
}

func checkNumber(L *glua.LState, n int) float64 {
	f, ok := toNumber(L.Get(n))
	if !ok {
		typeError(L, n, "number")
	}
	return f
}

func checkInt64(L *glua.LState, n int) int64 {
	f := checkNumber(L, n)
	if !isInteger(f) {
		argError(L, n, "number has no integer representation")
	}
	return int64(f)
}

// checkInt is for positions and counts: where int has 32 bits, what is out of its range becomes its limit.
func checkInt(L *glua.LState, n int) int {
	return int(max(min(checkInt64(L, n), math.MaxInt), math.MinInt))
}

func optInt(L *glua.LState, n, absent int) int {
	if L.Get(n) == glua.LNil {
		return absent
	}
	return checkInt(L, n)
}

func checkTable(L *glua.LState, n int) *glua.LTable {
	t, ok := L.Get(n).(*glua.LTable)
	if !ok {
		typeError(L, n, "table")
	}
	return t
}

func checkFunction(L *glua.LState, n int) *glua.LFunction {
	f, ok := L.Get(n).(*glua.LFunction)
	if !ok {
		typeError(L, n, "function")
	}
	return f
}

// failure pushes what io and os functions return on failure: nil, message, error number.
func failure(L *glua.LState, msg string, errno int) int {
	L.Push(glua.LNil)
	L.Push(glua.LString(msg))
	L.Push(glua.LNumber(errno))
	return 3
}

func push(L *glua.LState, values ...glua.LValue) int {
	for _, v := range values {
		L.Push(v)
	}
	return len(values)
}

// call calls fn, which may be any callable value, and returns its first result.
func call(L *glua.LState, fn glua.LValue, args ...glua.LValue) glua.LValue {
	L.Push(fn)
	push(L, args...)
	LimiterOf(L).call(L, len(args), 1)
	v := L.Get(-1)
	L.Pop(1)
	return v
}
