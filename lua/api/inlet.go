package api

import (
	"slices"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
	"lsyncgo/lua"
	"lsyncgo/lua/values"
)

// newInlet makes the table of functions through which a script sees a sync.
func (r *Scripts) newInlet(s *Sync) *glua.LTable {
	L := r.L
	t := L.NewTable()
	for name, f := range map[string]func(L *glua.LState, arg func(n int) glua.LValue) int{
		"getEvent": s.getEvent, "getEvents": s.getEvents, "discardEvent": s.discardEvent,
		"getConfig": s.getConfig, "getSync": s.getSync, "getSubstitutionData": s.getSubstitutionData,
		"addExclude": s.addExclude, "rmExclude": s.rmExclude, "getExcludes": s.getExcludes,
		"appendFilter": s.appendFilter, "getFilters": s.getFilters, "hasFilters": s.hasFilters,
		"createBlanketEvent": s.createBlanketEvent, "createFullEvent": s.createFullEvent,
		"addEvent": s.addEvent, "getUnmounted": s.getUnmounted,
	} {
		t.RawSetString(name, L.NewFunction(func(L *glua.LState) int {
			return f(L, func(n int) glua.LValue { return argument(L, n, t) })
		}))
	}
	mt := L.NewTable()
	mt.RawSetString("__index", L.NewFunction(func(L *glua.LState) int {
		key := values.Readable(L, L.Get(2))
		L.RaiseError("inlet does not have function %q%s", key, values.Hint(key, GlobalNames(t)))
		return 0
	}))
	mt.RawSetString("__tostring", L.NewFunction(func(L *glua.LState) int {
		L.Push(glua.LString("inlet of " + s.Name))
		return 1
	}))
	t.Metatable = mt
	return t
}

// running returns the sync, which exists only when everything is loaded.
func (s *Sync) running(L *glua.LState, what string) *core.Sync {
	if s.sync == nil {
		L.RaiseError("%s can only be called when the sync runs", what)
	}
	return s.sync
}

func (s *Sync) getEvent(L *glua.LState, _ func(int) glua.LValue) int {
	a := s.running(L, "getEvent").Event()
	if a == nil {
		L.Push(glua.LNil)
		return 1
	}
	first, second := s.value(a)
	L.Push(first)
	L.Push(second)
	return 2
}

func (s *Sync) getEvents(L *glua.LState, arg func(int) glua.LValue) int {
	sync := s.running(L, "getEvents")
	var test func(*core.Agent) core.Choice
	var fault error
	switch f := arg(1).(type) {
	case *glua.LNilType:
	case *glua.LFunction:
		test = func(a *core.Agent) core.Choice {
			choice, err := s.choose(L, f, a)
			fault = err
			return choice
		}
	default:
		L.RaiseError("getEvents takes a function; it got %s", values.Describe(f))
	}
	a := sync.Events(test)
	if fault != nil {
		throwAgain(L, fault)
	}
	if a == nil {
		L.Push(s.r.newValue(&ref{s: s}, s.r.metas.list))
	} else {
		L.Push(s.agentValue(a))
	}
	return 1
}

// choose asks a test of getEvents about one event. Its error may not unwind
// through core, so it is caught here.
func (s *Sync) choose(L *glua.LState, test *glua.LFunction, a *core.Agent) (core.Choice, error) {
	first, second := s.value(a)
	L.Push(test)
	L.Push(first)
	L.Push(second)
	if err := L.PCall(2, 1, nil); err != nil {
		return delay.Break, err
	}
	v := L.Get(-1)
	L.Pop(1)
	switch {
	case v == glua.LString("break"):
		return delay.Break, nil
	case glua.LVAsBool(v):
		return delay.Take, nil
	}
	return delay.Leave, nil
}

// throwAgain raises an error that PCall has caught, as it was.
func throwAgain(L *glua.LState, err error) {
	if api, ok := err.(*glua.ApiError); ok { //nolint:errorlint // PCall returns exactly this type
		panic(api)
	}
	lua.Throw(L, err)
}

func (s *Sync) discardEvent(L *glua.LState, arg func(int) glua.LValue) int {
	x := refOf(arg(1))
	if x == nil {
		L.RaiseError("discardEvent takes an event or an event list; it got %s", values.Describe(arg(1)))
	}
	if x.agent == nil {
		return 0
	}
	x.mustBeCurrent(L)
	if err := s.running(L, "discardEvent").Discard(x.agent); err != nil {
		L.RaiseError("%v", err)
	}
	return 0
}

func (s *Sync) getConfig(L *glua.LState, _ func(int) glua.LValue) int {
	L.Push(s.Table)
	return 1
}

func (s *Sync) getSync(L *glua.LState, _ func(int) glua.LValue) int {
	t := L.NewTable()
	t.RawSetString("name", glua.LString(s.Name))
	t.RawSetString("source", glua.LString(s.StringKey("source")))
	t.RawSetString("config", s.Table)
	t.RawSetString("inlet", s.Inlet)
	L.Push(t)
	return 1
}

// getSubstitutionData adds an event's texts, and the local end of the sync's
// tunnel, to a table for substitudeCommands.
func (s *Sync) getSubstitutionData(L *glua.LState, arg func(int) glua.LValue) int {
	x := refOf(arg(1))
	t, ok := arg(2).(*glua.LTable)
	if !ok {
		t = L.NewTable()
	}
	for _, key := range []string{"source", "target", "host", "targetdir"} {
		if v := s.Table.RawGetString(key); v != glua.LNil {
			t.RawSetString(key, v)
		}
	}
	if x != nil && !x.isList() {
		for _, key := range Layer3Variables {
			if strings.HasPrefix(key, "target") && s.Target() == "" {
				continue
			}
			if v, ok := x.text(L, key); ok {
				t.RawSetString(key, glua.LString(v))
			}
		}
	}
	s.addTunnelEnd(t, x)
	L.Push(t)
	return 1
}

func ruleOf(L *glua.LState, v glua.LValue) string {
	text, ok := v.(glua.LString)
	if !ok {
		L.RaiseError("a pattern must be a string, not %s", values.Describe(v))
	}
	return string(text)
}

func (s *Sync) addExclude(L *glua.LState, arg func(int) glua.LValue) int {
	rule := filter.Rule{Pattern: ruleOf(L, arg(1))}
	if _, err := filter.Compile([]filter.Rule{rule}); err != nil {
		L.RaiseError("addExclude: %v", err)
	}
	if slices.Contains(s.Excludes, rule) {
		return 0
	}
	s.Excludes = append(s.Excludes, rule)
	if s.sync != nil {
		if err := s.sync.AddExclude(rule.Pattern); err != nil {
			L.RaiseError("addExclude: %v", err)
		}
	}
	return 0
}

func (s *Sync) rmExclude(L *glua.LState, arg func(int) glua.LValue) int {
	pattern := ruleOf(L, arg(1))
	for i := len(s.Excludes) - 1; i >= 0; i-- {
		if s.Excludes[i].Pattern != pattern {
			continue
		}
		s.Excludes = slices.Delete(slices.Clone(s.Excludes), i, i+1)
		if s.sync != nil {
			s.sync.RemoveExclude(pattern)
		}
		break
	}
	return 0
}

func (s *Sync) getExcludes(L *glua.LState, _ func(int) glua.LValue) int {
	t := L.NewTable()
	for _, rule := range s.Excludes {
		t.Append(glua.LString(rule.Pattern))
	}
	L.Push(t)
	return 1
}

// appendFilter adds a rule behind the other filters, and before the excludes.
func (s *Sync) appendFilter(L *glua.LState, arg func(int) glua.LValue) int {
	line := ruleOf(L, arg(1))
	if arg(2) != glua.LNil {
		line = strings.TrimSpace(line) + " " + ruleOf(L, arg(2))
	}
	rule, err := filter.Parse(line)
	if err == nil {
		_, err = filter.Compile([]filter.Rule{rule})
	}
	if err == nil && s.sync != nil {
		err = s.sync.AddRule(rule, len(s.Excludes))
	}
	if err != nil {
		L.RaiseError("appendFilter: %v", err)
	}
	s.Filters = append(s.Filters, rule)
	return 0
}

func (s *Sync) getFilters(L *glua.LState, _ func(int) glua.LValue) int {
	t := L.NewTable()
	for _, rule := range s.Filters {
		t.Append(glua.LString(rule.String()))
	}
	L.Push(t)
	return 1
}

func (s *Sync) hasFilters(L *glua.LState, _ func(int) glua.LValue) int {
	L.Push(glua.LBool(len(s.Filters) > 0))
	return 1
}

func (s *Sync) createBlanketEvent(L *glua.LState, _ func(int) glua.LValue) int {
	L.Push(s.agentValue(s.running(L, "createBlanketEvent").Blanket()))
	return 1
}

func (s *Sync) createFullEvent(L *glua.LState, arg func(int) glua.LValue) int {
	path := ""
	if v := arg(1); v != glua.LNil {
		path = strings.TrimLeft(values.WithoutZero(L, "createFullEvent: the path", ruleOf(L, v)), "/")
	}
	L.Push(s.agentValue(s.running(L, "createFullEvent").Full(path)))
	return 1
}

// addEvent is inlet.addEvent(etype, path, path2): the script is the source of an event.
func (s *Sync) addEvent(L *glua.LState, arg func(int) glua.LValue) int {
	kinds := map[glua.LValue]event.Kind{}
	for k := event.Attrib; k <= event.Move; k++ {
		kinds[glua.LString(k.String())] = k
	}
	kind, ok := kinds[arg(1)]
	if !ok {
		L.RaiseError("addEvent takes Attrib, Modify, Create, Delete or Move as its first argument, not %s", values.Describe(arg(1)))
	}
	path, ok := arg(2).(glua.LString)
	dest, isString := arg(3).(glua.LString)
	if !ok || isString != (kind == event.Move) {
		L.RaiseError("addEvent takes the path, relative to the source, and for a Move the new path")
	}
	e := event.Event{Kind: kind, Path: eventPath(L, "the path", path)}
	if e.Path == "" && kind != event.Attrib {
		L.RaiseError("addEvent takes the source itself, \"\", for Attrib only")
	}
	if kind == event.Move {
		if e.Dest = eventPath(L, "the new path", dest); e.Dest == "" || event.IsDir(e.Dest) != event.IsDir(e.Path) {
			L.RaiseError("addEvent: both paths of a Move end in a slash, as a directory does, or none")
		}
	}
	s.running(L, "addEvent").Report(e)
	return 0
}

// eventPath is a path of an event as monitors have them: no part of it leads elsewhere or means nothing.
func eventPath(L *glua.LState, what string, v glua.LString) string {
	path := strings.TrimPrefix(values.WithoutZero(L, "addEvent: "+what, string(v)), "/")
	for part := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if path != "" && (part == "" || part == "." || part == "..") {
			L.RaiseError("addEvent: %s %s has an empty part, \".\" or \"..\": it has to be relative to the source, and is taken as it is", what, values.Describe(v))
		}
	}
	return path
}

// Layer3Variables are the names after ^, each before its own prefixes.
var Layer3Variables = []string{
	"sourcePathname", "sourcePathdir", "sourcePath", "source",
	"targetPathname", "targetPathdir", "targetPath", "target",
	"pathname", "pathdir", "path",
}
