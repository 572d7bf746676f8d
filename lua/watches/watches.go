package watches

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/watch"
	"lsyncgo/lua"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/values"
)

// Watches are those of one config.
type Watches struct {
	r        *lua.Runtime
	found    *problem.Collector
	list     []*definition // in order
	handlers map[*glua.LFunction]watch.Handler

	// Each returns what has a function called, as a job, for each event of the watches of a name.
	Each func(fn *glua.LFunction, name string, log core.Log) watch.Handler
	// Named returns the log of a name; nil: that of the runtime, with the name in front.
	Named func(name string) core.Log
}

// definition is what one watch{} says.
type definition struct {
	config   watch.Config
	place    string
	paths    []string // as the config has them
	excludes []string
}

// New returns the watches of a config that is being loaded; what is wrong with them goes to found.
func New(r *lua.Runtime, found *problem.Collector) *Watches {
	return &Watches{r: r, found: found, handlers: map[*glua.LFunction]watch.Handler{}}
}

// Globals is what a config can call.
func (w *Watches) Globals() []lua.Global {
	return []lua.Global{{Name: "watch", Func: w.globalWatch, When: lua.OnlyLoading, Own: true}}
}

// HandleBy has a function that stands in an event_map stand for h, which is called in its place.
func (w *Watches) HandleBy(fn *glua.LFunction, h watch.Handler) { w.handlers[fn] = h }

// Any reports whether there is a watch.
func (w *Watches) Any() bool { return len(w.list) > 0 }

// Configs are the watches in order, after Resolve.
func (w *Watches) Configs() []watch.Config {
	configs := make([]watch.Config, len(w.list))
	for i, d := range w.list {
		configs[i] = d.config
	}
	return configs
}

// Paths are those of all watches as events have them, after Resolve.
func (w *Watches) Paths() (list []string) {
	for _, d := range w.list {
		for _, p := range d.config.Paths {
			list = append(list, p.Given)
		}
	}
	return list
}

// globalWatch is watch{}.
func (w *Watches) globalWatch(L *glua.LState) int {
	given, ok := L.Get(1).(*glua.LTable)
	if !ok {
		L.RaiseError("watch takes a table, watch{ path = \"/directory\", event_map = { IN_CLOSE_WRITE = ... } }; it got %s", values.Describe(L.Get(1)))
	}
	d := &definition{place: lua.Where(L), config: watch.Config{Name: "watch", Place: lua.Where(L)}}
	w.read(d, given)
	w.list = append(w.list, d)
	return 0
}

// problem says what is wrong with a watch.
func (w *Watches) problem(d *definition, remedy, format string, args ...any) {
	w.found.Add(problem.At(d.place, "", remedy, "watch: "+format, args...))
}

// logOf is the log of a watch.
func (w *Watches) logOf(name string) core.Log {
	if w.Named != nil {
		return w.Named(name)
	}
	return named{log: w.r.Log, name: name}
}

// named is a log whose lines begin with a name.
type named struct {
	log  core.Log
	name string
}

func (n named) Log(category string, args ...any) {
	n.log.Log(category, append([]any{n.name, ": "}, args...)...)
}

func (n named) Enabled(category string) bool { return n.log.Enabled(category) }

// digest names all that the watches of a definition depend on.
func (d *definition) digest() string {
	h := sha256.New()
	for _, p := range d.config.Paths {
		fmt.Fprintf(h, "%q %q\n", p.Given, p.Resolved)
	}
	fmt.Fprintf(h, "%t %t %q %q", d.config.Subdirs, d.config.Follow, d.config.Monitor, d.excludes)
	return hex.EncodeToString(h.Sum(nil))
}

// handler calls a function of the config, as a job of its own for each event.
func (w *Watches) handler(d *definition, fn *glua.LFunction) watch.Handler {
	if h := w.handlers[fn]; h != nil {
		return h
	}
	return w.Each(fn, d.config.Name, d.config.Log)
}
