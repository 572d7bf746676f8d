package core_test

import (
	"fmt"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/status"
)

// many is more than is looked at, or listed, in one Step.
const many = 25_000

// lister spawns for lists, and has its verdict for what they end with.
type lister struct {
	verdict core.Verdict
	test    func(*core.Agent) core.Choice
	lists   []*core.Agent
}

func (l *lister) Init(s *core.Sync, a *core.Agent) error { return s.Spawn(a, work("init")) }
func (l *lister) Full(s *core.Sync, a *core.Agent) error { return s.Spawn(a, work("full")) }
func (l *lister) Action(s *core.Sync) error {
	a := s.Events(l.test)
	if a == nil {
		return nil
	}
	l.lists = append(l.lists, a)
	return s.Spawn(a, work("list"))
}

func (*lister) Exist(*core.Sync, *core.Agent) error { return nil }
func (l *lister) Collect(*core.Sync, *core.Agent, core.Result) (core.Verdict, error) {
	return l.verdict, nil
}

// crowd is a core with one sync, at virtual times.
type crowd struct {
	t      *testing.T
	core   *core.Core
	sync   *core.Sync
	lister *lister
	now    time.Time
	proc   core.ProcID // the last one started
	runs   bool
	before func() // each Step
}

func newCrowd(t *testing.T, cfg core.SyncConfig) *crowd {
	t.Helper()
	w := &crowd{t: t, core: core.New(core.Settings{}, silent{}), lister: &lister{}, now: time.Unix(1e9, 0)}
	s, err := w.core.Add(w.config(cfg))
	if err != nil {
		t.Fatal(err)
	}
	w.sync = s
	w.step(core.Tick{})
	w.step(core.Watched{Root: s.ID()})
	return w
}

func (w *crowd) config(cfg core.SyncConfig) core.SyncConfig {
	cfg.Name, cfg.Source, cfg.Target, cfg.Delay, cfg.Actions = "many", "/s/", "/t/", time.Minute, w.lister
	return cfg
}

func (w *crowd) step(in core.Input) {
	if _, ok := in.(core.Exited); ok {
		w.runs = false
	}
	if w.before != nil {
		w.before()
	}
	for _, cmd := range w.core.Step(w.now, in) {
		if start, ok := cmd.(core.Start); ok {
			w.proc, w.runs = start.Proc, true
		}
	}
}

// add reports one event for each of many paths.
func (w *crowd) add(kind event.Kind, path, dest string) {
	list := make(core.Events, many)
	for i := range list {
		list[i] = event.Event{Root: w.sync.ID(), Kind: kind, Path: fmt.Sprintf(path, i), Time: w.now}
		if dest != "" {
			list[i].Dest = fmt.Sprintf(dest, i)
		}
	}
	w.step(list)
}

func (w *crowd) pending() int { return w.core.Pending() }

// goOn makes the Steps that Alarm asks for now, until it does not, and returns by how much each changed the count of what is pending.
func (w *crowd) goOn() (changes []int) {
	w.t.Helper()
	for {
		at, ok := w.core.Alarm()
		if !ok || at.After(w.now) {
			return changes
		}
		before := w.pending()
		w.step(core.Tick{})
		if changes = append(changes, w.pending()-before); len(changes) > 1000 {
			w.t.Fatal("the engine wants to be woken all the time")
		}
	}
}

// alarm goes on to the next alarm.
func (w *crowd) alarm() {
	w.t.Helper()
	at, ok := w.core.Alarm()
	if !ok {
		w.t.Fatal("there is no alarm")
	}
	w.now = at
	w.step(core.Tick{})
}

// inParts checks that changes are as many parts of 5000, or less, as it takes for n.
func inParts(t *testing.T, what string, changes []int, n int) {
	t.Helper()
	sum, parts := 0, 0
	for _, c := range changes {
		if c > 5000 {
			t.Errorf("%s: %d at once", what, c)
		}
		if sum += c; c > 0 {
			parts++
		}
	}
	if sum != n || parts < n/5000 {
		t.Errorf("%s: %d in %d parts, want %d", what, sum, parts, n)
	}
}

// §10: what is acted on at once has a bound.
func TestListsAreBounded(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{})
	w.add(event.Modify, "dir/%d", "")
	for w.alarm(); w.pending() > 0; w.step(core.Exited{Proc: w.proc}) {
		if n := len(w.lister.lists[len(w.lister.lists)-1].Delays); n > 10_000 {
			t.Fatalf("a list has %d events", n)
		}
	}
	if n := len(w.lister.lists); n != 3 {
		t.Errorf("%d lists", n)
	}
}

// §10: a test that leaves nearly all out is asked about some of them in each Step, about each once, and then not before something
// happens. What it takes is taken wherever it is.
func TestTestsInParts(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{})
	asked, inStep, most := map[string]int{}, 0, 0
	wanted := func(string) bool { return false }
	w.lister.test = func(a *core.Agent) core.Choice {
		inStep++
		asked[a.Delays[0].Path()]++
		if wanted(a.Delays[0].Path()) {
			return delay.Take
		}
		return delay.Leave
	}
	w.before = func() { most, inStep = max(most, inStep), 0 }
	w.add(event.Modify, "dir/%d", "")
	w.alarm()
	steps := len(w.goOn())
	if w.before(); most > 10_000 || steps < many/10_000 {
		t.Errorf("%d are asked about in one of %d Steps", most, steps)
	}
	for path, n := range asked {
		if n != 1 {
			t.Fatalf("asked %d times about %s", n, path)
		}
	}
	if at, ok := w.core.Alarm(); len(asked) != many || !ok || at != w.now.Add(time.Second) {
		t.Errorf("asked about %d, next at %v, %t; it is %v", len(asked), at, ok, w.now)
	}
	last := fmt.Sprintf("dir/%d", many-1)
	wanted = func(path string) bool { return path == last }
	w.alarm()
	w.goOn()
	if len(w.lister.lists) != 1 || w.lister.lists[0].Delays[0].Path() != last {
		t.Errorf("taken: %v", w.lister.lists)
	}
}

// §10: what fails for good is tried again in parts, each of it once in a round, and then at rest until the next.
func TestRetriesInParts(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{})
	w.lister.verdict = core.Partial
	w.add(event.Modify, "dir/%d", "")
	for w.pending() > 0 {
		if !w.runs {
			w.alarm()
			continue
		}
		w.step(core.Exited{Proc: w.proc, Result: core.Result{Code: 23}})
	}
	degraded := func() status.Sync { return w.core.Snapshot(w.now, nil).Syncs[0] }
	if v := degraded(); v.Retrying != many || v.State != status.Degraded || len(v.Degraded) != 100 {
		t.Fatalf("%d retrying, %s, %d named", v.Retrying, v.State, len(v.Degraded))
	}
	at, _ := w.core.Alarm()
	w.now = at
	inParts(t, "tried again", w.goOn(), many)
	if next, ok := w.core.Alarm(); ok && !next.After(w.now) {
		t.Errorf("no rest: alarm at %v, it is %v", next, w.now)
	}
	w.lister.verdict = core.Ok
	for w.pending() > 0 {
		w.step(core.Exited{Proc: w.proc})
		w.goOn()
	}
	if v := degraded(); v.Retrying != 0 || v.State != status.InStep {
		t.Errorf("%d retrying, %s", v.Retrying, v.State)
	}
}

// §10: a new definition takes over in parts what its sync had not delivered; so does a third one from both.
func TestInheritsInParts(t *testing.T) {
	cfg := core.SyncConfig{HasInit: true, Mirrors: true, Digest: "first"}
	w := newCrowd(t, cfg)
	w.add(event.Modify, "dir/%d", "")
	w.step(core.Exited{Proc: w.proc})
	for _, digest := range []string{"second", "third"} {
		cfg.Digest = digest
		syncs, err := w.core.Reload(core.Settings{}, []core.SyncConfig{w.config(cfg)})
		if err != nil {
			t.Fatal(err)
		}
		w.sync = syncs[0]
		w.step(core.Exited{Proc: w.proc}) // the new one waits for that
		w.step(core.Watched{Root: w.sync.ID()})
		if n := w.pending(); n > 2*5000+1 {
			t.Errorf("%s: %d are taken over at once", digest, n)
		}
	}
	before := w.pending()
	inParts(t, "taken over", w.goOn(), 1+many-before)
}

// §10: after a startup renames are taken apart in parts, and nothing is acted on meanwhile.
func TestDividesInParts(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{HasInit: true, KeepMoves: true})
	w.add(event.Move, "a/%d", "b/%d")
	w.add(event.Modify, "a/%d", "")
	w.now = w.now.Add(time.Hour)
	w.step(core.Exited{Proc: w.proc})
	if len(w.lister.lists) > 0 {
		t.Fatal("acted on before all is taken apart")
	}
	if changes := w.goOn(); len(changes) < 2*many/5000-2 {
		t.Errorf("%d parts", len(changes))
	}
	for len(w.lister.lists) > 0 && w.pending() > 0 {
		for _, d := range w.lister.lists[len(w.lister.lists)-1].Delays {
			if d.Kind == event.Move {
				t.Fatalf("%s to %s is still a rename", d.Path(), d.Dest())
			}
		}
		w.step(core.Exited{Proc: w.proc})
		w.goOn()
	}
}

// §10: what is queued below the destination of a rename that is taken apart is looked for in parts. Nothing is acted on
// meanwhile, and what happens meanwhile is queued behind it.
func TestArrangesInParts(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{HasInit: true, KeepMoves: true})
	happen := func(kind event.Kind, path, dest string) {
		w.step(core.Events{{Root: w.sync.ID(), Kind: kind, Path: path, Dest: dest, Time: w.now}})
	}
	happen(event.Move, "a/", "b/")
	happen(event.Modify, "b/first", "")
	w.add(event.Modify, "x/%d", "")
	happen(event.Modify, "b/last", "")
	happen(event.Create, "a/", "")
	w.now = w.now.Add(time.Hour)
	w.step(core.Exited{Proc: w.proc})
	before := w.pending()
	happen(event.Modify, "b/late", "")
	if w.pending() > before || len(w.lister.lists) > 0 {
		t.Errorf("%d pending, before %d; %d lists", w.pending(), before, len(w.lister.lists))
	}
	if steps := len(w.goOn()); steps < many/5000-1 {
		t.Errorf("%d parts", steps)
	}
	var got []string
	for len(w.lister.lists) > 0 && w.pending() > 0 {
		for _, d := range w.lister.lists[len(w.lister.lists)-1].Delays {
			if path := d.Path(); path[0] != 'x' {
				got = append(got, d.Kind.String()+" "+path)
			}
		}
		w.step(core.Exited{Proc: w.proc})
		w.goOn()
	}
	if text := fmt.Sprint(got); text != "[Delete a/ Create a/ Create b/ Modify b/first Modify b/last Modify b/late]" {
		t.Errorf("acted on: %s", text)
	}
}

// §10: what happened while a source was counted is taken in in parts, and nothing is acted on before.
func TestCatchesUpInParts(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{MaxDelete: inventory.Entries(10), DeletesLive: true})
	w.add(event.Create, "%d", "")
	w.now = w.now.Add(time.Hour)
	w.step(core.Counted{Root: w.sync.ID(), Number: 1, Inventory: inventory.New()})
	if len(w.lister.lists) > 0 {
		t.Error("acted on before all is taken in")
	}
	if changes := w.goOn(); len(changes) < many/5000-1 || len(w.lister.lists) != 1 {
		t.Errorf("%d parts, %d lists", len(changes), len(w.lister.lists))
	}
}

// §10: a directory with very much in it that is gone, and a count that finds nothing of it, are taken in in parts. Nothing is
// acted on meanwhile, and what happens meanwhile is taken in afterwards.
func TestInventoryInParts(t *testing.T) {
	source := func(dir string) *inventory.Inventory {
		n := inventory.New()
		d := n.Put(n.Top(), dir, true)
		for i := range many {
			n.Put(d, fmt.Sprint(i), false)
		}
		return n
	}
	for _, c := range []struct {
		name   string
		happen func(w *crowd)
	}{
		{"a directory is moved away", func(w *crowd) {
			w.step(core.Events{{Root: w.sync.ID(), Kind: event.Delete, Path: "d/", Time: w.now}})
		}},
		{"a new count", func(w *crowd) {
			w.step(core.Events{{Root: w.sync.ID(), Kind: event.Overflow, Path: "d/", Time: w.now, Err: event.ErrBacklog}})
			w.step(core.Counted{Root: w.sync.ID(), Number: 2, Inventory: source("e")})
		}},
	} {
		w := newCrowd(t, core.SyncConfig{MaxDelete: inventory.Entries(many + 1), DeletesLive: true, TakesTrees: true})
		w.step(core.Counted{Root: w.sync.ID(), Number: 1, Inventory: source("d")})
		w.now = w.now.Add(time.Hour)
		c.happen(w)
		w.step(core.Events{{Root: w.sync.ID(), Kind: event.Create, Path: "a", Time: w.now}, {Root: w.sync.ID(), Kind: event.Delete, Path: "a", Time: w.now}})
		w.now = w.now.Add(time.Hour)
		w.step(core.Tick{})
		if len(w.lister.lists) > 0 {
			t.Errorf("%s: acted on before all is taken in", c.name)
		}
		if steps := len(w.goOn()); steps < many/5000-2 || len(w.lister.lists) != 1 {
			t.Errorf("%s: %d parts, %d lists", c.name, steps, len(w.lister.lists))
		}
	}
}

// §10: the status file gets what is pending in parts, each as it is then.
func TestSnapshotInParts(t *testing.T) {
	w := newCrowd(t, core.SyncConfig{})
	w.add(event.Modify, "dir/%d", "")
	between, seen := 0, map[string]bool{}
	shot := w.core.Snapshot(w.now, func(f func()) bool { between++; f(); return true })
	for d := range shot.Syncs[0].Delays {
		seen[d.Path] = true
	}
	if len(seen) != many || between != many/5000 {
		t.Errorf("%d delays, %d parts after the first", len(seen), between)
	}
	told := 0
	for range w.core.Snapshot(w.now, func(func()) bool { return false }).Syncs[0].Delays {
		told++
	}
	if told != 5000 {
		t.Errorf("%d delays of a loop that has ended", told)
	}
}

var _ core.Actions = (*lister)(nil)
