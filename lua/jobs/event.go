package jobs

import (
	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/lua/values"
)

// Event is a raw event as scripts see it.
func Event(L *glua.LState, e *event.Raw) *glua.LTable {
	t := L.CreateTable(0, 9)
	t.RawSetString("maskname", glua.LString(e.Mask.String()))
	t.RawSetString("mask", glua.LNumber(e.Mask))
	t.RawSetString("path", glua.LString(e.Path))
	t.RawSetString("name", glua.LString(e.Name))
	t.RawSetString("pathname", glua.LString(e.Pathname()))
	t.RawSetString("src_pathname", glua.LString(e.Source))
	t.RawSetString("isdir", glua.LBool(e.IsDir))
	t.RawSetString("cookie", glua.LNumber(e.Cookie))
	t.RawSetString("watch", glua.LString(e.Watch))
	return t
}

// CheckEvent takes the first argument, which has to be a value of Event. name is that of the function that is called.
func CheckEvent(L *glua.LState, name string) event.Raw {
	t, isTable := L.Get(1).(*glua.LTable)
	var mask glua.LNumber
	if isTable {
		mask, isTable = t.RawGetString("mask").(glua.LNumber)
	}
	if !isTable {
		L.RaiseError("%s takes an event of a watch{}, not %s", name, values.Describe(L.Get(1)))
	}
	text := func(key string) string { return glua.LVAsString(t.RawGetString(key)) }
	return event.Raw{
		Mask: event.RawMask(int64(mask)), Cookie: uint32(glua.LVAsNumber(t.RawGetString("cookie"))), Path: text("path"), Name: text("name"),
		Source: text("src_pathname"), Watch: text("watch"), IsDir: glua.LVAsBool(t.RawGetString("isdir")),
	}
}
