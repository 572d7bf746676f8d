package dialect

import (
	glua "github.com/yuin/gopher-lua"
)

var coroutineFuncs = map[string]glua.LGFunction{
	"isyieldable": func(L *glua.LState) int { return push(L, glua.LBool(L.Parent != nil)) },
	"running":     func(L *glua.LState) int { return push(L, L, glua.LBool(L.Parent == nil)) },
	"yield":       coroutineYield,
}

func coroutineYield(L *glua.LState) int {
	if L.Parent == nil {
		L.RaiseError("attempt to yield from outside a coroutine")
	}
	if !canYield(L) {
		L.RaiseError("attempt to yield across a C-call boundary: coroutine.yield does not work inside pcall, " +
			"table.sort, string.gsub, metamethods and iterators")
	}
	return -1 // gopher-lua's sign to switch threads
}

// canYield tells whether the calls of the coroutine lead from one Lua instruction to the next. gopher-lua cannot
// resume in the middle of a Go function; it would go on with that function as if its callback had returned.
// A metamethod or iterator shows by having been called without a call instruction, thus without a name.
func canYield(L *glua.LState) bool {
	for level := 1; ; level++ {
		dbg, ok := L.GetStack(level)
		if !ok {
			return true
		}
		if _, err := L.GetInfo("Sn", dbg, glua.LNil); err != nil {
			return true
		}
		if dbg.What == "G" || dbg.What == "Lua" && dbg.Name != "" && dbg.Name[0] == '<' {
			return false
		}
	}
}
