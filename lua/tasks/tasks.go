// Package tasks takes in the schedulers of a config, and has their jobs done: functions of the config, shell commands, and the
// rules of a file manager.
package tasks

import (
	"cmp"
	"fmt"
	"lsyncgo/engine/printable"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/task"
	"lsyncgo/engine/watch"
	"lsyncgo/lua"
	"lsyncgo/lua/jobs"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// Schedulers are those of one config.
type Schedulers struct {
	r     *lua.Runtime
	found *problem.Collector
	jobs  *jobs.Jobs
	list  []*definition // in order

	// functions are what Each was asked for.
	functions []*definition

	// Timeout is how long tasks may take to end at the end, or when the config is replaced.
	Timeout time.Duration
	// Named returns the log of a name.
	Named func(name string) core.Log
	// Watched returns the paths that events come from; nil: not known.
	Watched func() []string
	// Handle is told which function of the config stands for what in an event_map.
	Handle func(fn *glua.LFunction, h watch.Handler)
}

// definition is what one scheduler.task{}, .shell{} or .filemanager{} says.
type definition struct {
	kind      string
	place     string
	config    task.Config
	scheduler *task.Scheduler // nil until Bind
	log       core.Log
	free      func() // lets go of the runtime

	given given
}

// given are the keys of a table as they are read.
type given struct {
	job         *glua.LFunction
	cmd         string
	unsafeShell bool
	rules       *glua.LTable
}

// keys are those of every scheduler.
var keys = []schema.Key[definition]{
	{Name: "delay", Value: schema.To(schema.Seconds, func(d *definition) *time.Duration { return &d.config.Delay }),
		Default: "0", Example: "30", Doc: "how long a task waits after the newest event of its path, in seconds"},
	{Name: "files", Value: schema.To(schema.Flag, func(d *definition) *bool { return &d.config.Files }),
		Default: "true", Example: "true", Doc: "events of files schedule"},
	{Name: "dirs", Value: schema.To(schema.Flag, func(d *definition) *bool { return &d.config.Dirs }),
		Default: "false", Example: "true", Doc: "events of directories schedule"},
	{Name: "singlejob", Value: schema.To(schema.Flag, func(d *definition) *bool { return &d.config.Single }),
		Default: "false", Example: "true", Doc: "there is one task at most, whatever the path"},
	{Name: "busy", Value: schema.To(schema.Mapped(schema.Choice("queue", "drop", "restart"), busyOf), func(d *definition) *task.Busy { return &d.config.Busy }),
		Default: `"queue"`, Example: `"drop"`, Doc: "what an event does whose path has a job running"},
	{Name: "logname", Value: schema.To(schema.Name, func(d *definition) *string { return &d.config.Name }),
		Default: `"sched"`, Example: `"sched"`, Doc: "what messages and the status call the scheduler"},
}

func busyOf(name string) task.Busy {
	return map[string]task.Busy{"drop": task.Drop, "restart": task.Restart}[name]
}

// kinds are the schedulers by the name that a config calls them by, with the keys of their own.
var kinds = map[string]schema.Table[definition]{
	"task": {Keys: append([]schema.Key[definition]{
		{Name: "job", Value: schema.To(function, func(d *definition) **glua.LFunction { return &d.given.job }), Required: true,
			Example: "function(event, task_id) ... end", Doc: "what is done for each task"}}, keys...)},
	"shell": {Keys: append([]schema.Key[definition]{
		{Name: "cmd", Value: schema.To(schema.Name, func(d *definition) *string { return &d.given.cmd }), Required: true,
			Example: `"/usr/local/sbin/task.sh {maskname} {pathname}"`, Doc: "the shell command that is run for each task"},
		{Name: "unsafeShell", Value: schema.To(schema.Flag, func(d *definition) *bool { return &d.given.unsafeShell }),
			Default: "false", Example: "true", Doc: "commands that have somebody evaluate names are allowed"}}, keys...)},
	"filemanager": {Keys: append([]schema.Key[definition]{
		{Name: "rules", Value: schema.To(table, func(d *definition) **glua.LTable { return &d.given.rules }), Required: true,
			Example: `{ { action = "move", src_re = "^/src/(.*)", dst_re = [[/dst/\1]] } }`, Doc: "what is done with which path"}}, keys...)},
}

var function = schema.Custom("a function", func(v glua.LValue) (*glua.LFunction, error) {
	if fn, ok := v.(*glua.LFunction); ok {
		return fn, nil
	}
	return nil, schema.ErrUnfit
})

var table = schema.Custom("a table", func(v glua.LValue) (*glua.LTable, error) {
	if t, ok := v.(*glua.LTable); ok {
		return t, nil
	}
	return nil, schema.ErrUnfit
})

// New returns the schedulers of a config that is being loaded; what is wrong with them goes to found.
func New(r *lua.Runtime, j *jobs.Jobs, found *problem.Collector) *Schedulers {
	s := &Schedulers{r: r, jobs: j, found: found}
	r.OnBind(s.bind)
	return s
}

// Globals is what a config can call.
func (s *Schedulers) Globals() (list []lua.Global) {
	for kind := range kinds {
		list = append(list, lua.Global{Name: "scheduler." + kind, When: lua.OnlyLoading, Own: true,
			Func: func(L *glua.LState) int { return s.define(L, kind) }})
	}
	return list
}

// Any reports whether there is a scheduler.
func (s *Schedulers) Any() bool { return len(s.list) > 0 }

// define is scheduler.task{}, scheduler.shell{} and scheduler.filemanager{}.
func (s *Schedulers) define(L *glua.LState, kind string) int {
	keys := kinds[kind]
	t, ok := L.Get(1).(*glua.LTable)
	if !ok {
		own := keys.Keys[0]
		L.RaiseError("scheduler.%s takes a table, scheduler.%s{ %s = %s }; it got %s", kind, kind, own.Name, own.Example, values.Describe(L.Get(1)))
	}
	d := &definition{kind: kind, place: lua.Where(L), config: task.Config{Files: true}}
	if kind == "filemanager" {
		d.config.Name = "filemgr"
	} else {
		d.config.Name = "sched"
	}
	found := keys.Read(t, d)
	s.found.Report(found, d.place, "", "scheduler."+kind+": ", "it")
	d.log = named{d.config.Name, s}
	d.config.Log = d.log
	if !found.Faulty() {
		s.complete(d)
	}
	s.list = append(s.list, d)
	L.Push(s.value(L, d))
	return 1
}

// complete makes the job of a scheduler whose keys can be used.
func (s *Schedulers) complete(d *definition) {
	switch d.kind {
	case "task":
		d.config.Job = &luaJob{base{s, d}, d.given.job}
	case "shell":
		s.readCommand(d)
	case "filemanager":
		s.readRules(d)
	}
}

// problem says what is wrong with a scheduler.
func (s *Schedulers) problem(d *definition, remedy, format string, args ...any) {
	s.found.Add(problem.At(d.place, "", remedy, "scheduler."+d.kind+": "+format, args...))
}

// value is what the config gets of a scheduler.
func (s *Schedulers) value(L *glua.LState, d *definition) *glua.LTable {
	t := L.CreateTable(0, 3)
	add := func(name string, call watch.Handler) {
		fn := L.NewFunction(func(L *glua.LState) int {
			if d.scheduler == nil {
				L.RaiseError("%s cannot be called while the config is loaded: write it into the event_map of a watch{}", name)
			}
			e := jobs.CheckEvent(L, name)
			call(s.r.Now(), &e)
			return 0
		})
		t.RawSetString(name, fn)
		if s.Handle != nil {
			s.Handle(fn, call)
		}
	}
	add("schedule", func(now time.Time, e *event.Raw) { d.scheduler.Schedule(now, e) })
	add("cancel", func(_ time.Time, e *event.Raw) { d.scheduler.Cancel(e) })
	t.RawSetString("logname", glua.LString(d.config.Name))
	return t
}

// Each returns what has a function called, as a job of its own, for each event of the watches of a name: these jobs end as tasks do.
func (s *Schedulers) Each(fn *glua.LFunction, name string, log core.Log) watch.Handler {
	d := &definition{log: log, config: task.Config{Name: name, Each: true, Log: log}}
	d.config.Job = &luaJob{base{s, d}, fn}
	s.functions = append(s.functions, d)
	return func(_ time.Time, e *event.Raw) { s.r.Core().Begin(d.scheduler, e) }
}

// bind puts the schedulers in force.
func (s *Schedulers) bind() {
	all := append(s.list[:len(s.list):len(s.list)], s.functions...)
	configs := make([]task.Config, len(all))
	for i, d := range all {
		configs[i] = d.config
		d.free = s.r.Hold()
	}
	for i, x := range s.r.Core().Schedulers(configs, s.Timeout) {
		all[i].scheduler = x
	}
	s.recover()
}

// named is the log of a scheduler, which is known by name only when the whole config has been read.
type named struct {
	name string
	s    *Schedulers
}

func (n named) to() core.Log {
	if n.s.Named != nil {
		return n.s.Named(n.name)
	}
	return n.s.r.Log
}

func (n named) Log(category string, args ...any) {
	if n.s.Named == nil {
		args = append([]any{n.name, ": "}, args...)
	}
	n.to().Log(category, args...)
}

func (n named) Enabled(category string) bool { return n.to().Enabled(category) }

// about says in messages what a job is for.
func about(t *task.Task) string {
	what := fmt.Sprintf("%s of %q", t.Event.Mask, t.Path())
	if t.Scheduler().Config().Each {
		return what
	}
	return fmt.Sprintf("task %s, %s", t.ID, what)
}

// Lines are the schedulers in words.
func (s *Schedulers) Lines() (lines []string) {
	for _, d := range s.list {
		what := cmp.Or(d.given.cmd, "")
		if d.kind == "filemanager" {
			what = fmt.Sprint(d.given.rules.Len(), " rules")
		}
		line := fmt.Sprintf("%s: scheduler.%s, delay %ss", d.config.Name, d.kind, printable.Seconds(d.config.Delay))
		if what != "" {
			line += ", " + what
		}
		lines = append(lines, line)
	}
	return lines
}
