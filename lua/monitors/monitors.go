// Package monitors gives scripts fam: functions that are told what exists at a path and what changes there. What happens is decided
// in engine/fam.
package monitors

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/fam"
	"lsyncgo/engine/printable"
	"lsyncgo/lua"
	"lsyncgo/lua/jobs"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// Monitors are those of one config.
type Monitors struct {
	r       *lua.Runtime
	jobs    *jobs.Jobs
	found   *problem.Collector
	known   func(backend string) error
	set     *fam.Set     // nil until Bind
	waiting []fam.Config // until then
	backend string       // where none is named
	every   time.Duration
	off     bool
}

// New returns the monitors of a config that is being loaded; what is wrong with them then goes to found. Known says why there is no
// backend of a name; nil: nobody asks.
func New(r *lua.Runtime, j *jobs.Jobs, found *problem.Collector, known func(backend string) error) *Monitors {
	m := &Monitors{r: r, jobs: j, found: found, known: known}
	r.OnBind(m.start)
	r.OnRetire(func() {
		if m.set != nil {
			m.set.Close()
		}
	})
	return m
}

// Globals is what a config can call.
func (m *Monitors) Globals() []lua.Global {
	return []lua.Global{
		{Name: "fam.monitor", Func: m.globalMonitor, Own: true}, {Name: "fam.remove", Func: m.globalRemove, Own: true},
		{Name: "fam.pending", Func: m.globalPending, Own: true}, {Name: "fam.monitors", Func: m.globalMonitors, Own: true},
	}
}

// Any reports whether the config has asked for a monitor.
func (m *Monitors) Any() bool { return len(m.waiting) > 0 }

// Configs are those that the config has asked for while it was loaded.
func (m *Monitors) Configs() []fam.Config { return m.waiting }

// Resolve says, when the config has been loaded, which backend and which interval monitors have that name none. A single pass
// monitors nothing, as it waits for nothing that happens.
func (m *Monitors) Resolve(backend string, every time.Duration, onePass bool) {
	m.backend, m.every, m.off = backend, every, onePass
	for i := range m.waiting {
		m.complete(&m.waiting[i])
	}
}

func (m *Monitors) complete(c *fam.Config) {
	c.Backend, c.PollInterval = cmp.Or(c.Backend, m.backend), m.every
}

func (m *Monitors) start() {
	m.set = fam.New(m.r.Core(), m.r.Log)
	for _, c := range m.waiting {
		if !m.off {
			m.set.Add(c)
		}
	}
}

// options are the third argument of fam.monitor.
type options struct {
	recursive bool
	ignore    []string
	id        string
	monitor   string
}

var keys = schema.Table[options]{Keys: []schema.Key[options]{
	{Name: "recursive", Value: schema.To(schema.Flag, func(o *options) *bool { return &o.recursive }),
		Default: "false", Example: "true", Since: "1.0", Doc: "whether directories below it are monitored, too"},
	{Name: "ignore", Value: schema.To(schema.Options, func(o *options) *[]string { return &o.ignore }),
		Example: `{ "*~" }`, Since: "1.0", Doc: "globs of names of which nothing is told"},
	{Name: "id", Value: schema.To(schema.Name, func(o *options) *string { return &o.id }),
		Example: `"plugins"`, Since: "1.0", Doc: "the name of the monitor; without one it is its path"},
	{Name: "monitor", Value: schema.To(schema.Name, func(o *options) *string { return &o.monitor }),
		Default: `"auto"`, Example: `"poll"`, Since: "1.0", Doc: "how changes are noticed"},
}}

// globalMonitor is fam.monitor(path, handler, options): its ID.
func (m *Monitors) globalMonitor(L *glua.LState) int {
	path, ok := L.Get(1).(glua.LString)
	handler, isFunction := L.Get(2).(*glua.LFunction)
	if !ok || path == "" || !isFunction {
		L.RaiseError("fam.monitor takes a path and a function, fam.monitor(\"/directory\", function(event) ... end); it got %s and %s",
			values.Describe(L.Get(1)), values.Describe(L.Get(2)))
	}
	values.WithoutZero(L, "fam.monitor: the path", string(path))
	o := options{ignore: fam.DefaultIgnores}
	switch given := L.Get(3).(type) {
	case *glua.LNilType:
	case *glua.LTable:
		m.read(L, given, &o)
	default:
		L.RaiseError("fam.monitor takes a table of options as its third argument, such as { recursive = true }; it got %s", values.Describe(given))
	}
	c := fam.Config{ID: o.id, Path: filepath.Clean(m.r.Anchored(string(path))), Recursive: o.recursive, Backend: o.monitor}
	ignored, err := fam.Ignore(o.ignore)
	if err != nil {
		L.RaiseError("fam.monitor: %v", err)
	}
	c.Ignored = ignored
	c.ID = fam.UniqueID(&c, m.has)
	c.Handle = m.handle(handler)
	if m.count() >= maxMonitors {
		L.RaiseError("fam.monitor: there are %d monitors, which is the limit: fam.remove(id) ends one", maxMonitors)
	}
	switch {
	case m.set == nil:
		m.waiting = append(m.waiting, c)
	case !m.off:
		m.complete(&c)
		m.set.Add(c)
	}
	L.Push(glua.LString(c.ID))
	return 1
}

// maxMonitors is how many monitors a config may have at a time: a handler that makes one for each event would never end.
const maxMonitors = 10_000

func (m *Monitors) count() int {
	if m.set != nil {
		return m.set.Len()
	}
	return len(m.waiting)
}

// read takes in the options. What is wrong with them is a problem of the config, and an error afterwards.
func (m *Monitors) read(L *glua.LState, given *glua.LTable, o *options) {
	findings := keys.Read(given, o)
	if m.r.Loading() {
		m.found.Report(findings, lua.Where(L), "", "fam.monitor: ", "it")
	}
	for _, f := range findings {
		if !m.r.Loading() && !f.Warning {
			L.RaiseError("fam.monitor: %s", f.Text("it"))
		}
	}
	if o.monitor == "" || m.known == nil {
		return
	}
	if err := m.known(o.monitor); err != nil {
		if m.r.Loading() {
			m.found.Add(problem.At(lua.Where(L), "", "", "fam.monitor: monitor: %v", err))
			return
		}
		L.RaiseError("fam.monitor: monitor: %v", err)
	}
}

func (m *Monitors) has(id string) bool {
	if m.set != nil {
		return m.set.Has(id)
	}
	return m.waits(id) >= 0
}

// waits returns which of those that wait has an ID; -1: none.
func (m *Monitors) waits(id string) int {
	for i := range m.waiting {
		if m.waiting[i].ID == id {
			return i
		}
	}
	return -1
}

// handle calls a function of the config for each event, as a job: the next one comes when it has ended.
func (m *Monitors) handle(fn *glua.LFunction) func(fam.Event, func()) func() {
	return func(e fam.Event, done func()) (kill func()) {
		t := m.r.L.CreateTable(0, 3)
		t.RawSetString("action", glua.LString(e.Action))
		t.RawSetString("filename", glua.LString(e.Filename))
		t.RawSetString("requestID", glua.LString(e.RequestID))
		about := func() string { return fmt.Sprintf("%s %s", e.Action, printable.Quote(e.Filename)) }
		return m.jobs.Begin(fn, about, func(err error) {
			if err != nil {
				m.r.Log.Log("Error", "fam: ", err)
			}
			done()
		}, t)
	}
}

// globalRemove is fam.remove(id).
func (m *Monitors) globalRemove(L *glua.LState) int {
	id, _ := L.Get(1).(glua.LString)
	removed := false
	if m.set != nil {
		removed = m.set.Remove(string(id))
	} else if i := m.waits(string(id)); i >= 0 {
		m.waiting = append(m.waiting[:i:i], m.waiting[i+1:]...)
		removed = true
	}
	if !removed {
		m.r.Log.Log("Warn", lua.Where(L), ": fam.remove: there is no monitor ", strings.TrimSpace(values.Describe(L.Get(1))))
	}
	L.Push(glua.LBool(removed))
	return 1
}

// globalPending is fam.pending().
func (m *Monitors) globalPending(L *glua.LState) int {
	n := 0
	if m.set != nil {
		n = m.set.Pending()
	}
	L.Push(glua.LNumber(n))
	return 1
}

// globalMonitors is fam.monitors().
func (m *Monitors) globalMonitors(L *glua.LState) int {
	list := m.waiting
	if m.set != nil {
		list = m.set.List()
	}
	t := L.CreateTable(0, len(list))
	for _, c := range list {
		one := L.CreateTable(0, 3)
		one.RawSetString("path", glua.LString(c.Path))
		one.RawSetString("recursive", glua.LBool(c.Recursive))
		name := c.Backend
		if name == "" {
			name = "auto"
		}
		one.RawSetString("monitor", glua.LString(name))
		t.RawSetString(c.ID, one)
	}
	L.Push(t)
	return 1
}
