package lua53

import (
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"
)

var debugFuncs = map[string]glua.LGFunction{
	"getinfo":   debugGetinfo,
	"traceback": debugTraceback,
}

// thread takes an optional coroutine from the front of the arguments; skip is 1 if there is one.
func thread(L *glua.LState) (t *glua.LState, skip int) {
	if t, ok := L.Get(1).(*glua.LState); ok {
		return t, 1
	}
	return L, 0
}

// debugGetinfo is debug.getinfo([thread,] function or level [, what]). It always fills in all fields.
func debugGetinfo(L *glua.LState) int {
	t, skip := thread(L)
	dbg, what := &glua.Debug{CurrentLine: -1}, "Slunf"
	fn, ok := L.Get(skip + 1).(*glua.LFunction)
	if ok {
		what = ">" + what
	} else {
		level := checkInt(L, skip+1)
		if level < 0 {
			return push(L, glua.LNil)
		}
		if dbg, ok = t.GetStack(level); !ok {
			return push(L, glua.LNil)
		}
	}
	v, err := t.GetInfo(what, dbg, fn)
	if err != nil {
		argError(L, skip+2, "%s", err)
	}
	fn, _ = v.(*glua.LFunction)
	return push(L, infoTable(L, dbg, fn))
}

func infoTable(L *glua.LState, dbg *glua.Debug, fn *glua.LFunction) *glua.LTable {
	info := L.NewTable()
	set := func(name string, v glua.LValue) { info.RawSetString(name, v) }
	set("currentline", glua.LNumber(dbg.CurrentLine))
	set("istailcall", glua.LBool(dbg.What == "tail"))
	set("func", fn)
	set("nups", glua.LNumber(dbg.NUpvalues))
	if dbg.Name != "" && strings.IndexByte("(<", dbg.Name[0]) < 0 {
		set("name", glua.LString(dbg.Name))
		set("namewhat", glua.LString("function"))
	} else {
		set("namewhat", glua.LString(""))
	}
	if fn.IsG {
		for name, v := range map[string]string{"what": "C", "source": "=[C]", "short_src": "[C]"} {
			set(name, glua.LString(v))
		}
		set("linedefined", glua.LNumber(-1))
		set("lastlinedefined", glua.LNumber(-1))
		set("nparams", glua.LNumber(0))
		set("isvararg", glua.LTrue)
		return info
	}
	what := "Lua"
	if dbg.LineDefined == 0 {
		what = "main"
	}
	set("what", glua.LString(what))
	set("source", glua.LString(source(dbg.Source)))
	set("short_src", glua.LString(dbg.Source))
	set("linedefined", glua.LNumber(dbg.LineDefined))
	set("lastlinedefined", glua.LNumber(dbg.LastLineDefined))
	set("nparams", glua.LNumber(fn.Proto.NumParameters))
	set("isvararg", glua.LBool(fn.Proto.IsVarArg != 0))
	return info
}

// source marks file names with @, as scripts that look for their own directory expect.
func source(name string) string {
	if strings.HasPrefix(name, "[string ") {
		return name
	}
	return "@" + name
}

// debugTraceback is debug.traceback([thread,] [message [, level]]).
func debugTraceback(L *glua.LState) int {
	t, skip := thread(L)
	msg, ok := toText(L.Get(skip + 1))
	if !ok && L.Get(skip+1) != glua.LNil {
		return push(L, L.Get(skip+1))
	}
	level := 1
	if t != L {
		level = 0
	}
	level = optInt(L, skip+2, level)
	if ok {
		msg += "\n"
	}
	return push(L, glua.LString(msg+traceback(t, level)))
}

// traceback lists the calls of t from level on; of a deep stack its ends.
func traceback(t *glua.LState, level int) string {
	return "stack traceback:" + strings.Join(calls(t, level, callDepth(t)), "")
}

// calls describes the calls of a stack from level on. Each costs time that grows with the depth, so that of a deep
// stack only the ends are looked at.
func calls(t *glua.LState, level, depth int) (lines []string) {
	const ends = 10
	for ; level < depth; level++ {
		if len(lines) == ends && depth-level > ends {
			lines, level = append(lines, "\n\t..."), depth-ends
		}
		dbg, ok := t.GetStack(level)
		if !ok {
			break
		}
		if _, err := t.GetInfo("Sln", dbg, glua.LNil); err != nil {
			break
		}
		lines = append(lines, frame(dbg))
	}
	return lines
}

func frame(dbg *glua.Debug) string {
	place := "[C]:"
	if dbg.What != "G" && dbg.Source != "" {
		place = fmt.Sprintf("%s:%d:", dbg.Source, dbg.CurrentLine)
	}
	what := "in ?"
	switch {
	case dbg.What == "main":
		what = "in main chunk"
	case dbg.Name != "" && dbg.Name[0] == '<':
		what = "in function " + dbg.Name
	case dbg.Name != "" && dbg.Name[0] != '(':
		what = "in function '" + dbg.Name + "'"
	}
	return "\n\t" + place + " " + what
}
