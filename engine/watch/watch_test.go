package watch_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/watch"
)

// stage is a core, its watches, and what has been said.
type stage struct {
	t     *testing.T
	now   time.Time
	core  *core.Core
	set   *watch.Set
	said  []string
	roots map[string]event.RootID
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, now: time.Unix(1e9, 0), roots: map[string]event.RootID{}}
	s.core = core.New(core.Settings{}, s)
	s.set = watch.New(s.core)
	return s
}

func (s *stage) Log(category string, args ...any) {
	if category == "Warn" || category == "Normal" {
		s.said = append(s.said, category+": "+fmt.Sprint(args...))
	}
}
func (*stage) Enabled(string) bool { return true }

// step feeds the core and says what it commands.
func (s *stage) step(in core.Input) {
	s.t.Helper()
	for _, cmd := range s.core.Step(s.now, in) {
		switch cmd := cmd.(type) {
		case core.Watch:
			s.roots[cmd.Given] = cmd.Root
			text := "watch " + cmd.Given + " for"
			for kind := event.RawMask(1); kind <= event.AllRaw; kind <<= 1 {
				if cmd.Raw.Kinds&kind != 0 {
					text += " " + kind.String()
				}
			}
			if cmd.Raw.Report {
				text += ", and report"
			}
			s.said = append(s.said, text)
		case core.Unwatch:
			s.said = append(s.said, "unwatch "+s.name(cmd.Root))
		case core.Ready:
			s.said = append(s.said, "ready")
		}
	}
}

func (s *stage) name(id event.RootID) string {
	for path, root := range s.roots {
		if root == id {
			return path
		}
	}
	return "what was watched before"
}

// happens has the monitor tell something of a path.
func (s *stage) happens(path string, e event.Event) {
	s.t.Helper()
	e.Root = s.roots[path]
	s.step(core.Events{e})
}

func (s *stage) raw(path, kind, name string) {
	s.t.Helper()
	mask, ok := event.RawKind(kind)
	if !ok {
		s.t.Fatal(kind)
	}
	s.happens(path, event.Event{Kind: event.Untouched, Raw: &event.Raw{Mask: mask, Path: path, Name: name}})
}

func (s *stage) watched(path string, err error) {
	s.t.Helper()
	s.step(core.Watched{Root: s.roots[path], Err: err})
}

// expect compares what was said since the last call.
func (s *stage) expect(want ...string) {
	s.t.Helper()
	if !slices.Equal(s.said, want) {
		s.t.Errorf("got\n%s\nwant\n%s", strings.Join(s.said, "\n"), strings.Join(want, "\n"))
	}
	s.said = nil
}

// handler says what it hears.
func (s *stage) handler(name string) watch.Handler {
	return func(now time.Time, e *event.Raw) {
		if !now.Equal(s.now) {
			s.t.Errorf("it is %v, not %v", s.now, now)
		}
		s.said = append(s.said, strings.TrimSpace(fmt.Sprint(name, ": ", e.Watch, " ", e.Mask, " ", e.Pathname())))
		e.Path = "spoilt" // it is the handler's own
	}
}

func (s *stage) config(paths ...string) watch.Config {
	c := watch.Config{Name: "w", Log: s, Digest: strings.Join(paths, ":"), Map: map[event.RawMask][]watch.Handler{
		event.InCreate: {s.handler("one"), s.handler("two")},
		event.InModify: {},
	}}
	for _, p := range paths {
		c.Paths = append(c.Paths, watch.Path{Given: p, Resolved: p})
	}
	return c
}

// Tasks §1 "Events": which handlers hear of which event: several side by side, none, those of default_task; the engine is ready when all paths are watched.
func TestDispatch(t *testing.T) {
	s := newStage(t)
	c := s.config("/a", "/b")
	s.set.Replace([]watch.Config{c})
	s.step(core.Tick{})
	s.expect("watch /a for IN_CREATE", "watch /b for IN_CREATE")
	s.watched("/a", nil)
	s.expect()
	s.watched("/b", nil)
	s.expect("ready")
	s.raw("/a", "IN_CREATE", "f")
	s.raw("/b", "IN_MODIFY", "f")
	s.raw("/b", "IN_DELETE", "f")
	s.expect("one: w IN_CREATE /a/f", "two: w IN_CREATE /a/f")
	c.Default, c.Digest = []watch.Handler{s.handler("default")}, "another"
	s.set.Replace([]watch.Config{c})
	s.step(core.Tick{})
	all := slices.DeleteFunc(event.RawKinds(), func(k string) bool { return k == "IN_MODIFY" })
	s.expect("watch /a for "+strings.Join(all, " "), "watch /b for "+strings.Join(all, " "), "unwatch what was watched before", "unwatch what was watched before")
	s.raw("/b", "IN_MODIFY", "f")
	s.raw("/b", "IN_DELETE", "f")
	s.raw("/b", "IN_CREATE", "f")
	s.expect("default: w IN_DELETE /b/f", "one: w IN_CREATE /b/f", "two: w IN_CREATE /b/f")
}

// Tasks §1 "Events": IN_Q_OVERFLOW has empty paths, whether the kernel's queue was full or the engine's own; who has not mapped it reads of it in the log.
func TestOverflow(t *testing.T) {
	s := newStage(t)
	c := s.config("/a")
	c.Map[event.InQOverflow] = []watch.Handler{s.handler("lost")}
	s.set.Replace([]watch.Config{c})
	s.step(core.Tick{})
	s.watched("/a", nil)
	s.said = nil
	s.happens("/a", event.Event{Kind: event.Overflow, Err: event.ErrBacklog})
	s.expect("Warn: events of /a were lost: "+event.ErrBacklog.Error(), "lost: w IN_Q_OVERFLOW")
	s.happens("/a", event.Event{Kind: event.Unwatched, Err: errors.New("no permission")})
	s.expect("Warn: no permission")
}

// A path that is lost is watched again: at once if it is there, else it is tried again and again, and that is said once. Tasks §1 Watches and events.
func TestLost(t *testing.T) {
	s := newStage(t)
	c := s.config("/a")
	c.Follow = true
	s.set.Replace([]watch.Config{c})
	s.step(core.Tick{})
	s.watched("/a", nil)
	s.said = nil
	s.happens("/a", event.Event{Kind: event.RootLost, Err: errors.New("it was deleted")})
	s.step(core.Tick{})
	s.expect("unwatch /a", "watch /a for IN_CREATE, and report")
	gone := errors.New("no such directory")
	s.watched("/a", gone)
	s.expect("Warn: no such directory; nothing is heard of it until it can be watched, which is tried again and again", "unwatch /a")
	for range 3 {
		at, ok := s.core.Alarm()
		if !ok || at.Sub(s.now) < time.Second || at.Sub(s.now) > 10*time.Second {
			t.Fatalf("the next attempt is at %v, %v", at, ok)
		}
		s.now = at
		s.step(core.Tick{})
		s.expect("watch /a for IN_CREATE, and report")
		s.watched("/a", gone)
		s.expect("unwatch /a")
	}
	s.now, _ = s.core.Alarm()
	s.step(core.Tick{})
	s.watched("/a", nil)
	s.expect("watch /a for IN_CREATE, and report", "Normal: /a is watched again")
	s.raw("/a", "IN_CREATE", "f")
	s.expect("one: w IN_CREATE /a/f", "two: w IN_CREATE /a/f")
}

// Tasks §1 "HUP": a watch whose definition is the same goes on, with its new handlers; another ends, and is heard of no more, also not by an attempt to
// watch it.
func TestReplace(t *testing.T) {
	s := newStage(t)
	s.set.Replace([]watch.Config{s.config("/a"), s.config("/b")})
	s.step(core.Tick{})
	s.watched("/a", nil)
	s.watched("/b", errors.New("no such directory"))
	s.said = nil
	next := s.config("/a")
	next.Map[event.InCreate] = []watch.Handler{s.handler("new")}
	s.set.Replace([]watch.Config{next})
	s.now = s.now.Add(time.Minute)
	s.step(core.Tick{})
	s.raw("/a", "IN_CREATE", "f")
	s.raw("/b", "IN_CREATE", "f")
	s.expect("new: w IN_CREATE /a/f")
	if _, ok := s.core.Alarm(); ok {
		t.Error("something is still waited for")
	}
}

// Tasks §1: the status tells of each path how it is watched, and why it is not.
func TestStatus(t *testing.T) {
	s := newStage(t)
	s.set.Replace([]watch.Config{{Name: "w", Paths: []watch.Path{{Given: "/a", Resolved: "/a"}, {Given: "/b", Resolved: "/b"}},
		Map: map[event.RawMask][]watch.Handler{event.InCreate: {func(time.Time, *event.Raw) {}}}, Log: s}})
	s.step(core.Start{})
	tells := func(want string) {
		t.Helper()
		got := ""
		for _, w := range s.set.Status(func(id event.RootID) (string, int) { return "m", int(id) }) {
			got += fmt.Sprintf("%s %s %s %s%s %v; ", w.Name, w.Path, w.State, w.Monitor, w.Reason, w.Events)
			if w.Watched != int(s.roots[w.Path]) {
				t.Errorf("%+v", w)
			}
		}
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	tells("w /a starting m [IN_CREATE]; w /b starting m [IN_CREATE]; ")
	s.step(core.Watched{Root: s.roots["/a"]})
	s.step(core.Watched{Root: s.roots["/b"], Err: errors.New("none")})
	tells("w /a watched m [IN_CREATE]; w /b lost mnone [IN_CREATE]; ")
}
