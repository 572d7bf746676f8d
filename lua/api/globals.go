package api

import (
	"fmt"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/printable"
	"lsyncgo/lua"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/values"
)

// Version is what lsyncd_version tells scripts: the Lsyncd whose configs run here.
const Version = "2.3.1"

// globals is everything that scripts can call at any time.
func (r *Scripts) globals() []lua.Global {
	return []lua.Global{
		{Name: "log", Func: r.globalLog},
		{Name: "terminate", Func: r.globalTerminate},
		{Name: "spawn", Func: r.globalSpawn},
		{Name: "spawnShell", Func: r.globalSpawnShell},
		{Name: "now", Func: r.globalNow},
		{Name: "alarm", Func: r.globalAlarm},
		{Name: "readdir", Func: r.globalReaddir},
		{Name: "observefd", Func: r.globalObserve},
		{Name: "nonobservefd", Func: r.globalNonobserve},
		{Name: "substitudeCommands", Func: globalSubstitute},
		{Name: "string.starts", Func: stringStarts},
		{Name: "string.ends", Func: stringEnds},
		{Name: "table.contains", Func: tableContains},

		{Name: "lsyncd.log", Func: r.globalLog},
		{Name: "lsyncd.terminate", Func: r.globalTerminate},
		{Name: "lsyncd.now", Func: r.globalNow},
		{Name: "lsyncd.readdir", Func: r.globalReaddir},
		{Name: "lsyncd.realdir", Func: r.lsyncdRealdir},
		{Name: "lsyncd.kill", Func: lsyncdKill},
		{Name: "lsyncd.get_free_port", Func: lsyncdFreePort},
		{Name: "lsyncd.get_file_size", Func: r.lsyncdFileSize},
		{Name: "lsyncd.get_process_info", Func: lsyncdProcessInfo},
		{Name: "lsyncd.jiffies_from_seconds", Func: lsyncdJiffies},
		{Name: "lsyncd.splitQuotedString", Func: lsyncdSplit},
		{Name: "lsyncd.inherit", Func: lsyncdInherit},
		{Name: "lsyncd.dump", Func: lsyncdDump},
		{Name: "lsyncd.observe_fd", Func: r.globalObserve},
		{Name: "lsyncd.nonobserve_fd", Func: r.globalNonobserve},
		{Name: "lsyncd.find", Func: lsyncdFind},
		{Name: "lsyncd.controlpath", Func: r.lsyncdControlPath},

		// What would be slow in Lua over many paths, and the work that is done in process.
		{Name: "transfer.plan", Func: r.transferPlan, Own: true},
		{Name: "transfer.beside", Func: r.transferBeside, Own: true},
		{Name: "transfer.apply", Func: r.transferApply, Own: true},
		{Name: "transfer.tree", Func: r.transferTree, Own: true},
		{Name: "transfer.maxDelete", Func: r.transferMaxDelete, Own: true},
		{Name: "transfer.unsafe", Func: transferUnsafe, Own: true},
		{Name: "transfer.sweep", Func: r.transferSweep, Own: true},
		{Name: "transfer.unlike", Func: r.transferUnlike, Own: true},
		{Name: "transfer.input", Func: r.transferInput, Own: true},
	}
}

// openGlobals gives scripts what they can call at any time.
func (r *Scripts) openGlobals() {
	r.metas = r.newMetatables()
	lua53.SetExit(r.L, func(code int) { r.Terminate(r.L, code) })
	r.Define(r.globals()...)
	r.L.SetGlobal("lsyncd_version", glua.LString(Version))
}

// globalTerminate is terminate(code).
func (r *Scripts) globalTerminate(L *glua.LState) int {
	r.Terminate(L, L.OptInt(1, 0))
	return 0
}

// maxLogged is the longest text of one line of the log, in bytes.
const maxLogged = 64 << 10

// globalLog is log(category, ...).
func (r *Scripts) globalLog(L *glua.LState) int {
	category, ok := L.Get(1).(glua.LString)
	if !ok || category == "" || category[0] < 'A' || category[0] > 'Z' {
		L.RaiseError("log: the first argument must be a category that starts with a capital, like \"Normal\"; it is %s", values.Describe(L.Get(1)))
	}
	if !r.Log.Enabled(string(category)) {
		return 0
	}
	var b strings.Builder
	for i := 2; i <= L.GetTop() && b.Len() <= maxLogged; i++ {
		text := values.Readable(L, L.Get(i))
		b.WriteString(text[:min(len(text), maxLogged+1)])
	}
	text := b.String()
	if len(text) > maxLogged {
		text = text[:maxLogged] + " ... (cut)"
	}
	r.Log.Log(string(category), printable.Lines(text))
	return 0
}

func stringStarts(L *glua.LState) int {
	L.Push(glua.LBool(strings.HasPrefix(L.CheckString(1), L.CheckString(2))))
	return 1
}

func stringEnds(L *glua.LState) int {
	L.Push(glua.LBool(strings.HasSuffix(L.CheckString(1), L.CheckString(2))))
	return 1
}

func tableContains(L *glua.LState) int {
	wanted, found := L.CheckAny(2), false
	L.CheckTable(1).ForEach(func(_, v glua.LValue) {
		found = found || L.Equal(v, wanted)
	})
	L.Push(glua.LBool(found))
	return 1
}

// globalSubstitute is substitudeCommands(command, data): every ^name in a string,
// or in the strings of a table, is replaced by data[name].
func globalSubstitute(L *glua.LState) int {
	data := L.CheckTable(2)
	L.Push(substitute(L, L.CheckAny(1), data, 0))
	return 1
}

func substitute(L *glua.LState, v glua.LValue, data *glua.LTable, depth int) glua.LValue {
	switch v := v.(type) {
	case glua.LString:
		return glua.LString(substituteString(L, string(v), data))
	case *glua.LTable:
		if depth > values.MaxNesting {
			L.RaiseError("substitudeCommands: a table is within itself")
		}
		copied := &glua.LTable{Metatable: glua.LNil}
		lua53.Room(L, 0)
		v.ForEach(func(k, v glua.LValue) { copied.RawSet(k, substitute(L, v, data, depth+1)) })
		return copied
	}
	return v
}

func substituteString(L *glua.LState, s string, data *glua.LTable) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "^")
		lua53.Room(L, 2*b.Len()+len(before)) // what b may grow to
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name := after[:values.NameLength(after)]
		value := data.RawGetString(name)
		if name == "" || value == glua.LNil {
			b.WriteByte('^')
			s = after
			continue
		}
		fmt.Fprint(&b, value.String())
		s = after[len(name):]
	}
}

// GlobalNames are the keys of a table of globals, and settings.
func GlobalNames(globals *glua.LTable) (names []string) {
	globals.ForEach(func(k, _ glua.LValue) {
		if s, ok := k.(glua.LString); ok {
			names = append(names, string(s))
		}
	})
	return append(names, "settings")
}
