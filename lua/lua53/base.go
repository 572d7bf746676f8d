package lua53

import (
	"fmt"
	"math"
	"runtime"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

var baseFuncs = map[string]glua.LGFunction{
	"assert":         baseAssert,
	"collectgarbage": baseCollectGarbage,
	"dofile":         baseDofile,
	"error":          baseError,
	"getmetatable":   baseGetmetatable,
	"ipairs":         baseIpairs,
	"load":           baseLoad,
	"loadfile":       baseLoadfile,
	"loadstring":     baseLoadstring,
	"pairs":          basePairs,
	"pcall":          basePcall,
	"print":          basePrint,
	"rawequal":       baseRawequal,
	"rawlen":         baseRawlen,
	"rawset":         baseRawset,
	"require":        baseRequire,
	"select":         baseSelect,
	"setmetatable":   baseSetmetatable,
	"tonumber":       baseTonumber,
	"tostring":       func(L *glua.LState) int { return push(L, glua.LString(tostring(L, checkAny(L, 1)))) },
	"type":           func(L *glua.LState) int { return push(L, glua.LString(checkAny(L, 1).Type().String())) },
	"unpack":         tableUnpack,
	"xpcall":         baseXpcall,
}

func baseAssert(L *glua.LState) int {
	if glua.LVAsBool(checkAny(L, 1)) {
		return L.GetTop()
	}
	if L.GetTop() == 1 {
		L.RaiseError("assertion failed!")
	}
	L.Error(L.Get(2), 0)
	return 0
}

func baseError(L *glua.LState) int {
	v, level := L.Get(1), optInt(L, 2, 1)
	if s, ok := v.(glua.LString); ok && level > 0 {
		v = glua.LString(where(L, level)) + s
	}
	L.Error(v, 0)
	return 0
}

// where is "file:line: " of the function at level, 1 being the caller of the running Go function.
func where(L *glua.LState, level int) string {
	dbg, ok := L.GetStack(level)
	if !ok {
		return ""
	}
	if _, err := L.GetInfo("Sl", dbg, glua.LNil); err != nil || dbg.CurrentLine <= 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", dbg.Source, dbg.CurrentLine)
}

func baseXpcall(L *glua.LState) int {
	fn, handler := checkAny(L, 1), checkFunction(L, 2)
	top := L.GetTop()
	L.Push(fn)
	for i := 3; i <= top; i++ {
		L.Push(L.Get(i))
	}
	if err := LimiterOf(L).protect(L, max(top-2, 0), glua.MultRet, handler); err != nil {
		return push(L, glua.LFalse, errorValue(err))
	}
	L.Insert(glua.LTrue, top+1)
	return L.GetTop() - top
}

func basePcall(L *glua.LState) int {
	if v := checkAny(L, 1); v.Type() != glua.LTFunction && L.GetMetaField(v, "__call").Type() != glua.LTFunction {
		return push(L, glua.LFalse, glua.LString("attempt to call a "+v.Type().String()+" value"))
	}
	if err := LimiterOf(L).protect(L, L.GetTop()-1, glua.MultRet, nil); err != nil {
		return push(L, glua.LFalse, errorValue(err))
	}
	L.Insert(glua.LTrue, 1)
	return L.GetTop()
}

// errorValue is what pcall returns for an error of LState.PCall.
func errorValue(err error) glua.LValue {
	e, ok := err.(*glua.ApiError) //nolint:errorlint // PCall returns the type itself
	switch {
	case !ok:
		return glua.LString(err.Error())
	case isOverflow(e):
		return glua.LString(stackOverflow)
	}
	return e.Object
}

func baseCollectGarbage(L *glua.LState) int {
	switch option := optString(L, 1, "collect"); option {
	case "collect":
		runtime.GC()
		return push(L, glua.LNumber(0))
	case "count":
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return push(L, glua.LNumber(float64(m.HeapAlloc)/1024))
	case "step", "isrunning":
		return push(L, glua.LTrue)
	case "stop", "restart", "generational", "incremental":
		return push(L, glua.LNumber(0))
	case "setpause", "setstepmul":
		return push(L, glua.LNumber(200))
	default:
		argError(L, 1, "invalid option '%s'", option)
		return 0
	}
}

// baseGetmetatable hides the metatable of numbers, see concatMethod.
func baseGetmetatable(L *glua.LState) int {
	v := checkAny(L, 1)
	if v.Type() == glua.LTNumber {
		return push(L, glua.LNil)
	}
	return push(L, L.GetMetatable(v))
}

func baseSetmetatable(L *glua.LState) int {
	t := checkTable(L, 1)
	if mt := L.Get(2).Type(); L.GetTop() < 2 || mt != glua.LTNil && mt != glua.LTTable {
		typeError(L, 2, "nil or table")
	}
	if mt, ok := metatable(t); ok && mt.RawGetString("__metatable") != glua.LNil {
		L.RaiseError("cannot change a protected metatable")
	}
	t.Metatable = L.Get(2)
	return push(L, t)
}

func basePairs(L *glua.LState) int {
	v := checkAny(L, 1)
	Fill(L, v)
	if mt, ok := metatable(v); ok {
		if fn := mt.RawGetString("__pairs"); fn != glua.LNil {
			push(L, fn, v)
			LimiterOf(L).call(L, 1, 3)
			return 3
		}
	}
	return push(L, L.Get(glua.UpvalueIndex(1)), checkTable(L, 1), glua.LNil)
}

func baseIpairs(L *glua.LState) int {
	v := checkAny(L, 1)
	if _, ok := metatable(v); !ok {
		checkTable(L, 1)
	}
	return push(L, L.Get(glua.UpvalueIndex(1)), v, glua.LNumber(0))
}

// nextIndex is the iterator of ipairs, which honours __index as in Lua 5.3.
func nextIndex(L *glua.LState) int {
	i := checkInt(L, 2) + 1
	var v glua.LValue
	if t, ok := L.Get(1).(*glua.LTable); ok {
		v = list{L, t}.get(i)
	} else {
		v = L.GetTable(L.Get(1), glua.LNumber(i))
	}
	if v == glua.LNil {
		return push(L, glua.LNil)
	}
	return push(L, glua.LNumber(i), v)
}

func basePrint(L *glua.LState) int {
	line := newBuilder(L)
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			line.addByte('\t')
		}
		line.add(tostring(L, L.Get(i)))
	}
	hostOf(L).print(line.String())
	return 0
}

func baseRawequal(L *glua.LState) int {
	return push(L, glua.LBool(L.RawEqual(checkAny(L, 1), checkAny(L, 2))))
}

func baseRawlen(L *glua.LState) int {
	switch v := L.Get(1).(type) {
	case *glua.LTable:
		return push(L, glua.LNumber(v.Len()))
	case glua.LString:
		return push(L, glua.LNumber(len(v)))
	}
	argError(L, 1, "table or string expected")
	return 0
}

func baseRawset(L *glua.LState) int {
	t := checkTable(L, 1)
	L.RawSet(t, checkAny(L, 2), checkAny(L, 3))
	return push(L, t)
}

func baseSelect(L *glua.LState) int {
	n := L.GetTop() - 1
	if s, ok := L.Get(1).(glua.LString); ok && s == "#" {
		return push(L, glua.LNumber(n))
	}
	i := checkInt(L, 1)
	if i < 0 {
		i += n + 1
	}
	if i < 1 {
		argError(L, 1, "index out of range")
	}
	return max(n-i+1, 0)
}

func baseTonumber(L *glua.LState) int {
	if L.Get(2) == glua.LNil {
		switch v := checkAny(L, 1).(type) {
		case glua.LNumber:
			return push(L, v)
		case glua.LString:
			if n, ok := ParseNumber(string(v)); ok {
				return push(L, n)
			}
		}
		return push(L, glua.LNil)
	}
	s, ok := L.Get(1).(glua.LString)
	if !ok {
		typeError(L, 1, "string")
	}
	base := checkInt(L, 2)
	if base < 2 || base > 36 {
		argError(L, 2, "base out of range")
	}
	n, ok := parseBase(string(s), base)
	if !ok {
		return push(L, glua.LNil)
	}
	return push(L, glua.LNumber(n))
}

func parseBase(s string, base int) (float64, bool) {
	s = strings.ToLower(strings.Trim(s, " \t\n\v\f\r"))
	s, negative := strings.CutPrefix(s, "-")
	if !negative {
		s = strings.TrimPrefix(s, "+")
	}
	if s == "" {
		return 0, false
	}
	n := 0.0
	for i := range len(s) {
		digit := strings.IndexByte("0123456789abcdefghijklmnopqrstuvwxyz", s[i])
		if digit < 0 || digit >= base {
			return 0, false
		}
		n = n*float64(base) + float64(digit)
	}
	if negative {
		n = 0 - n // -n of 0 would be the float -0
	}
	return n, !math.IsInf(n, 0)
}

// tostring converts any value, by its __tostring if there is one.
func tostring(L *glua.LState, v glua.LValue) string {
	if s, ok := toText(v); ok {
		return s
	}
	mt, ok := metatable(v)
	if !ok {
		return v.String()
	}
	if fn := mt.RawGetString("__tostring"); fn != glua.LNil {
		s, ok := toText(call(L, fn, v))
		if !ok {
			L.RaiseError("'__tostring' must return a string")
		}
		return s
	}
	if name, ok := mt.RawGetString("__name").(glua.LString); ok {
		return fmt.Sprintf("%s: %p", string(name), v)
	}
	return v.String()
}

// concat is the method that .. becomes.
func concat(L *glua.LState) int {
	last := L.GetTop()
	acc := L.Get(last)
	for i := last - 1; i >= 2; {
		if joined, n := joinBefore(L, i, acc); n > 0 {
			acc, i = joined, i-n
			continue
		}
		left := L.Get(i)
		fn := concatHandler(left)
		if fn == glua.LNil {
			fn = concatHandler(acc)
		}
		if fn == glua.LNil {
			culprit := left
			if _, ok := toText(left); ok {
				culprit = acc
			}
			L.RaiseError("attempt to concatenate a %s value", culprit.Type())
		}
		acc = call(L, fn, left, acc)
		i--
	}
	return push(L, acc)
}

// joinBefore joins acc and as many strings and numbers before it as there are, the nearest being argument i.
func joinBefore(L *glua.LState, i int, acc glua.LValue) (joined glua.LValue, n int) {
	tail, ok := toText(acc)
	if !ok {
		return acc, 0
	}
	var space [8]string
	parts, size := space[:0], len(tail)
	for ; i >= 2; i-- {
		s, ok := toText(L.Get(i))
		if !ok {
			break
		}
		parts, size = append(parts, s), size+len(s)
	}
	if len(parts) == 0 {
		return acc, 0
	}
	all := newBuilder(L)
	all.grow(size)
	for k := len(parts) - 1; k >= 0; k-- {
		all.add(parts[k])
	}
	all.add(tail)
	return glua.LString(all.String()), len(parts)
}

func concatHandler(v glua.LValue) glua.LValue {
	if mt, ok := metatable(v); ok {
		return mt.RawGetString("__concat")
	}
	return glua.LNil
}
