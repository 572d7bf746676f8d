package fam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/fam"
)

type quiet struct{ lines []string }

func (q *quiet) Log(category string, args ...any) {
	q.lines = append(q.lines, category+": "+fmt.Sprint(args...))
}
func (*quiet) Enabled(string) bool { return true }

// machine is a core whose commands the test answers, and what handlers were told.
type machine struct {
	t    *testing.T
	core *core.Core
	set  *fam.Set
	log  *quiet
	now  time.Time
	told []string
	root event.RootID // that was watched last
	dir  string       // its path
	asks []string     // directories to list
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, log: &quiet{}, now: time.Unix(1_000_000, 0)}
	m.core = core.New(core.Settings{}, m.log)
	m.set = fam.New(m.core, m.log)
	return m
}

// step has the core take something in until nothing is due.
func (m *machine) step(in core.Input) {
	m.t.Helper()
	for range 10 {
		for _, cmd := range m.core.Step(m.now, in) {
			switch cmd := cmd.(type) {
			case core.Watch:
				m.root, m.dir = cmd.Root, cmd.Source
			case core.Relist:
				m.asks = append(m.asks, cmd.Path)
			}
		}
		in = core.Tick{}
	}
}

func (m *machine) add(c fam.Config) {
	m.t.Helper()
	c.ID = fam.UniqueID(&c, m.set.Has)
	c.Handle = func(e fam.Event) { m.told = append(m.told, string(e.Action)+" "+e.Filename) }
	m.set.Add(c)
	m.step(core.Tick{})
}

func (m *machine) watched(err error) { m.step(core.Watched{Root: m.root, Err: err}) }

// events are written "KIND PATH", a Move "Move FROM TO".
func (m *machine) events(list ...string) {
	m.t.Helper()
	var batch core.Events
	for _, text := range list {
		words := strings.Split(text, " ")
		e := event.Event{Root: m.root, Path: words[1]}
		for e.Kind = 1; e.Kind.String() != words[0]; e.Kind++ {
		}
		if len(words) > 2 {
			e.Dest = words[2]
		}
		batch = append(batch, e)
	}
	m.step(batch)
}

func (m *machine) wants(want ...string) {
	m.t.Helper()
	if !slices.Equal(m.told, want) {
		m.t.Errorf("told %q, want %q", m.told, want)
	}
	m.told = nil
}

// TestOverflow, §2: after an overflow a comparison tells what was missed.
func TestOverflow(t *testing.T) {
	m := newMachine(t)
	m.add(fam.Config{Path: "/d", Recursive: true})
	m.watched(nil)
	m.events("Create a", "Create s/", "Create s/x", "Create s/y", "Listed ")
	m.wants("exists /d", "exists a", "exists s", "exists s/x", "exists s/y", "endExist /d")
	m.events("Overflow s/")
	if !slices.Equal(m.asks, []string{"", "s/"}) {
		t.Fatalf("asked to list %q", m.asks)
	}
	m.events("Create s/y", "Create s/z", "Create s/t/", "Listed s/")
	m.wants("changed s/y", "created s/z", "created s/t", "deleted s/x")
	m.events("Overflow ", "Create s/", "Create s/z", "Listed ")
	m.wants("changed s/z", "deleted a", "deleted s/t", "deleted s/y")
}

// TestLost, §2: a lost watch is as well, a path that is back is new with all that is in it, and endExist is told once.
func TestLost(t *testing.T) {
	m := newMachine(t)
	m.add(fam.Config{Path: "/d"})
	m.watched(nil)
	m.events("Create a", "Listed ")
	m.wants("exists /d", "exists a", "endExist /d")
	m.events("RootLost ")
	m.wants("deleted a", "deleted /d")
	m.watched(fmt.Errorf("it is not there"))
	if m.dir != "/" {
		t.Fatalf("waits in %s", m.dir)
	}
	m.watched(nil)
	m.events("Listed ", "Create d/")
	if m.dir != "/d/" {
		t.Fatalf("looks in %s", m.dir)
	}
	m.watched(nil)
	m.events("Create b", "Listed ")
	m.wants("created /d", "created b")
}

// TestAgainAndAgain: what is said to be there and cannot be watched is tried less and less often.
func TestAgainAndAgain(t *testing.T) {
	m := newMachine(t)
	m.add(fam.Config{Path: "/d"})
	for range 4 {
		m.watched(fmt.Errorf("refused"))
		m.watched(nil) // the directory above
		m.events("Create d/", "Listed ")
		if at, ok := m.core.Alarm(); ok && at.After(m.now) {
			m.now = at
			m.step(core.Tick{})
		}
	}
	if passed := m.now.Sub(time.Unix(1_000_000, 0)); passed < 500*time.Millisecond || passed > 10*time.Second {
		t.Errorf("after four attempts %v have passed", passed)
	}
	m.wants()
}

// TestReplaced, §2: renamed over is changed; a directory that moves takes with it what is in it; another kind of entry is another one.
func TestReplaced(t *testing.T) {
	m := newMachine(t)
	m.add(fam.Config{Path: "/d", Recursive: true})
	m.watched(nil)
	m.events("Create a", "Create b", "Create s/", "Create s/x", "Listed ")
	m.told = nil
	m.events("Move a b", "Move s/ t/", "Delete b", "Create b/", "Modify t/x", "Delete none", "Attrib ")
	m.wants("deleted a", "changed b", "deleted s/x", "deleted s", "created t", "created t/x", "deleted b", "created b", "changed t/x", "changed /d")
	m.events("Create t")
	m.wants("deleted t/x", "deleted t", "created t")
}

// TestPending, §2: events wait until they are delivered; those of a monitor that was removed are dropped, and logged.
func TestPending(t *testing.T) {
	m := newMachine(t)
	var waits []int
	m.set.Add(fam.Config{ID: "one", Path: "/d", Handle: func(e fam.Event) {
		waits = append(waits, m.set.Pending())
		if e.Filename == "last" {
			m.told = append(m.told, fmt.Sprint(m.set.Remove("other"), m.set.Remove("other")))
		}
	}})
	m.step(core.Tick{})
	one := m.root
	m.watched(nil)
	m.set.Add(fam.Config{ID: "other", Path: "/o", Handle: func(fam.Event) { m.told = append(m.told, "other") }})
	m.step(core.Tick{})
	m.watched(nil)
	batch := core.Events{}
	for i := range 998 {
		batch = append(batch, event.Event{Root: one, Kind: event.Create, Path: fmt.Sprint("f", i)})
	}
	batch = append(batch, event.Event{Root: one, Kind: event.Create, Path: "last"}, event.Event{Root: m.root, Kind: event.Create, Path: "dropped"})
	m.step(batch)
	m.wants("other", "true false") // the first is of the path itself
	if len(waits) != 1000 || waits[0] != 0 || waits[1] != 999 || waits[999] != 1 {
		t.Errorf("%d told, while there waited %v", len(waits), waits[:min(3, len(waits))])
	}
	if !slices.ContainsFunc(m.log.lines, func(l string) bool { return strings.HasPrefix(l, "Debug: fam: exists dropped is for") }) {
		t.Errorf("logged %q", m.log.lines)
	}
	if list := m.set.List(); len(list) != 1 || list[0].ID != "one" || m.set.Pending() != 0 {
		t.Errorf("%+v", list)
	}
}

// TestIgnore, §2: globs hold for path or base name, and * matches a slash, too.
func TestIgnore(t *testing.T) {
	for _, c := range []struct{ globs, in, out string }{
		{"*~ *# .#* *.swp *.swpx .*.swx SCCS .svn 4913 .gitignore", "a~ d/b~ #x# .#y d/z.swp d/.svn SCCS d/4913 .gitignore .x.swx q.swpx", "a d/b sccs svn 4913x swp"},
		{"d/*", "d/a d/e/f", "e/d d"},
		{"[ab]? [!c]x [", "a1 d/b2 dx [", "c1 cx abc"},
		{"é\xff*", "é\xffa d/é\xff", "e"},
		{"a.c ^$ (b", "a.c ^$ (b", "abc b"},
	} {
		if c.globs == fmt.Sprint(strings.Join(fam.DefaultIgnores, " ")) != (c.out == "a d/b sccs svn 4913x swp") {
			t.Errorf("the defaults are %q", fam.DefaultIgnores)
		}
		ignored, err := fam.Ignore(strings.Fields(c.globs))
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(c.in) {
			if !ignored(name) {
				t.Errorf("%s does not ignore %q", c.globs, name)
			}
		}
		for name := range strings.FieldsSeq(c.out) {
			if ignored(name) {
				t.Errorf("%s ignores %q", c.globs, name)
			}
		}
	}
}
