package values

import (
	"slices"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/lua53"
)

// MaxNesting bounds how deep tables may nest; only one that holds itself reaches it.
const MaxNesting = 100

// ExitTables are the keys of tables from exit codes to verdicts.
var ExitTables = []string{"exitcodes", "rsyncExitCodes", "sshExitCodes"}

// Inherit copies into dst what it lacks of src: named keys, tables merged key by
// key, then, one after the other, the tables in src's array part, recursively.
// Other array entries are appended. src._merge = false keeps src out of a
// present table, a table of names lets only those through. src._verbatim, or
// verbatim, makes integer keys ordinary keys.
func Inherit(L *glua.LState, dst, src *glua.LTable, verbatim bool) {
	inheritAt(L, dst, src, verbatim, 0)
}

func inheritAt(L *glua.LState, dst, src *glua.LTable, verbatim bool, depth int) {
	if depth > MaxNesting {
		L.RaiseError("a table is inherited by itself")
	}
	lua53.Room(L, 0)
	verbatim = verbatim || src.RawGetString("_verbatim") == glua.LTrue
	only, selective := src.RawGetString("_merge").(*glua.LTable)
	src.ForEach(func(k, v glua.LValue) {
		if _, isNumber := k.(glua.LNumber); isNumber && !verbatim {
			return
		}
		if k == glua.LString("_merge") || k == glua.LString("_verbatim") || selective && only.RawGet(k) != glua.LTrue {
			return
		}
		inheritKey(L, dst, k, v, depth)
	})
	if verbatim {
		return
	}
	for i := 1; i <= src.Len(); i++ {
		switch v := src.RawGetInt(i).(type) {
		case *glua.LTable:
			inheritAt(L, dst, v, false, depth+1)
		case *glua.LNilType:
		default:
			dst.Append(v)
		}
	}
}

func inheritKey(L *glua.LState, dst *glua.LTable, k, v glua.LValue, depth int) {
	present := dst.RawGet(k)
	table, isTable := v.(*glua.LTable)
	if !isTable || table.Metatable != glua.LNil {
		// A table with a metatable is an object, a tunnel for instance: it stays the same one.
		if present == glua.LNil {
			dst.RawSet(k, v)
		}
		return
	}
	verbatim := slices.Contains(ExitTables, k.String())
	switch present := present.(type) {
	case *glua.LNilType:
		fresh := L.NewTable()
		inheritAt(L, fresh, table, verbatim, depth+1)
		dst.RawSet(k, fresh)
	case *glua.LTable:
		if table.RawGetString("_merge") != glua.LFalse {
			inheritAt(L, present, table, verbatim, depth+1)
		}
	}
}
