// Package watch has the watches of a config as a value machine: which handlers hear of which raw event, and when a
// path is watched again that was lost. It reads no clock, opens nothing and starts nothing.
package watch

import (
	"strings"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// Handler takes in one event. The event belongs to it from then on. Now is the time of the step in progress.
type Handler func(now time.Time, e *event.Raw)

// Config is one watch{} of a config.
type Config struct {
	Name  string // as its events and its log have it
	Place string // where it is defined, file:line
	Paths []Path
	// Monitor is the name of the backend; empty: the one that tells raw events.
	Monitor string
	// Subdirs, Follow and Excluded are those of event.RawRoot.
	Subdirs, Follow bool
	Excluded        func(path string) bool
	// Map has the handlers of each kind, in the order in which they are called. A kind that has none is ignored.
	Map map[event.RawMask][]Handler
	// Default are the handlers of the kinds that are not in Map.
	Default []Handler
	// Digest says how the watch is defined, but for its handlers: the same one needs no new watches.
	Digest string
	Log    core.Log
}

// Path is one path to watch.
type Path struct {
	Given    string // absolute: events have it
	Resolved string // the same without symbolic links
}

// handlers are those of a kind.
func (c *Config) handlers(kind event.RawMask) []Handler {
	if list, ok := c.Map[kind]; ok {
		return list
	}
	return c.Default
}

// Kinds are those that a handler wants to hear of.
func (c *Config) Kinds() (mask event.RawMask) {
	for kind := event.RawMask(1); kind <= event.AllRaw; kind <<= 1 {
		if kind&event.AllRaw != 0 && len(c.handlers(kind)) > 0 {
			mask |= kind
		}
	}
	return mask
}

// Set has the watches of the config in force.
type Set struct {
	core    *core.Core
	watches []*watch
}

// New returns a set without watches.
func New(c *core.Core) *Set { return &Set{core: c} }

// watch is one watch{} that is in force.
type watch struct {
	config Config
	core   *core.Core
	timers *core.Timers
	roots  []*root
}

// root is one path of a watch. It has a new number each time it begins to be watched.
type root struct {
	*watch
	path     Path
	id       event.RootID
	answered bool  // whether it could be watched is known
	err      error // why it is not watched; nil: it is
	failures int   // since it was watched last
	lost     bool  // it could not be watched for a while
}

// Replace puts the watches of a new config in force. One whose definition and kinds of events are the same goes on, with its new handlers;
// no event of it is missed or told twice.
func (s *Set) Replace(configs []Config) {
	old := s.watches
	s.watches = nil
	for _, c := range configs {
		if i := find(old, &c); i >= 0 {
			old[i].config = c
			s.watches = append(s.watches, old[i])
			old = append(old[:i:i], old[i+1:]...)
			continue
		}
		w := &watch{config: c, core: s.core, timers: s.core.NewTimers()}
		s.watches = append(s.watches, w)
		for _, p := range c.Paths {
			r := &root{watch: w, path: p}
			w.roots = append(w.roots, r)
			r.place()
		}
	}
	for _, w := range old { // last, so that what both watch stays watched
		w.end()
	}
}

// find returns the watch that goes on as c, -1 if none does.
func find(list []*watch, c *Config) int {
	for i, w := range list {
		if w.config.Digest == c.Digest && w.config.Name == c.Name && w.config.Kinds() == c.Kinds() {
			return i
		}
	}
	return -1
}

func (w *watch) end() {
	w.timers.Retire()
	for _, r := range w.roots {
		r.core.Release(r.id)
	}
}

// place asks for the watches of a path.
func (r *root) place() {
	r.id = r.core.Register(r)
	r.core.Watch(core.Watch{
		Root: r.id, Source: strings.TrimSuffix(r.path.Resolved, "/") + "/", Given: r.path.Given, Monitor: r.config.Monitor,
		Raw: &event.RawRoot{Kinds: r.config.Kinds(), Subdirs: r.config.Subdirs, Follow: r.config.Follow, Report: r.config.Follow && r.lost,
			Excluded: r.config.Excluded},
	})
}

// Placing implements core.Receiver.
func (r *root) Placing() bool { return !r.answered }

// Watched implements core.Receiver.
func (r *root) Watched(in core.Watched) {
	r.answered = true
	switch {
	case in.Err != nil:
		r.failures++
		r.err = in.Err
		if r.failures == 1 {
			r.config.Log.Log("Warn", in.Err, "; nothing is heard of it until it can be watched, which is tried again and again")
		}
		r.again(min(time.Duration(r.failures)*time.Second, maxPause))
	case r.failures > 0:
		r.failures, r.err = 0, nil
		r.config.Log.Log("Normal", r.path.Given, " is watched again")
	default:
		r.err = nil
		r.config.Log.Log("Info", r.path.Given, " is watched")
	}
}

// maxPause is the longest wait between two attempts to watch a path.
const maxPause = 10 * time.Second

// again has a path watched that is not.
func (r *root) again(pause time.Duration) {
	r.core.Release(r.id)
	r.lost = true
	r.timers.Add(r.core.Now().Add(pause), func(time.Time) error {
		r.place()
		return nil
	})
}

// Receive implements core.Receiver.
func (r *root) Receive(e event.Event) {
	switch e.Kind {
	case event.Untouched:
		r.tell(e.Raw)
	case event.Overflow:
		r.config.Log.Log("Warn", "events of ", r.path.Given, " were lost: ", e.Err)
		r.tell(&event.Raw{Mask: event.InQOverflow})
	case event.Unwatched:
		r.config.Log.Log("Warn", e.Err)
	case event.RootLost:
		r.config.Log.Log("Info", e.Err)
		r.err = e.Err
		r.again(0) // a file that was replaced is there again
	}
}

// tell calls the handlers of an event. Each has an event of its own.
func (r *root) tell(e *event.Raw) {
	e.Watch = r.config.Name
	if r.config.Log.Enabled("Inotify") {
		text := e.Mask.String() + " " + e.Pathname()
		if e.Source != "" {
			text += " from " + e.Source
		}
		r.config.Log.Log("Inotify", text)
	}
	list := r.config.handlers(e.Mask.Kind())
	for i, h := range list {
		own := e
		if i < len(list)-1 {
			other := *e
			own = &other
		}
		h(r.core.Now(), own)
	}
}
