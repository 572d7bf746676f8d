package lua53

import glua "github.com/yuin/gopher-lua"

// fillKey is where the metatable of a table that is not whole yet has the function that completes it.
const fillKey = "__fill"

// SetFill has complete called before a script sees a table without its metamethods __index and __newindex, as next, pairs,
// rawget and setmetatable do. mt is the table's metatable. complete need not do anything when it is called again.
func SetFill(L *glua.LState, mt *glua.LTable, complete func(*glua.LState)) {
	ud := L.NewUserData() // scripts cannot make one
	ud.Value = complete
	mt.RawSetString(fillKey, ud)
}

// Fill completes a table that is not whole yet.
func Fill(L *glua.LState, v glua.LValue) {
	t, ok := v.(*glua.LTable)
	if !ok || t.Metatable == glua.LNil {
		return
	}
	mt, ok := t.Metatable.(*glua.LTable)
	if !ok {
		return
	}
	if ud, ok := mt.RawGetString(fillKey).(*glua.LUserData); ok {
		if complete, ok := ud.Value.(func(*glua.LState)); ok {
			complete(L)
		}
	}
}

// fillFirst has functions of a library complete their first argument.
func fillFirst(L *glua.LState, library *glua.LTable, names ...string) {
	for _, name := range names {
		if fn, ok := library.RawGetString(name).(*glua.LFunction); ok {
			plain := fn.GFunction
			library.RawSetString(name, L.NewFunction(func(L *glua.LState) int {
				Fill(L, L.Get(1))
				return plain(L)
			}))
		}
	}
}
