package config

import (
	"strings"

	"lsyncgo/lua"
	"lsyncgo/lua/api"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/values"

	glua "github.com/yuin/gopher-lua"
)

// globals is what only a config calls, and presets.
func (r *Config) globals() []lua.Global {
	return []lua.Global{
		{Name: "sync", Func: r.globalSync, When: lua.OnlyLoading},
		{Name: "tunnel", Func: r.globalTunnel, When: lua.OnlyLoading},
		{Name: "lsyncd.check", Func: r.lsyncdCheck},
		{Name: "lsyncd.warning", Func: r.lsyncdWarning},
	}
}

// guardGlobals catches assignments to settings and, once the config is
// loaded, every global that does not exist.
func (r *Config) guardGlobals() {
	globals := r.Scripts.L.G.Global
	mt := r.Scripts.L.NewTable()
	mt.RawSetString("__index", r.Scripts.L.NewFunction(func(L *glua.LState) int {
		name, _ := L.Get(2).(glua.LString)
		if name == "settings" {
			L.Push(r.settings.table)
			return 1
		}
		if !r.Scripts.Loading() && !exempt(string(name)) {
			L.RaiseError("undefined global %q%s", string(name), values.Hint(string(name), api.GlobalNames(globals)))
		}
		if r.Scripts.Loading() {
			r.readUndefined("", string(name), api.GlobalNames(globals))
		}
		L.Push(glua.LNil)
		return 1
	}))
	mt.RawSetString("__newindex", r.Scripts.L.NewFunction(func(L *glua.LState) int {
		name, _ := L.Get(2).(glua.LString)
		switch {
		case name == "settings":
			r.assignedSettings(lua.Where(L), L.Get(3))
		case r.Scripts.Loading() || exempt(string(name)):
			globals.RawSet(L.Get(2), L.Get(3))
		default:
			L.RaiseError("assignment to the undefined global %q: define it in the config outside of functions, or make it local", values.Readable(L, L.Get(2)))
		}
		return 0
	}))
	globals.Metatable = mt
}

func (r *Config) assignedSettings(place string, v glua.LValue) {
	if v == glua.LValue(r.settings.table) {
		return
	}
	p := problem.At(place, "", "write settings{ ... } without the equals sign", "settings is a function: it cannot be assigned to")
	if !r.Scripts.Loading() {
		lua.Throw(r.Scripts.L, &lua.ScriptError{Place: place, Message: p.Text})
	}
	r.found.Add(p)
}

// rememberGlobals notes which globals are not the config's own.
func (r *Config) rememberGlobals() {
	r.builtin = map[string]glua.LValue{}
	r.Scripts.L.G.Global.ForEach(func(k, v glua.LValue) { r.builtin[k.String()] = v })
}

func exempt(name string) bool { return name == "_" || strings.HasPrefix(name, "__") }
