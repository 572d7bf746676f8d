package fam_test

import (
	"fmt"
	"slices"
	"strconv"
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

// at makes a handler of a function that is done when it returns.
func at(f func(fam.Event)) func(fam.Event, func()) func() {
	return func(e fam.Event, done func()) func() {
		f(e)
		done()
		return nil
	}
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
	c.Handle = at(func(e fam.Event) { m.told = append(m.told, string(e.Action)+" "+e.Filename) })
	m.set.Add(c)
	m.step(core.Tick{})
}

func (m *machine) watched(err error) { m.step(core.Watched{Root: m.root, Err: err}) }

// events are written "KIND PATH", a Move "Move FROM TO"; @N at the end is when it changed.
func (m *machine) events(list ...string) {
	m.t.Helper()
	var batch core.Events
	for _, text := range list {
		text, changed, signed := strings.Cut(text, "@")
		words := strings.Split(text, " ")
		e := event.Event{Root: m.root, Path: words[1]}
		if n, err := strconv.ParseInt(changed, 10, 64); signed && err == nil {
			e.Signature = &event.Signature{Changed: n}
		}
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

// TestSignatures, §2: after an overflow only what is another, or was changed since it was told, is told; of directories their own metadata.
func TestSignatures(t *testing.T) {
	m := newMachine(t)
	m.add(fam.Config{Path: "/d", Recursive: true})
	m.watched(nil)
	m.events("Create a@1", "Create b@1", "Create s/@1", "Create s/x@1", "Create s/y@1", "Listed ")
	m.told = nil
	m.events("Modify a@2", "Move s/y s/z@3", "Create a@2")
	m.wants("changed a", "deleted s/y", "created s/z") // a once, as that had not been told yet
	m.events("Overflow ", "Create a@2", "Create b@4", "Create c@1", "Create s/@1", "Create s/x@1", "Create s/z@3", "Listed ")
	m.wants("changed b", "created c")
	m.events("Overflow s/", "Create s/x@5", "Create s/z@3", "Listed s/")
	m.wants("changed s/x")
	m.events("Overflow ", "Create a@2", "Create b@4", "Create c@1", "Create s/@6", "Create s/x@5", "Create s/z@3", "Listed ")
	m.wants("changed s")
	m.events("Modify a", "Overflow ", "Create a@2", "Create b@4", "Create c@1", "Create s/@6", "Create s/x@5", "Create s/z@3", "Listed ") // nobody knows what a was
	m.wants("changed a")
	// So it is with a file, in the directory that it is watched by.
	m = newMachine(t)
	m.add(fam.Config{Path: "/d/f"})
	m.watched(fmt.Errorf("it is no directory"))
	m.watched(nil)
	m.events("Create f@1", "Listed ")
	m.wants("exists /d/f", "endExist /d/f")
	m.events("Overflow ", "Create f@1", "Listed ")
	m.wants()
	m.events("Modify f@2")
	m.wants("changed /d/f")
	m.events("Overflow ", "Create f@2", "Listed ")
	m.wants()
	m.events("Overflow ", "Create f@3", "Listed ")
	m.wants("changed /d/f")
}

// TestHandlerInOrder, §2, issue 9.3: a handler that has not ended gets nothing more; others do. What has changed is told once while it waits.
func TestHandlerInOrder(t *testing.T) {
	m := newMachine(t)
	var done func()
	killed := 0
	m.set.Add(fam.Config{ID: "slow", Path: "/d", Handle: func(e fam.Event, d func()) func() {
		m.told, done = append(m.told, string(e.Action)+" "+e.Filename), d
		return func() { killed++ }
	}})
	m.step(core.Tick{})
	m.watched(nil)
	m.events("Create a@1", "Listed ", "Modify a@2", "Modify a@3", "Create b@1", "Modify a@4")
	m.wants("exists /d")
	if n := m.set.Pending(); n != 4 {
		t.Errorf("%d wait", n)
	}
	slow := m.root
	m.add(fam.Config{Path: "/o"})
	m.watched(nil)
	m.events("Listed ")
	m.wants("exists /o", "endExist /o")
	for range 4 {
		done()
		m.step(core.Tick{})
	}
	m.wants("exists a", "endExist /d", "changed a", "created b")
	m.root = slow
	m.events("Modify a@5", "Delete b")
	m.wants()
	m.set.Remove("slow")
	done()
	m.step(core.Tick{})
	if m.wants(); m.set.Pending() != 0 || killed != 0 {
		t.Errorf("%d wait, killed %d times", m.set.Pending(), killed)
	}
}

// TestBehind, §2, issue 9.5: what waits for one handler is bounded. It is told what is different from what it was told, whatever happened meanwhile.
func TestBehind(t *testing.T) {
	m := newMachine(t)
	var done func()
	m.set.Add(fam.Config{ID: "slow", Path: "/d", Recursive: true, Handle: func(e fam.Event, d func()) func() {
		m.told, done = append(m.told, string(e.Action)+" "+e.Filename), d
		return nil
	}})
	finish := func() {
		for range 100 {
			done()
			m.step(core.Tick{})
		}
	}
	m.step(core.Tick{})
	m.watched(nil)
	m.events("Create a@1", "Create b@1", "Create s/@1", "Create s/x@1", "Listed ")
	finish()
	m.told = nil
	m.events("Modify a@2", "Delete s/x", "Delete s/", "Create n@1", "Delete b") // of these the handler hears the first
	var flood core.Events
	for range 60_000 {
		flood = append(flood, event.Event{Root: m.root, Kind: event.Create, Path: "f"}, event.Event{Root: m.root, Kind: event.Delete, Path: "f"})
	}
	m.step(flood)
	if n := m.set.Pending(); n != 0 {
		t.Errorf("%d wait", n)
	}
	m.asks = nil
	m.events("Modify a@7", "Delete a", "Overflow ") // nothing of it counts
	if len(m.asks) != 0 {
		t.Errorf("asked for %q while the handler is busy", m.asks)
	}
	m.wants("changed a")
	finish()
	if !slices.Equal(m.asks, []string{""}) {
		t.Errorf("asked for %q", m.asks)
	}
	m.events("Create b@1", "Create s/@1", "Create g@1", "Listed ")
	finish()
	m.wants("created g", "deleted a", "deleted s/x")
	if n := strings.Count(strings.Join(m.log.lines, "\n"), "events of /d wait for the monitor slow: they are dropped"); n != 1 {
		t.Errorf("said %d times: %q", n, m.log.lines)
	}
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
	m.set.Add(fam.Config{ID: "one", Path: "/d", Handle: at(func(e fam.Event) {
		waits = append(waits, m.set.Pending())
		if e.Filename == "last" {
			m.told = append(m.told, fmt.Sprint(m.set.Remove("other"), m.set.Remove("other")))
		}
	})})
	m.step(core.Tick{})
	one := m.root
	m.watched(nil)
	m.set.Add(fam.Config{ID: "other", Path: "/o", Handle: at(func(fam.Event) { m.told = append(m.told, "other") })})
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
