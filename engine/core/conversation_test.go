package core_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/conversationtest"
	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/root"
	"lsyncgo/engine/tunnel"
)

// TestConversations plays testdata/*.txt. Inputs are
//
//	sync NAME [delay=D] [max=N] [limit=N] [init] [tells] [moves] [trees] [mirrors] [ignore=KIND] [exclude=P] [maxdelete=N%] [act=single|list|twice|discard|idle|fail|dated] [digest=S]
//	settings [max=N] [timeout=D] [insist] [onepass] [stop] [dry]
//	tunnel NAME [pool=N] [ready=D] [retry=D] [check] (for the sync lines after it that have tunnel=NAME)
//	port PROC PORT|ERROR
//	log CATEGORY... (those that are off otherwise)
//	step | watched NAME [ERROR] | empty NAME | suspect NAME | suspect-back NAME | resume NAME | advance D | exit PROC CODE | term | alarm D TEXT | snapshot
//	wait [NAME...] | swept NUMBER (the answer to a sweep) | listed NAME PATH
//	pause NAME [D] | restore NAME D (the pause of a former process) | resync NAME all|dir|file|gone [PATH]
//	found NAME (the source is back, to be looked at) | looked NAME NUMBER (the answer) | back NAME (both)
//	counted NAME [PATH...] (paths end in * for 100 files)
//	spared NAME (what is not deleted at the target) | watched-unmounted NAME PATH...
//	mounted|mounted-empty|unmounted NAME PATH
//	create|modify|delete|attrib NAME PATH | move NAME PATH DEST | overflow|lost NAME
//	elsewhere NAME SOURCE (its path leads there) | lead NAME SOURCE | astray NAME | unlike NAME
//	exclude|include NAME PATTERN (takes effect with the next step)
//	exist NAME PATH | end-exist NAME (what the monitor says there is) | job-ended NAME PATH [ERROR] | hand-over NAME PATH (to a process; of syncs with act=job)
//	blanket NAME | full NAME PATH | reload (the sync lines since the last settings line)
func TestConversations(t *testing.T) {
	conversationtest.Run(t, func(t *testing.T, out *strings.Builder) func(words []string) {
		st := newStage(t)
		st.out = out
		return st.line
	})
}

// stage is the world of one conversation.
type stage struct {
	t        *testing.T
	out      *strings.Builder
	now      time.Time
	settings core.Settings
	cfgs     []core.SyncConfig
	tunnels  map[string]*tunnel.Config
	core     *core.Core
	logs     []string                // categories that are off unless a conversation asks for them
	looks    []core.Inspect          // that were asked for by the last step
	counts   map[string]uint64       // the newest Count of each sync
	names    map[event.RootID]string // of the syncs there are and were
	agents   map[string]*core.Agent  // on which jobs act, by sync and path
}

func newStage(t *testing.T) *stage {
	return &stage{agents: map[string]*core.Agent{}, t: t, out: &strings.Builder{}, tunnels: map[string]*tunnel.Config{}, counts: map[string]uint64{}, names: map[event.RootID]string{},
		now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func (st *stage) say(format string, args ...any) {
	fmt.Fprintf(st.out, "\t"+format+"\n", args...)
}

// Log and Enabled make the stage the engine's log.
func (st *stage) Log(category string, args ...any) {
	if st.Enabled(category) {
		st.say("%s: %s", category, fmt.Sprint(args...))
	}
}
func (st *stage) Enabled(category string) bool {
	switch category {
	case "Delay", "Exec", "Filter", "Info", "Debug":
		return slices.Contains(st.logs, category)
	}
	return true
}

func (st *stage) line(words []string) {
	verb, args := words[0], words[1:]
	switch verb {
	case "settings":
		st.cfgs = nil
		st.settings = parseSettings(st.t, args)
	case "log":
		st.logs = args
	case "tunnel":
		st.tunnel(args)
	case "port":
		st.port(args)
	case "sync":
		st.cfgs = append(st.cfgs, st.parseSync(args))
	case "reload":
		if _, err := st.core.Reload(st.settings, st.cfgs); err != nil {
			st.say("error: %v", err)
		}
		st.step(core.Tick{})
	case "step":
		st.step(core.Tick{})
	case "watched":
		w := core.Watched{Root: st.find(args[0]).ID()}
		if len(args) > 1 {
			w.Err = errors.New(strings.Join(args[1:], " "))
		}
		st.step(w)
	case "watched-unmounted":
		st.step(core.Watched{Root: st.find(args[0]).ID(), Unmounted: args[1:]})
	case "spared":
		st.say("%s", strings.Join(st.find(args[0]).Spared(), ", "))
	case "counted":
		st.step(core.Counted{Root: st.find(args[0]).ID(), Number: st.counts[args[0]], Inventory: counted(args[1:])})
	case "uncounted":
		st.step(core.Counted{Root: st.find(args[0]).ID(), Number: st.counts[args[0]], Err: errors.New("no permission")})
	case "empty":
		st.step(core.Watched{Root: st.find(args[0]).ID(), Seen: &core.Seen{Empty: true}})
	case "suspect":
		st.step(core.Watched{Root: st.find(args[0]).ID(), Seen: &core.Seen{Err: errors.New("it looks wrong")}})
	case "suspect-back":
		st.back(args[0], &core.Seen{Err: errors.New("it is another one")})
	case "seen":
		st.step(core.Watched{Root: st.find(args[0]).ID(), Seen: seen(args[1:])})
	case "seen-back":
		st.back(args[0], seen(args[1:]))
	case "back":
		st.back(args[0], nil)
	case "found":
		st.step(core.Events{{Root: st.find(args[0]).ID(), Kind: event.RootBack}})
	case "looked":
		st.step(core.Inspected{Root: st.find(args[0]).ID(), Number: uint64(st.number(args[1]))})
	case "other-target":
		st.find(args[0]).HoldTarget("the target is another one", func() { st.say("accepted") })
		st.step(core.Tick{})
	case "await":
		st.find(args[0]).Await()
	case "lead":
		st.lead(args[0], args[1])
	case "astray":
		st.find(args[0]).Astray("leads to the target")
		st.step(core.Tick{})
	case "unlike":
		st.say("%t", st.find(args[0]).Unlike())
	case "resume":
		if still, err := st.machine().Resume(args[0], ""); err != nil {
			st.say("error: %v", err)
		} else if still != "" {
			st.say("still: %s", still)
		}
		st.step(core.Tick{})
	case "pause":
		p := core.Pause{Sync: args[0], By: "root"}
		if len(args) > 1 {
			p.Until = st.now.Add(st.duration(args[1]))
		}
		if err := st.machine().Pause(p); err != nil {
			st.say("error: %v", err)
		}
		st.step(core.Tick{})
	case "wait":
		if _, err := st.machine().Arrival(args, func(err error) { st.say("arrived: %v", err) }); err != nil {
			st.say("error: %v", err)
		}
		st.step(core.Tick{})
	case "swept":
		st.step(core.Swept{Number: uint64(st.number(args[0]))})
	case "listed":
		st.step(core.Events{{Root: st.find(args[0]).ID(), Kind: event.Listed, Path: args[1]}})
	case "restore":
		st.machine().Restore([]core.Pause{{Sync: args[0], By: "root", Until: st.now.Add(st.duration(args[1]))}}, st.now)
	case "resync":
		is := map[string]core.Place{"all": core.Directory, "dir": core.Directory, "file": core.Other, "gone": core.Absent}[args[1]]
		if err := st.machine().Resync(args[0], strings.Join(args[2:], " "), is, "root"); err != nil {
			st.say("error: %v", err)
		}
		st.step(core.Tick{})
	case "advance":
		st.advance(args[0])
	case "exit":
		st.step(core.Exited{Proc: core.ProcID(st.number(args[0])), Result: result(st.number(args[1]))})
	case "term":
		st.step(core.Stop{Code: 143, Why: "SIGTERM"})
	case "alarm":
		text := strings.Join(args[1:], " ")
		st.core.NewTimers().Add(st.core.Now().Add(st.duration(args[0])), func(time.Time) error {
			st.say("alarm %s", text)
			return nil
		})
		st.step(core.Tick{})
	case "snapshot":
		st.snapshot()
	case "exclude":
		if err := st.find(args[0]).AddExclude(args[1]); err != nil {
			st.say("error: %v", err)
		}
	case "include":
		st.find(args[0]).RemoveExclude(args[1])
	case "job-ended", "hand-over":
		st.jobs(verb, args)
	case "blanket":
		st.find(args[0]).Blanket()
		st.step(core.Tick{})
	case "full":
		st.find(args[0]).Full(args[1])
		st.step(core.Tick{})
	default:
		st.event(verb, args)
	}
}

var kinds = map[string]event.Kind{"create": event.Create, "written": event.Create, "modify": event.Modify, "delete": event.Delete, "attrib": event.Attrib,
	"move": event.Move, "overflow": event.Overflow, "lost": event.RootLost, "elsewhere": event.RootElsewhere, "unwatched": event.Unwatched, "exist": event.Exist, "end-exist": event.EndExist, "unmounted": event.Unmounted, "mounted": event.Mounted, "mounted-empty": event.Mounted}

func (st *stage) event(verb string, args []string) {
	kind, ok := kinds[verb]
	if !ok {
		st.t.Fatalf("unknown verb %q", verb)
	}
	e := event.Event{Root: st.find(args[0]).ID(), Kind: kind, Written: verb == "written", Time: st.now}
	e.Err = errors.New("the reason")
	e.Empty = verb == "mounted-empty"
	if kind == event.RootElsewhere {
		e.Dest = args[1]
	} else if len(args) > 1 {
		e.Path = args[1]
	}
	if len(args) > 2 {
		e.Dest = args[2]
	}
	st.step(core.Events{e})
}

// seen reads a directory, "x/2" if it is mounted for the second time, "x?" if it cannot be known again, and "empty" and "full".
func seen(args []string) *core.Seen {
	letter, mount, _ := strings.Cut(args[0], "/")
	s := &core.Seen{Empty: slices.Contains(args, "empty"), TargetFull: slices.Contains(args, "full")}
	s.Source = root.Identity{Device: 1, Inode: 2, FileSystem: uint64(letter[0]), Birth: root.Time{Sec: 9}, Mount: 1}
	if strings.HasSuffix(letter, "?") {
		s.Source.Birth = root.Time{}
	}
	if mount != "" {
		s.Source.Mount = uint64(mount[0])
	}
	return s
}

func result(code int) core.Result {
	r := core.Result{Code: code, MetLimit: code == failure.DeleteLimit}
	if code > 128 && code < 160 {
		r.Signal = code - 128
	}
	if code != 0 {
		r.Tail = []string{"its own words"}
	}
	return r
}

func (st *stage) machine() *core.Core {
	if st.core == nil {
		st.core = core.New(st.settings, st)
		for _, cfg := range st.cfgs {
			if _, err := st.core.Add(cfg); err != nil {
				st.t.Fatal(err)
			}
		}
	}
	return st.core
}

func (st *stage) find(name string) *core.Sync {
	for _, s := range st.machine().Syncs() {
		if s.Config().Name == name {
			return s
		}
	}
	st.t.Fatalf("no sync %q", name)
	return nil
}

func (st *stage) step(in core.Input) {
	for _, s := range st.machine().Syncs() {
		st.names[s.ID()] = s.Config().Name
	}
	for _, cmd := range st.machine().Step(st.now, in) {
		switch cmd := cmd.(type) {
		case core.Start:
			st.say("start %d %s", cmd.Proc, cmd.Work.Describe())
		case core.Kill:
			st.say("kill %d", cmd.Proc)
		case core.Reserve:
			st.say("reserve %d %s", cmd.Proc, cmd.Host)
		case core.Watch:
			st.say("watch %s", st.names[cmd.Root])
		case core.Follow:
			st.say("follow %s to %s", st.names[cmd.Root], cmd.Source)
		case core.Relist:
			if cmd.Existing {
				st.say("ask %s what there is", st.names[cmd.Root])
				continue
			}
			if cmd.Hidden == nil {
				st.say("list %s %s", st.names[cmd.Root], cmd.Path)
				continue
			}
			st.say("uncover %s %s", st.names[cmd.Root], cmd.Path)
			if !cmd.Hidden("was.tmp") {
				st.say("  but was.tmp was not excluded")
			}
			if cmd.Seen != nil {
				for _, at := range []time.Duration{-2 * time.Second, 0, time.Millisecond} {
					if cmd.Seen("was.tmp", st.now.Add(at)) {
						st.say("  was.tmp was seen if it changed at %v", at)
					}
				}
			}
		case core.Sweep:
			st.say("sweep %d", cmd.Number)
		case core.Inspect:
			st.say("inspect %s", st.names[cmd.Root])
			st.looks = append(st.looks, cmd)
		case core.Count:
			st.say("count %s", st.names[cmd.Root])
			st.counts[st.names[cmd.Root]] = cmd.Number
		case core.Unwatch:
			st.say("unwatch %s", st.names[cmd.Root])
		case core.Ready:
			st.say("ready")
		case core.Exit:
			st.say("exit %d: %s", cmd.Code, cmd.Why)
		}
	}
}

// back tells that a source is there again, and what was seen there.
func (st *stage) back(name string, seen *core.Seen) {
	st.looks = nil
	st.step(core.Events{{Root: st.find(name).ID(), Kind: event.RootBack}})
	for _, look := range st.looks {
		st.step(core.Inspected{Root: look.Root, Number: look.Number, Seen: seen})
	}
}

// lead gives a sync another source, as a config does.
func (st *stage) lead(name, source string) {
	s := st.find(name)
	cfg := *s.Config()
	cfg.Source, cfg.Digest = source, cfg.Digest+source
	if st.core.Lead(s.ID(), cfg) == nil {
		st.say("it is not led there")
	}
	st.step(core.Tick{})
}

// advance lets time pass as a loop would: from alarm to alarm.
func (st *stage) advance(d string) {
	end := st.now.Add(st.duration(d))
	for range 100 {
		at, ok := st.machine().Alarm()
		if !ok || at.After(end) {
			st.now = end
			return
		}
		if at.After(st.now) {
			st.now = at
		}
		st.step(core.Tick{})
	}
	st.t.Fatalf("the engine wants to be woken all the time")
}

func (st *stage) snapshot() {
	shot := st.machine().Snapshot(st.now, func(f func()) bool { f(); return true })
	for _, s := range shot.Syncs {
		st.say("%s: %s %q pending=%d waiting=%d blocked=%d active=%d retrying=%d oldest=%s", s.Name, s.State, s.Reason,
			s.Pending, s.Waiting, s.Blocked, s.Active, s.Retrying, s.OldestAge)
		if len(s.NotMounted) > 0 {
			st.say("  not mounted: %s", strings.Join(s.NotMounted, ", "))
		}
		for d := range s.Delays {
			st.say("  %s %s %s %s", d.Status, d.Kind, d.Path, d.Dest)
		}
		if s.LastError != nil {
			st.say("  error: %s", s.LastError.Text)
		}
	}
	for _, t := range shot.Tunnels {
		st.say("tunnel %s: %d of %d ready", t.Name, t.Ready, t.Wanted)
		if t.LastError != nil {
			st.say("  error: %s", t.LastError.Text)
		}
	}
}

func (st *stage) number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		st.t.Fatal(err)
	}
	return n
}

func (st *stage) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		st.t.Fatal(err)
	}
	return d
}

func parseSettings(t *testing.T, words []string) core.Settings {
	var s core.Settings
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "max":
			s.MaxProcesses, _ = strconv.Atoi(value)
		case "insist":
			s.Insist = true
		case "onepass":
			s.OnePass = true
		case "timeout":
			s.ShutdownTimeout, _ = time.ParseDuration(value)
		case "dry":
			s.DryRun = true
		case "stop":
			s.OnDieStop = true
		default:
			t.Fatalf("unknown setting %q", w)
		}
	}
	return s
}

func (st *stage) parseSync(words []string) core.SyncConfig {
	a := &script{st: st, style: "single"}
	cfg := core.SyncConfig{Name: words[0], Source: "/" + words[0] + "/", Target: words[0], MaxProcesses: 1, MaxDelays: 1000, Actions: a, Digest: strings.Join(words, " ")}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "delay":
			cfg.Delay = st.duration(value)
		case "max":
			cfg.MaxProcesses = st.number(value)
		case "limit":
			cfg.MaxDelays = st.number(value)
		case "tells":
			cfg.TellsExisting = true
		case "init":
			cfg.HasInit = true
		case "source":
			cfg.Source = value
		case "given":
			cfg.Given = value
		case "target":
			cfg.Target = value
		case "deletes":
			cfg.DeletesAtStart = true
		case "ignore":
			cfg.Ignores = append(cfg.Ignores, kinds[value])
		case "trees":
			cfg.TakesTrees, cfg.Mirrors = true, true
		case "mirrors":
			cfg.Mirrors = true
		case "startup-deletes":
			cfg.DeletesAtStart = true
		case "live":
			cfg.DeletesLive = true
		case "moves":
			cfg.KeepMoves = true
		case "exclude":
			cfg.Rules = append(cfg.Rules, filter.Rule{Pattern: value})
		case "act":
			a.style = value
		case "maxdelete":
			limit, err := inventory.ParsePercent(value)
			if err != nil {
				st.t.Fatal(err)
			}
			cfg.MaxDelete, cfg.DeletesLive, cfg.DeletesAtStart = limit, true, true
		case "digest":
			cfg.Digest = value
		case "tunnel":
			cfg.Tunnel = st.tunnels[value]
			cfg.Digest += cfg.Tunnel.Digest
		default:
			st.t.Fatalf("unknown word %q", w)
		}
	}
	return cfg
}

// work is a piece of work that says what it is for.
type work string

func (w work) Describe() string { return string(w) }

// dated is work that has to know what it must not delete.
type dated struct{ work }

func (dated) Dated() bool { return true }

func (dated) Repeatable() bool { return true }

func workFor(a *core.Agent) work {
	var words []string
	for _, d := range a.Delays {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Kind, d.Path(), d.Dest())))
	}
	text := a.Sync.Config().Name + " " + strings.Join(words, ", ")
	if end, ok := a.Sync.Through(a); ok {
		text += end.Fill(" through ^localhost:^localport")
	}
	return work(text)
}

// counted is what a count of these paths finds; a * at the end is a hundred files.
func counted(paths []string) *inventory.Inventory {
	n := inventory.New()
	for _, p := range paths {
		if name, many := strings.CutSuffix(p, "*"); many {
			for i := range 100 {
				putPath(n, fmt.Sprint(name, i))
			}
		} else {
			putPath(n, p)
		}
	}
	return n
}

func putPath(n *inventory.Inventory, path string) {
	for d := n.Top(); path != ""; {
		name, rest, isDir := strings.Cut(path, "/")
		d, path = n.Put(d, name, isDir), rest
	}
}

// script acts in one of a few simple ways. Exit code 1 dies, 3 is partial,
// others but 0 are tried again, 9 is a failing collect.
type script struct {
	st    *stage
	style string
}

func (a *script) Init(s *core.Sync, agent *core.Agent) error {
	w := workFor(agent)
	if n, limited := s.DeleteLimit(agent); limited {
		w += work(fmt.Sprintf(" deleting at most %d", n))
	}
	if a.style == "dated" {
		return s.Spawn(agent, dated{w})
	}
	return s.Spawn(agent, w)
}

// Exist begins a job if the style says so, and is done at once with a style that discards.
func (a *script) Exist(s *core.Sync, agent *core.Agent) error {
	path := agent.Delays[0].Path()
	switch a.style {
	case "job":
		a.st.say("job for %s", workFor(agent))
		key := s.Config().Name + path
		a.st.agents[key] = agent
		return s.Occupy(agent, func() {
			a.st.say("kill the job for %s", workFor(agent))
			agent.JobEnded(nil)
		})
	case "discard":
		a.st.say("tell %s", workFor(agent))
		return nil
	}
	return s.Spawn(agent, workFor(agent))
}

// jobs plays what the jobs of scripts do.
func (st *stage) jobs(verb string, args []string) {
	agent := st.agents[args[0]+strings.Join(args[1:min(2, len(args))], "")]
	if verb == "hand-over" {
		if err := agent.Sync.Spawn(agent, workFor(agent)); err != nil {
			st.say("error: %v", err)
		}
	} else if len(args) > 2 {
		agent.JobEnded(errors.New(strings.Join(args[2:], " ")))
	} else {
		agent.JobEnded(nil)
	}
	st.step(core.Tick{})
}

func (a *script) Full(s *core.Sync, agent *core.Agent) error { return a.Init(s, agent) }

func (a *script) Action(s *core.Sync) error {
	switch a.style {
	case "list":
		if l := s.Events(nil); l != nil {
			return s.Spawn(l, workFor(l))
		}
	case "files": // a list of files only, as a test function of a script makes it
		l := s.Events(func(e *core.Agent) core.Choice {
			if event.IsDir(e.Delays[0].Path()) {
				return delay.Leave
			}
			return delay.Take
		})
		if l == nil {
			return s.Discard(s.Event())
		}
		return s.Spawn(l, workFor(l))
	case "twice":
		for e := s.Event(); e != nil; e = s.Event() {
			if err := s.Spawn(e, workFor(e)); err != nil {
				return err
			}
		}
	case "discard":
		a.st.say("discard %s", workFor(s.Event()))
		return s.Discard(s.Event())
	case "idle":
		a.st.say("asked about %s", workFor(s.Event()))
	case "fail":
		return errors.New("x.lua:1: the script is wrong")
	default:
		return s.Spawn(s.Event(), workFor(s.Event()))
	}
	return nil
}

func (a *script) Collect(_ *core.Sync, _ *core.Agent, r core.Result) (core.Verdict, error) {
	switch r.Code {
	case 0, 24:
		return core.Ok, nil
	case 1:
		return core.Die, nil
	case 3:
		return core.Partial, nil
	case 9:
		return core.Ok, errors.New("x.lua:2: collect is wrong")
	}
	return core.Again, nil
}
