package api

import (
	"cmp"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/lua/values"
)

// end says which of the two events of a Move an event is.
type end uint8

const (
	plain end = iota // no Move
	origin
	dest
)

// ref is what an event or a list stands for. Its Lua value is a table, since
// scripts keep fields of their own in it, with the ref in slot 1.
type ref struct {
	s     *Sync
	agent *core.Agent // nil: a list without events
	// What was reported, since another event may take over the delay.
	kind event.Kind
	path string
	end  end
}

// pair is what Agent.Script holds for one delay.
type pair struct {
	first  *glua.LTable
	second *glua.LTable // of a Move: the destination
}

// metatables are shared by all values of a kind.
type metatables struct {
	event, list, timestamp *glua.LTable
}

func (r *Scripts) newMetatables() metatables {
	return metatables{
		event:     r.newMetatable("event", eventIndex, eventString),
		list:      r.newMetatable("event list", listIndex, listString),
		timestamp: r.newTimestampMetatable(),
	}
}

func (r *Scripts) newMetatable(name string, index, tostring glua.LGFunction) *glua.LTable {
	mt := r.L.NewTable()
	mt.RawSetString("__index", r.L.NewFunction(index))
	mt.RawSetString("__tostring", r.L.NewFunction(tostring))
	mt.RawSetString("__name", glua.LString(name))
	return mt
}

// newValue makes the Lua table of a ref.
func (r *Scripts) newValue(x *ref, mt *glua.LTable) *glua.LTable {
	t := r.L.CreateTable(1, 0)
	t.Append(&glua.LUserData{Value: x, Metatable: glua.LNil, Env: r.L.G.Global})
	t.Metatable = mt
	return t
}

// value is the Lua event of a one-delay agent, two for a Move, the same ones
// for the same delay.
func (s *Sync) value(a *core.Agent) (first, second glua.LValue) {
	p, ok := a.Script().(*pair)
	if !ok {
		p = s.newPair(a)
		a.SetScript(p)
	}
	if p.second == nil {
		return p.first, glua.LNil
	}
	return p.first, p.second
}

func (s *Sync) newPair(a *core.Agent) *pair {
	d := a.Delays[0]
	if d.Kind != event.Move {
		return &pair{first: s.r.newValue(&ref{s: s, agent: a, kind: d.Kind, path: d.Path()}, s.r.metas.event)}
	}
	return &pair{
		first:  s.r.newValue(&ref{s: s, agent: a, kind: d.Kind, path: d.Path(), end: origin}, s.r.metas.event),
		second: s.r.newValue(&ref{s: s, agent: a, kind: d.Kind, path: d.Dest(), end: dest}, s.r.metas.event),
	}
}

// agentValue is the Lua value of any agent: its first event, or the list.
func (s *Sync) agentValue(a *core.Agent) glua.LValue {
	if !a.List {
		first, _ := s.value(a)
		return first
	}
	if t, ok := a.Script().(*glua.LTable); ok {
		return t
	}
	t := s.r.newValue(&ref{s: s, agent: a}, s.r.metas.list)
	a.SetScript(t)
	return t
}

// refOf returns what a Lua value stands for if it is an event or a list.
func refOf(v glua.LValue) *ref {
	t, ok := v.(*glua.LTable)
	if !ok {
		return nil
	}
	ud, ok := t.RawGetInt(1).(*glua.LUserData)
	if !ok {
		return nil
	}
	x, _ := ud.Value.(*ref)
	return x
}

func (x *ref) isList() bool { return x.kind == 0 }

func (x *ref) status() string {
	if x.agent == nil || !x.agent.Delays[0].Queued() || x.replaced() {
		return "done"
	}
	return x.agent.Status().String()
}

// replaced reports whether another event has taken over the delay, which then stands for that one.
func (x *ref) replaced() bool {
	d := x.agent.Delays[0]
	return !x.isList() && d.Queued() && d.Data() != any(x.agent)
}

// mustBeCurrent raises an error if there is another event now where this one was.
func (x *ref) mustBeCurrent(L *glua.LState) {
	if x.replaced() {
		L.RaiseError("the event is done already: another one has taken its place")
	}
}

// eventFields are all fields of an event.
var eventFields = []string{
	"config", "inlet", "etype", "status", "isdir", "name", "basename", "path", "pathdir", "pathname",
	"source", "sourcePath", "sourcePathdir", "sourcePathname",
	"target", "targetPath", "targetPathdir", "targetPathname", "isList", "move",
}

func eventIndex(L *glua.LState) int {
	x := refOf(L.Get(1))
	key, ok := L.Get(2).(glua.LString)
	if x == nil || x.isList() {
		L.RaiseError("not an event")
	}
	if !ok {
		L.Push(glua.LNil)
		return 1
	}
	L.Push(x.field(L, string(key)))
	return 1
}

func (x *ref) field(L *glua.LState, key string) glua.LValue {
	switch key {
	case "config":
		return x.s.Table
	case "inlet":
		return x.s.Inlet
	case "etype":
		return glua.LString(x.kind.String())
	case "status":
		return glua.LString(x.status())
	case "isdir":
		return glua.LBool(event.IsDir(x.path) && x.kind != event.Init && x.kind != event.Blanket)
	case "isList":
		return glua.LFalse
	case "move":
		switch x.end {
		case origin:
			return glua.LString("Fr")
		case dest:
			return glua.LString("To")
		}
		return glua.LNil
	}
	if v, ok := x.text(L, key); ok {
		return glua.LString(v)
	}
	L.RaiseError("event does not have field %q%s", key, values.Hint(key, eventFields))
	return glua.LNil
}

func (x *ref) text(L *glua.LState, key string) (string, bool) {
	switch {
	case key == "name":
		return lastSegment(x.path), true
	case key == "basename":
		return strings.TrimSuffix(lastSegment(x.path), "/"), true
	case strings.HasPrefix(key, "path"):
		return form(x.path, key[len("path"):])
	case key == "source":
		return x.source(), true
	case key == "target":
		return x.target(L, key), true
	case strings.HasPrefix(key, "sourcePath"):
		return joined(x.source(), x.path, key[len("sourcePath"):])
	case strings.HasPrefix(key, "targetPath"):
		return joined(x.target(L, key), x.path, key[len("targetPath"):])
	}
	return "", false
}

func (x *ref) source() string { return x.s.StringKey("source") }

func (x *ref) target(L *glua.LState, key string) string {
	target := cmp.Or(x.s.StringKey("target"), x.s.StringKey("targetdir"))
	if target == "" {
		L.RaiseError("event has no %s: the sync has no target", key)
	}
	return target
}

// form returns a relative path, without its directory slash, or its directory.
func form(path, which string) (string, bool) {
	switch which {
	case "":
		return path, true
	case "name":
		return strings.TrimSuffix(path, "/"), true
	case "dir":
		return strings.TrimSuffix(path, lastSegment(path)), true
	}
	return "", false
}

// joined returns such a form below root.
func joined(root, path, which string) (string, bool) {
	path, ok := form(path, which)
	if root != "" && !strings.HasSuffix(root, "/") && !strings.HasSuffix(root, ":") {
		root += "/"
	}
	if which == "name" && path == "" {
		return strings.TrimSuffix(root, "/"), ok
	}
	return root + path, ok
}

// lastSegment is the name of a path with the directory slash.
func lastSegment(path string) string {
	return path[strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1:]
}

func eventString(L *glua.LState) int {
	x := refOf(L.Get(1))
	if x == nil {
		L.Push(glua.LString("event"))
		return 1
	}
	L.Push(glua.LString(x.kind.String() + " " + quoted(x.path)))
	return 1
}
