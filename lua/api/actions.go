package api

import (
	"errors"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/failure"
	"lsyncgo/lua"
)

// The methods of core.Actions. core calls them from the goroutine of the loop.

// Init implements core.Actions.
func (s *Sync) Init(_ *core.Sync, a *core.Agent) error {
	return s.onEvent("init", a)
}

// Full implements core.Actions.
func (s *Sync) Full(_ *core.Sync, a *core.Agent) error {
	return s.onEvent("full", a)
}

// onEvent calls config[key](event, inlet), or the default's function of that name.
func (s *Sync) onEvent(key string, a *core.Agent) error {
	fn := s.Table.RawGetString(key)
	if _, ok := fn.(*glua.LFunction); !ok {
		fn = s.Fallback[key]
	}
	return s.run(key, a, fn, 0, s.agentValue(a), s.Inlet)
}

// Action implements core.Actions.
func (s *Sync) Action(sync *core.Sync) error {
	return s.run("action", sync.Event(), s.Table.RawGetString("action"), 0, s.Inlet)
}

// Exist implements core.Actions. The function is a job.
func (s *Sync) Exist(_ *core.Sync, a *core.Agent) error {
	key := "on" + a.Kind().String()
	fn, ok := s.Table.RawGetString(key).(*glua.LFunction)
	if !ok {
		return nil
	}
	return s.begin(key, a, fn, s.agentValue(a))
}

// begin calls a function of the sync as a job that acts on an agent. The error is that of a function that has not waited.
func (s *Sync) begin(what string, a *core.Agent, fn *glua.LFunction, args ...glua.LValue) (failed error) {
	s.tell(what, a)
	begun, over, occupies := false, false, false
	kill := s.r.Jobs.Begin(fn, func() string { return what }, func(err error) {
		err = s.placed(err, what, a)
		switch {
		case !begun:
			over, failed = true, err
		case occupies:
			a.JobEnded(err)
		case err != nil:
			s.r.Log.Log("Error", err)
		}
	}, args...)
	begun = true
	if !over {
		occupies = s.sync.Occupy(a, kill) == nil // else it has begun a process before it waited, whose end counts
	}
	return failed
}

// Collect implements core.Actions.
func (s *Sync) Collect(_ *core.Sync, a *core.Agent, res core.Result) (core.Verdict, error) {
	said := s.r.L.CreateTable(len(res.Tail), 3)
	for _, line := range res.Tail {
		said.Append(glua.LString(line))
	}
	said.RawSetString("unfit", glua.LBool(failure.Unfit(res.Tail)))
	said.RawSetString("misruled", glua.LBool(failure.Misruled(res.Tail)))
	said.RawSetString("barred", glua.LBool(failure.Barred(res.Tail)))
	said.RawSetString("derailed", glua.LBool(failure.Derailed(res.Tail)))
	if p := s.plans[a]; p != nil && p.text == nil {
		said.RawSetString("contents", glua.LBool(p.Contents))
	}
	s.sweep(a, res.Code)
	s.arrived()
	err := s.run("collect", a, s.Table.RawGetString("collect"), 1, s.agentValue(a), glua.LNumber(res.Code), said)
	if err != nil {
		return core.Ok, err
	}
	L := s.r.L
	if L.GetTop() == 0 {
		return core.Ok, nil
	}
	v := L.Get(-1)
	L.Pop(1)
	switch v {
	case glua.LString("again"):
		return core.Again, nil
	case glua.LString("die"):
		return core.Die, nil
	case glua.LString("partial"):
		return core.Partial, nil
	}
	return core.Ok, nil
}

// run calls a function of the sync. Its error tells the sync and the event.
// After terminate there is no error: core knows already, and the result is nil.
func (s *Sync) run(what string, a *core.Agent, fn glua.LValue, nret int, args ...glua.LValue) error {
	s.tell(what, a)
	err := s.r.Call(what, fn, nret, args...)
	if err == nil {
		return nil
	}
	var exit *lua.ExitError
	if errors.As(err, &exit) {
		for range nret {
			s.r.L.Push(glua.LNil)
		}
		return nil
	}
	return s.placed(err, what, a)
}

// tell logs that a function of the sync is called.
func (s *Sync) tell(what string, a *core.Agent) {
	if !s.r.Log.Enabled("Function") {
		return
	}
	about := ""
	if a != nil {
		about = " for " + a.String()
	}
	s.r.Log.Log("Function", s.Name, ": calling ", what, about)
}

// placed adds to an error of a function of the sync which one that is, and what it was called for.
func (s *Sync) placed(err error, what string, a *core.Agent) error {
	var fault *lua.ScriptError
	if errors.As(err, &fault) {
		fault.Sync = s.Name
		if a != nil {
			fault.Event = what + " of " + a.String()
		}
	}
	return err
}
