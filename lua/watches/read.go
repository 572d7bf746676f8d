package watches

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filerule"
	"lsyncgo/engine/watch"
	"lsyncgo/lua/schema"
	"lsyncgo/lua/values"
)

// table is what the keys of watch{} are read to.
type table struct {
	paths    []string
	rec      bool
	autoAdd  bool
	filter   filter
	eventMap *glua.LTable
	defaults glua.LValue
	logname  string
	monitor  string
}

// filter is an exclude_filter: expressions, or the file that has them.
type filter struct {
	list []string
	file string
}

// keys are those of watch{}.
var keys = schema.Table[table]{Keys: []schema.Key[table]{
	{Name: "path", Value: schema.To(paths, func(t *table) *[]string { return &t.paths }), Required: true,
		Example: `"/directory"`, Since: "0.1.0", Doc: "what is watched: a path, or a list of them; globs are allowed"},
	{Name: "rec", Value: schema.To(schema.Flag, func(t *table) *bool { return &t.rec }),
		Default: "false", Example: "true", Since: "0.1.0", Doc: "whether directories below it are watched, too"},
	{Name: "auto_add", Value: schema.To(schema.Flag, func(t *table) *bool { return &t.autoAdd }),
		Default: "false", Example: "true", Since: "0.1.0", Doc: "whether new directories are watched, too"},
	{Name: "exclude_filter", Value: schema.To(excludes, func(t *table) *filter { return &t.filter }),
		Example: `{ [[\.swp$]] }`, Since: "0.1.0", Doc: "regular expressions of paths of which nothing is wanted, or the name of a file that has them"},
	{Name: "event_map", Value: schema.To(mapping, func(t *table) **glua.LTable { return &t.eventMap }),
		Example: "{ IN_CLOSE_WRITE = function(event) ... end }", Since: "0.1.0", Doc: "what is done about each kind of event"},
	{Name: "default_task", Value: schema.To(anything, func(t *table) *glua.LValue { return &t.defaults }),
		Example: "function(event) ... end", Since: "0.1.0", Doc: "what is done about the kinds that event_map does not have"},
	{Name: "logname", Value: schema.To(schema.Name, func(t *table) *string { return &t.logname }),
		Default: `"watch"`, Example: `"uploads"`, Since: "0.1.0", Doc: "the name in the log, and in the events"},
	{Name: "monitor", Value: schema.To(schema.Choice("auto", "inotify", "inotify+poll"), func(t *table) *string { return &t.monitor }),
		Default: `"auto"`, Example: `"inotify"`, Since: "0.1.0", Doc: "how changes are noticed"},
}}

// paths takes a text or a list of texts.
var paths = schema.Custom("a path, or a list of paths", func(v glua.LValue) ([]string, error) { return texts(v) })

// excludes takes a list of expressions or the name of a file.
var excludes = schema.Custom("a list of regular expressions, or the name of a file that has them", func(v glua.LValue) (f filter, err error) {
	if v.Type() == glua.LTString {
		f.file, err = schema.Name.Read(v)
		return f, err
	}
	f.list, err = texts(v)
	return f, err
})

var mapping = schema.Custom("a table { IN_... = function, ... }", func(v glua.LValue) (*glua.LTable, error) {
	t, ok := v.(*glua.LTable)
	if !ok {
		return nil, schema.ErrUnfit
	}
	return t, nil
})

// anything is looked at as the entries of event_map are.
var anything = schema.Custom("a function, a list of functions, or false", func(v glua.LValue) (glua.LValue, error) { return v, nil })

// texts takes one text, or a list of at least one.
func texts(v glua.LValue) ([]string, error) {
	t, ok := v.(*glua.LTable)
	if !ok {
		text, err := schema.Name.Read(v)
		if err != nil {
			return nil, schema.ErrUnfit
		}
		return []string{text}, nil
	}
	var list []string
	for i := 1; i <= t.Len(); i++ {
		text, err := schema.Name.Read(t.RawGetInt(i))
		if err != nil {
			return nil, fmt.Errorf("has an entry, number %d, that is no text: %s", i, values.Describe(t.RawGetInt(i)))
		}
		list = append(list, text)
	}
	if len(list) == 0 || len(values.SortedKeys(t)) != len(list) {
		return nil, schema.ErrUnfit
	}
	return list, nil
}

// read takes in what a watch{} says, but for what has to be there on this machine when it starts.
func (w *Watches) read(d *definition, given *glua.LTable) {
	var t table
	w.found.Report(keys.Read(given, &t), d.place, "", "watch: ", "it")
	c := &d.config
	if t.logname != "" {
		c.Name = t.logname
	}
	c.Log = w.logOf(c.Name)
	c.Subdirs, c.Follow, c.Monitor, d.paths = t.rec, t.autoAdd, t.monitor, t.paths
	c.Map = map[event.RawMask][]watch.Handler{}
	if t.eventMap != nil {
		w.readMap(d, t.eventMap)
	}
	if t.defaults != nil {
		c.Default = w.handlersOf(d, "default_task", t.defaults)
	}
	if t.eventMap == nil && t.defaults == nil {
		w.problem(d, "write event_map = { IN_CLOSE_WRITE = function(event) ... end }", "there is neither event_map nor default_task: nothing is done")
	}
	d.excludes = t.filter.list
	if t.filter.file != "" {
		d.excludes = w.readFilter(d, t.filter.file)
	}
	w.compile(d)
}

// readMap takes in an event_map.
func (w *Watches) readMap(d *definition, given *glua.LTable) {
	for _, k := range values.SortedKeys(given) {
		v := given.RawGet(k)
		if v == glua.LNil { // it was removed again
			continue
		}
		name, _ := k.(glua.LString)
		kind, ok := event.RawKind(string(name))
		if !ok {
			w.problem(d, values.RemedyFor(string(name), event.RawKinds()), "event_map: there is no event %s", values.Describe(k))
			continue
		}
		d.config.Map[kind] = w.handlersOf(d, "event_map: "+string(name), v)
	}
}

// handlersOf reads what an event is to have done.
func (w *Watches) handlersOf(d *definition, what string, v glua.LValue) []watch.Handler {
	switch v := v.(type) {
	case *glua.LFunction:
		return []watch.Handler{w.handler(d, v)}
	case glua.LBool:
		if !v {
			return []watch.Handler{}
		}
	case *glua.LTable:
		if v.Len() > 0 && len(values.SortedKeys(v)) == v.Len() {
			return w.listOf(d, what, v)
		}
	}
	w.problem(d, remedyFor(v), "%s must be a function, a list of functions, or false, not %s", what, values.Describe(v))
	return nil
}

func (w *Watches) listOf(d *definition, what string, list *glua.LTable) (handlers []watch.Handler) {
	for i := 1; i <= list.Len(); i++ {
		fn, ok := list.RawGetInt(i).(*glua.LFunction)
		if !ok {
			w.problem(d, remedyFor(list.RawGetInt(i)), "%s must be a list of functions; number %d is %s", what, i, values.Describe(list.RawGetInt(i)))
			continue
		}
		handlers = append(handlers, w.handler(d, fn))
	}
	return handlers
}

// remedyFor knows what is often written in place of a function.
func remedyFor(v glua.LValue) string {
	t, ok := v.(*glua.LTable)
	if ok && t.RawGetString("schedule").Type() == glua.LTFunction {
		return "name what it is to do: its .schedule or its .cancel"
	}
	return "write function(event) ... end, or the schedule or cancel of a scheduler"
}

// readFilter reads a file of expressions, one in a line; empty lines and those that begin with # mean nothing.
func (w *Watches) readFilter(d *definition, name string) (list []string) {
	f, err := os.Open(w.r.Anchored(name))
	if err != nil {
		w.problem(d, "correct the path, or write a list of expressions: exclude_filter = { [["+name+"]] }", "exclude_filter: %v", err)
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text != "" && text[0] != '#' {
			list = append(list, text)
		}
	}
	if err := lines.Err(); err != nil {
		w.problem(d, "it has to be a text, with one expression in a line", "exclude_filter: read %q: %v", name, err)
	}
	return list
}

// compile makes of the expressions what the monitor asks.
func (w *Watches) compile(d *definition) {
	var list []func(string) (bool, error)
	for _, expr := range d.excludes {
		found, err := filerule.Search(expr)
		if err != nil {
			w.problem(d, "write \\ in front of what is meant literally; [[...]] keeps backslashes as they are", "exclude_filter: %v", err)
			continue
		}
		list = append(list, found)
	}
	if len(list) == 0 {
		return
	}
	log := d.config.Log
	d.config.Excluded = func(path string) bool {
		for _, found := range list {
			// A path that makes an expression take too long is not hidden by that.
			switch is, err := found(path); {
			case err != nil:
				log.Log("Warn", "exclude_filter: ", path, ": ", err)
			case is:
				return true
			}
		}
		return false
	}
}
