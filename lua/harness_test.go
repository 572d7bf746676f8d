package lua_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/failure"
	"lsyncgo/engine/guard"
	"lsyncgo/engine/process"
	"lsyncgo/lua/config"
	"lsyncgo/lua/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is a loaded config in a real machine, whose time and events the test makes, and
// whose work is only recorded. Configs find the globals source and target, two empty
// directories, and what testdata/lib/expect.lua defines.
type stage struct {
	testing.TB
	dir, source, target string
	options             config.Options

	rt      *config.Config   // the newest one
	open    []*config.Config // not yet closed
	core    *core.Core
	syncs   []*core.Sync
	now     time.Time
	posts   chan func()
	log     *journal
	unseen  []core.Start
	running []core.Start
	ended   *core.Exit
}

// journal is the engine's log. It keeps everything but what no test asks for.
type journal struct {
	lines []line // logged and not yet claimed
}

type line struct{ category, text string }

func (j *journal) Log(category string, args ...any) {
	var b strings.Builder
	for _, a := range args {
		fmt.Fprint(&b, a)
	}
	j.lines = append(j.lines, line{category, b.String()})
}

func (*journal) Enabled(category string) bool {
	switch category {
	case "Delay", "Exec", "Filter", "Exclude", "Off":
		return false
	}
	return true
}

// newStage makes the directories; nothing is loaded yet.
func newStage(t testing.TB) *stage {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{TB: t, dir: dir, source: dir + "/source/", target: dir + "/target/",
		now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), posts: make(chan func()), log: &journal{}}
	for _, d := range []string{st.source, st.target} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	places := st.file("places.lua", fmt.Sprintf("source, target = %q, %q\n", st.source, st.target))
	lib, err := filepath.Abs("testdata/lib/expect.lua")
	if err != nil {
		t.Fatal(err)
	}
	st.options = config.Options{Scripts: []string{places, lib}, Dir: dir, NoDaemon: true, Log: st.log,
		Now: func() time.Time { return st.now }}
	return st
}

// file writes a file below the test's directory and returns its path.
func (st *stage) file(name, text string) string {
	st.Helper()
	path := filepath.Join(st.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		st.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		st.Fatal(err)
	}
	return path
}

// config makes text the config to load.
func (st *stage) config(text string) *stage {
	st.Helper()
	st.options.Config = st.file("config.lua", text)
	return st
}

// load loads what was asked for.
func (st *stage) load() error {
	rt, err := config.Load(st.options)
	if err == nil {
		st.rt = rt
		st.open = append(st.open, rt)
		st.Cleanup(func() { st.close(rt) })
	}
	return err
}

// close closes a runtime, at the end of the test at the latest.
func (st *stage) close(rt *config.Config) {
	if i := slices.Index(st.open, rt); i >= 0 {
		st.open = slices.Delete(st.open, i, i+1)
		rt.Scripts.Close()
		rt.Scripts.Wait()
	}
}

// start loads the config, connects it as the program does, and places the watches.
func start(t testing.TB, text string) *stage {
	t.Helper()
	return newStage(t).config(text).start()
}

func (st *stage) start() *stage {
	st.Helper()
	if err := st.load(); err != nil {
		st.Fatal(err)
	}
	s := st.rt.Settings()
	st.core = core.New(core.Settings{MaxProcesses: s.MaxProcesses, Insist: s.Insist, OnePass: s.OnePass, OnDieStop: s.OnDieStop}, st.log)
	for _, cfg := range st.rt.Scripts.Syncs() {
		added, err := st.core.Add(cfg)
		if err != nil {
			st.Fatal(err)
		}
		st.syncs = append(st.syncs, added)
	}
	done := make(chan struct{})
	st.Cleanup(func() { close(done) }) // before the runtime is closed
	st.rt.Scripts.Bind(st.core, func(f func()) {
		select {
		case st.posts <- f:
		case <-done:
		}
	})
	for _, sync := range st.syncs {
		st.rt.Scripts.Attach(sync)
	}
	st.step(core.Tick{})
	return st
}

func (st *stage) step(in core.Input) {
	var placed []core.Input
	for _, cmd := range st.core.Step(st.now, in) {
		switch cmd := cmd.(type) {
		case core.Watch:
			placed = append(placed, core.Watched{Root: cmd.Root})
		case core.Count:
			n := core.Counted{Root: cmd.Root, Number: cmd.Number}
			n.Inventory, n.Err = guard.Count(st.Context(), cmd.Source, cmd.Flat, cmd.Excluded)
			placed = append(placed, n)
		case core.Start:
			st.unseen = append(st.unseen, cmd)
			st.running = append(st.running, cmd)
		case core.Exit:
			st.ended = &cmd
		}
	}
	for _, w := range placed {
		st.step(w)
	}
}

// advance lets time pass, with every alarm on its way.
func (st *stage) advance(d time.Duration) {
	st.Helper()
	end := st.now.Add(d)
	for range 10000 {
		at, ok := st.core.Alarm()
		if !ok || at.After(end) {
			st.now = end
			st.step(core.Tick{})
			return
		}
		st.now = latest(st.now, at)
		st.step(core.Tick{})
	}
	st.Fatal("the alarms do not end")
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// event reports one event to the first sync.
func (st *stage) event(k event.Kind, paths ...string) { st.eventFor(0, k, paths...) }

func (st *stage) eventFor(sync int, k event.Kind, paths ...string) {
	e := event.Event{Root: st.syncs[sync].ID(), Kind: k, Path: paths[0], Time: st.now}
	if len(paths) > 1 {
		e.Dest = paths[1]
	}
	st.step(core.Events{e})
}

// work returns the oldest started work that the test has not seen yet.
func (st *stage) work() core.Work {
	st.Helper()
	if len(st.unseen) == 0 {
		st.Fatalf("nothing was started; logged: %q", st.log.lines)
	}
	w := st.unseen[0].Work
	st.unseen = st.unseen[1:]
	return w
}

// command is work that has to be a child.
func (st *stage) command() *process.Command {
	st.Helper()
	w := st.work()
	cmd, ok := w.(*process.Command)
	if !ok {
		st.Fatalf("started %q, no child", w.Describe())
	}
	return cmd
}

// exit ends the oldest running work.
func (st *stage) exit(code int) {
	st.Helper()
	st.exitWith(core.Result{Code: code, MetLimit: code == failure.DeleteLimit})
}

// exitWith is exit with more to tell.
func (st *stage) exitWith(r core.Result) {
	st.Helper()
	if len(st.running) == 0 {
		st.Fatal("nothing runs")
	}
	proc := st.running[0].Proc
	st.running = st.running[1:]
	r.MetLimit = failure.MetDeleteLimit(r.Code, r.Tail)
	st.step(core.Exited{Proc: proc, Result: r})
}

// input is all that a child would read.
func input(t testing.TB, cmd *process.Command) string {
	t.Helper()
	if cmd.Feed == nil {
		return string(cmd.Stdin)
	}
	var b bytes.Buffer
	if err := cmd.Feed(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// claim takes the oldest line of a category that has text off the log.
func (st *stage) claim(category, text string) {
	st.Helper()
	i := slices.IndexFunc(st.log.lines, func(l line) bool { return l.category == category && strings.Contains(l.text, text) })
	if i < 0 {
		st.Fatalf("no %s line with %q; logged: %q", category, text, st.log.lines)
	}
	st.log.lines = slices.Delete(st.log.lines, i, i+1)
}

// logged returns the lines of a category.
func (st *stage) logged(category string) (list []string) {
	for _, l := range st.log.lines {
		if l.category == category {
			list = append(list, l.text)
		}
	}
	return list
}

// quiet checks that nothing happened that the test has not claimed.
func (st *stage) quiet() {
	st.Helper()
	for _, category := range []string{"Error", "Warn", "Ok"} {
		for _, text := range st.logged(category) {
			st.Errorf("logged %s: %s", category, text)
		}
	}
	for _, s := range st.unseen {
		st.Errorf("started %s", s.Work.Describe())
	}
	st.unseen = nil
}

// player carries out the directions of a script of testdata:
//
//	create|modify|delete|attrib PATH, move PATH DEST    an event, for another sync than the first with @INDEX before the path
//	write PATH [SIZE]                                   a real file, or directory, in the source
//	advance DURATION
//	run COMMAND                                         this was started next; $source and $target are replaced
//	input TEXT                                          what that command reads
//	exit CODE                                           the oldest work ends
//	ok NAME | error TEXT | log CATEGORY TEXT            this was logged
//	quiet                                               nothing else happened
//	ended CODE                                          the program ended
type player struct {
	*stage
	last core.Work
}

func (p *player) play(direction string) {
	p.Helper()
	verb, rest, _ := strings.Cut(direction, " ")
	rest = strings.NewReplacer("$source", p.source, "$target", p.target, `\0`, "\x00").Replace(rest)
	kinds := map[string]event.Kind{"create": event.Create, "modify": event.Modify, "delete": event.Delete,
		"attrib": event.Attrib, "move": event.Move}
	switch verb {
	case "create", "modify", "delete", "attrib", "move":
		words := strings.Fields(rest)
		sync := 0
		if number, ok := strings.CutPrefix(words[0], "@"); ok {
			sync, words = p.number(number), words[1:]
		}
		p.eventFor(sync, kinds[verb], words...)
	case "write":
		p.write(strings.Fields(rest))
	case "advance":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.Fatal(err)
		}
		p.advance(d)
	case "run":
		p.last = p.work()
		if got := p.last.Describe(); got != rest {
			p.Fatalf("started %s\nwanted  %s", got, rest)
		}
	case "input":
		cmd, ok := p.last.(*process.Command)
		if !ok || input(p, cmd) != rest {
			p.Fatalf("%s reads %q, not %q", p.last.Describe(), input(p, cmd), rest)
		}
	case "exit":
		p.exit(p.number(rest))
	case "ok":
		p.claim("Ok", rest)
	case "error":
		p.claim("Error", rest)
	case "log":
		category, text, _ := strings.Cut(rest, " ")
		p.claim(category, text)
	case "quiet":
		p.quiet()
	case "ended":
		if p.ended == nil || p.ended.Code != p.number(rest) {
			p.Fatalf("the end is %v", p.ended)
		}
	default:
		p.Fatalf("unknown direction %q", direction)
	}
}

func (p *player) number(s string) int {
	p.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		p.Fatal(err)
	}
	return n
}

func (p *player) write(words []string) {
	p.Helper()
	path := p.source + words[0]
	if strings.HasSuffix(path, "/") {
		if err := os.MkdirAll(path, 0o755); err != nil {
			p.Fatal(err)
		}
		return
	}
	size := 0
	if len(words) > 1 {
		size = p.number(words[1])
	}
	p.file("source/"+words[0], strings.Repeat("x", size))
}

// problems loads a config and returns what is wrong with it.
func problems(t *testing.T, st *stage) string {
	t.Helper()
	err := st.load()
	if err == nil {
		return ""
	}
	var ps problem.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	return strings.ReplaceAll(ps.Error(), st.dir+"/", "")
}

// stubs makes PATH a directory with programs of the names that presets look for. None of them is run.
func stubs(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"rsync", "ssh"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/false\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}
