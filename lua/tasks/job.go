package tasks

import (
	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/filemanager"
	"lsyncgo/engine/filerule"
	"lsyncgo/engine/process"
	"lsyncgo/engine/task"
	"lsyncgo/lua/jobs"
)

// base is what all jobs have.
type base struct {
	s *Schedulers
	d *definition
}

// Gone implements core.Job.
func (b base) Gone() { b.d.free() }

// luaJob is a function of the config.
type luaJob struct {
	base
	fn *glua.LFunction
}

// Start implements core.Job.
func (f *luaJob) Start(t *task.Task, done func()) (kill func()) {
	L := f.s.r.L
	e := t.Event
	args := []glua.LValue{jobs.Event(L, &e)}
	if !f.d.config.Each {
		args = append(args, glua.LString(t.ID.String()))
	}
	return f.s.jobs.Start(f.fn, func() string { return about(t) }, f.d.log, done, args...)
}

// work runs one piece of work for a task.
func (b base) work(t *task.Task, w core.Work, done func()) (kill func()) {
	o := &worker{base: b, task: t, done: done}
	if b.d.log.Enabled("Exec") {
		b.d.log.Log("Exec", w.Describe(), " for ", about(t))
	}
	id, err := b.s.r.Core().RunInTurn(o, w)
	if err != nil {
		b.d.log.Log("Error", about(t), ": ", err)
		done()
		return nil
	}
	return func() {
		o.killed = true
		b.s.r.Core().Kill(id)
	}
}

// worker owns the work of one task.
type worker struct {
	base
	task   *task.Task
	done   func()
	killed bool
}

// Serves implements core.Owner.
func (*worker) Serves() bool { return false }

// Lasts implements core.LastingOwner.
func (*worker) Lasts() {}

// Ended implements core.Owner.
func (o *worker) Ended(in core.Exited) {
	if r := in.Result; !o.killed && (r.Code != 0 || r.Err != nil) {
		o.d.log.Log("Error", about(o.task), ": ", r.Words())
	}
	o.done()
}

// manager is a file manager.
type manager struct {
	base
	rules   *filerule.Rules
	waiting []func() // starts that wait until what another process has left is dealt with; nil: none has to
	busy    bool     // with that
}

// wants reports whether a rule matches.
func (m *manager) wants(path string) bool {
	_, ok, err := m.rules.Match(path)
	if err != nil {
		m.d.log.Log("Error", path, ": ", err)
	}
	return ok && err == nil
}

// Start implements core.Job.
func (m *manager) Start(t *task.Task, done func()) (kill func()) {
	op, ok, err := m.rules.Match(t.Path())
	if err != nil || !ok {
		if err != nil {
			m.d.log.Log("Error", t.Path(), ": ", err)
		}
		done()
		return nil
	}
	if !m.busy {
		return m.work(t, filemanager.Job(op, m.rules), done)
	}
	var ended, stop func()
	ended = done
	m.waiting = append(m.waiting, func() {
		if ended != nil {
			stop = m.work(t, filemanager.Job(op, m.rules), ended)
		}
	})
	return func() {
		switch {
		case stop != nil:
			stop()
		default:
			ended = nil
			done()
		}
	}
}

// recover deals with what a process left behind that was killed, before any file manager begins.
func (s *Schedulers) recover() {
	o := &recovery{s: s}
	var rules []*filerule.Rules
	for _, d := range s.list {
		if m, ok := d.config.Job.(*manager); ok {
			o.managers, rules = append(o.managers, m), append(rules, m.rules)
			m.busy = true
		}
	}
	if len(rules) == 0 {
		return
	}
	var watched []string
	if s.Watched != nil {
		watched = s.Watched()
	}
	if _, err := s.r.Core().Run(o, filemanager.RecoverJob(rules, watched)); err != nil {
		o.done()
	}
}

// recovery owns the work that recover starts.
type recovery struct {
	s        *Schedulers
	managers []*manager // that wait for it
}

// Serves implements core.Owner.
func (*recovery) Serves() bool { return false }

// Ended implements core.Owner.
func (o *recovery) Ended(in core.Exited) {
	if r := in.Result; r.Code != 0 || r.Err != nil {
		o.managers[0].d.log.Log("Error", "clear up what an earlier process left: ", r.Words())
	}
	o.done()
}

func (o *recovery) done() {
	for _, m := range o.managers {
		list := m.waiting
		m.waiting, m.busy = nil, false
		for _, start := range list {
			start()
		}
	}
}

// shellJob is a shell command.
type shellJob struct {
	base
	command string
	fields  []string // of the event, for $1, $2 and so on
}

// Start implements core.Job.
func (c *shellJob) Start(t *task.Task, done func()) (kill func()) {
	args := []string{"-c", c.command, "sh"}
	for _, f := range c.fields {
		args = append(args, placeholders[f](&t.Event))
	}
	return c.work(t, &process.Command{Binary: "sh", Args: args, Bound: true}, done)
}
