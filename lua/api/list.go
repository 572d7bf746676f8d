package api

import (
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/printable"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/values"
)

func quoted(path string) string { return printable.Quote(path) }

func listString(L *glua.LState) int {
	L.Push(glua.LString(fmt.Sprintf("list of %d events", len(refOf(L.Get(1)).delays()))))
	return 1
}

func (x *ref) delays() []*delay.Delay {
	if x == nil || x.agent == nil {
		return nil
	}
	return x.agent.Delays
}

var listFields = []string{"isList", "config", "inlet", "status", "getPaths", "getSourcePaths", "size", "getList"}

func listIndex(L *glua.LState) int {
	x := refOf(L.Get(1))
	key, ok := L.Get(2).(glua.LString)
	if x == nil {
		L.RaiseError("not an event list")
	}
	if !ok {
		L.Push(glua.LNil)
		return 1
	}
	L.Push(x.listField(L, string(key)))
	return 1
}

func (x *ref) listField(L *glua.LState, key string) glua.LValue {
	switch key {
	case "isList":
		return glua.LTrue
	case "config":
		return x.s.Table
	case "inlet":
		return x.s.Inlet
	case "status":
		return glua.LString(x.status())
	case "getPaths":
		return L.NewFunction(func(L *glua.LState) int { return x.paths(L, "/") })
	case "getSourcePaths":
		return L.NewFunction(func(L *glua.LState) int { return x.paths(L, x.source()) })
	case "size":
		return L.NewFunction(func(L *glua.LState) int {
			L.Push(glua.LNumber(len(x.delays())))
			return 1
		})
	case "getList":
		return L.NewFunction(x.events)
	}
	L.RaiseError("event list does not have field %q%s", key, values.Hint(key, listFields))
	return glua.LNil
}

// argument returns the n-th argument of a function that is called with a dot,
// and tolerates a colon.
func argument(L *glua.LState, n int, self glua.LValue) glua.LValue {
	if L.GetTop() > 0 && L.Get(1) == self {
		n++
	}
	return L.Get(n)
}

// paths is getPaths(x) and getSourcePaths(x): a function x maps each event to
// up to two strings of the table that is returned, with a string x the paths
// are one string with x between them.
func (x *ref) paths(L *glua.LState, prefix string) int {
	arg := L.Get(1)
	if y := refOf(arg); y != nil && y.isList() {
		arg = L.Get(2)
	}
	switch arg := arg.(type) {
	case *glua.LFunction:
		L.Push(x.mapped(L, prefix, arg))
	case glua.LString:
		size := 0
		x.each(prefix, func(_, path, path2 string) { size += len(path) + len(path2) + 2*len(arg) })
		lua53.Room(L, 2*size)
		L.Push(glua.LString(x.joinedPaths(prefix, string(arg))))
	case *glua.LNilType:
		t := L.CreateTable(len(x.delays()), 0)
		x.each(prefix, func(_, p, p2 string) {
			t.Append(glua.LString(p))
			if p2 != "" {
				t.Append(glua.LString(p2))
			}
		})
		L.Push(t)
	default:
		L.RaiseError("getPaths takes a function, a delimiter or nothing; it got %s", values.Describe(arg))
	}
	return 1
}

func (x *ref) each(prefix string, f func(etype, path, path2 string)) {
	for _, d := range x.delays() {
		path2 := ""
		if d.Dest() != "" {
			path2 = prefix + d.Dest()
		}
		f(d.Kind.String(), prefix+d.Path(), path2)
	}
}

func (x *ref) mapped(L *glua.LState, prefix string, f *glua.LFunction) *glua.LTable {
	t := L.CreateTable(len(x.delays()), 0)
	x.each(prefix, func(etype, path, path2 string) {
		L.Push(f)
		L.Push(glua.LString(etype))
		L.Push(glua.LString(path))
		if path2 == "" {
			L.Push(glua.LNil)
		} else {
			L.Push(glua.LString(path2))
		}
		lua53.Call(L, 3, 2)
		for _, v := range []glua.LValue{L.Get(-2), L.Get(-1)} {
			if v != glua.LNil {
				t.Append(v)
			}
		}
		L.Pop(2)
	})
	return t
}

func (x *ref) joinedPaths(prefix, delimiter string) string {
	var b strings.Builder
	between := ""
	x.each(prefix, func(_, path, path2 string) {
		b.WriteString(between + path)
		between = delimiter
		if path2 != "" {
			b.WriteString(delimiter + path2)
		}
	})
	return b.String()
}

// events is getList(): the events one by one, of a Move both.
func (x *ref) events(L *glua.LState) int {
	t := L.CreateTable(len(x.delays()), 0)
	if x.agent != nil {
		for _, d := range x.agent.Delays {
			first, second := x.s.value(core.AgentOf(x.agent.Sync, d))
			t.Append(first)
			if second != glua.LNil {
				t.Append(second)
			}
		}
	}
	L.Push(t)
	return 1
}
