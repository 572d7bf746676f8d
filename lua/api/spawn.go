package api

import (
	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/values"
)

// globalSpawn is spawn(agent, binary, ...).
func (r *Scripts) globalSpawn(L *glua.LState) int {
	s, a := agentArgument(L, "spawn")
	binary, ok := L.Get(2).(glua.LString)
	if !ok || binary == "" {
		L.RaiseError("spawn: the second argument must be the program, not %s", values.Describe(L.Get(2)))
	}
	// Bound: what a killed daemon has left would undo what the next one does.
	cmd := &process.Command{Binary: values.WithoutZero(L, "spawn: the program", string(binary)), Bound: true}
	rest := 3
	if L.Get(3) == glua.LString("<") {
		feed(L, cmd, L.Get(4))
		rest = 5
	}
	cmd.Args = Arguments(L, "spawn", nil, rest)
	s.spawn(L, a, cmd)
	if ud, ok := L.Get(4).(*glua.LUserData); ok && rest == 5 {
		s.plans[a] = ud.Value.(*plan)
	}
	s.sweeper, s.sweeps = nil, nil
	return 0
}

// globalSpawnShell is spawnShell(agent, command, ...).
func (r *Scripts) globalSpawnShell(L *glua.LState) int {
	s, a := agentArgument(L, "spawnShell")
	command, ok := L.Get(2).(glua.LString)
	if !ok {
		L.RaiseError("spawnShell: the second argument must be a shell command, not %s", values.Describe(L.Get(2)))
	}
	// No '<' here: what follows is data, and a file may have that name.
	s.spawn(L, a, &process.Command{Binary: "sh", Args: Arguments(L, "spawn", []string{"-c", values.WithoutZero(L, "spawnShell: the command", string(command)), "sh"}, 3), Bound: true})
	return 0
}

// agentArgument takes the first argument, an event or a list.
func agentArgument(L *glua.LState, name string) (*Sync, *core.Agent) {
	x := refOf(L.Get(1))
	if x == nil {
		L.RaiseError("%s: the first argument must be an event or an event list, not %s", name, values.Describe(L.Get(1)))
	}
	if x.agent == nil {
		L.RaiseError("%s: the event list is empty: there is nothing to work on; return then, and call inlet.discardEvent(event) for an event that needs no work", name)
	}
	x.mustBeCurrent(L)
	return x.s, x.agent
}

func (s *Sync) spawn(L *glua.LState, a *core.Agent, w core.Work) {
	if err := s.running(L, "spawn").Spawn(a, w); err != nil {
		L.RaiseError("%v", err)
	}
}

// feed sets what a child gets as its input: a string, or a path plan.
func feed(L *glua.LState, cmd *process.Command, v glua.LValue) {
	switch v := v.(type) {
	case glua.LString:
		cmd.Stdin = []byte(v)
		return
	case glua.LNumber:
		cmd.Stdin = []byte(v.String())
		return
	case *glua.LNilType:
		return
	case *glua.LUserData:
		if p, ok := v.Value.(*plan); ok {
			cmd.Check, cmd.Prefix, cmd.After = p.check, p.protect, p.after
			p.stepwise(cmd)
			if cmd.Feed = p.feed; p.text != nil {
				cmd.Feed, cmd.Stdin = nil, []byte(*p.text)
			}
			return
		}
	}
	L.RaiseError("spawn: what follows '<' must be a string or a transfer.plan, not %s", values.Describe(v))
}

// Arguments flattens the arguments from the n-th on: nil is dropped, a table is
// spliced in, numbers become strings. name is that of the function that is called.
func Arguments(L *glua.LState, name string, list []string, n int) []string {
	for i := n; i <= L.GetTop(); i++ {
		list = appendArgument(L, name, list, L.Get(i), 0)
	}
	return list
}

func appendArgument(L *glua.LState, name string, list []string, v glua.LValue, depth int) []string {
	switch v := v.(type) {
	case *glua.LNilType:
		return list
	case glua.LString:
		return append(list, values.WithoutZero(L, name+": an argument", string(v)))
	case glua.LNumber:
		return append(list, L.ToStringMeta(v).String())
	case *glua.LTable:
		lua53.Room(L, len(list)*16)
		if v.Metatable == glua.LNil && depth < values.MaxNesting {
			for i := 1; i <= v.Len(); i++ {
				list = appendArgument(L, name, list, v.RawGetInt(i), depth+1)
			}
			return list
		}
	}
	L.RaiseError("%s: an argument must be a string, a number or a list of them, not %s", name, values.Describe(v))
	return nil
}
