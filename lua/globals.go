package lua

import (
	"strings"

	glua "github.com/yuin/gopher-lua"
)

// Global is a function that scripts find under a name. With a dot it is in a table: "lsyncd.find".
type Global struct {
	Name string
	Func glua.LGFunction
	When When
	// Own: Lsyncd has no such name, so a config that was written for it may use the name for something else. What it puts there
	// counts, for the config; presets keep what they found when they were loaded, in a local variable.
	Own bool
}

// When is when a global can be called.
type When uint8

const (
	Always      When = iota
	OnlyLoading      // with one table, as sync{}; afterwards it is an error
)

// Define gives scripts these globals. A script that assigns to such a name replaces it.
func (r *Runtime) Define(list ...Global) {
	globals := r.L.G.Global
	for _, g := range list {
		in, name := globals, g.Name
		if table, field, ok := strings.Cut(name, "."); ok {
			in, name = r.tableOf(table), field
		}
		in.RawSetString(name, r.L.NewFunction(r.guarded(g)))
		if g.Own {
			r.own = append(r.own, g.Name)
		}
	}
}

// OwnGlobals are the names of globals that Lsyncd does not have.
func (r *Runtime) OwnGlobals() []string { return r.own }

// tableOf is a table among the globals, made when it is first asked for.
func (r *Runtime) tableOf(name string) *glua.LTable {
	t, ok := r.L.G.Global.RawGetString(name).(*glua.LTable)
	if !ok {
		t = r.L.NewTable()
		r.L.G.Global.RawSetString(name, t)
	}
	return t
}

// guarded refuses a call at a wrong time.
func (r *Runtime) guarded(g Global) glua.LGFunction {
	if g.When == Always {
		return g.Func
	}
	return func(L *glua.LState) int {
		if !r.loading {
			L.RaiseError("%s{} can only be called while the config is loaded", g.Name)
		}
		if L.GetTop() > 1 && L.Get(1).Type() == glua.LTTable { // what is in a second one would silently not be there
			L.RaiseError("%s takes one table, %s{ ... }; it got %d values", g.Name, g.Name, L.GetTop())
		}
		return g.Func(L)
	}
}
