package lua_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
	"lsyncgo/lua/jobs"
)

// feedScheduler has a scheduler of the config, a global, take in an event of a file or directory.
func (st *stage) feedScheduler(call, kind, path string, source ...string) {
	st.Helper()
	mask, ok := event.RawKind(kind)
	if !ok {
		st.Fatalf("no event %s", kind)
	}
	e := &event.Raw{Mask: mask, Watch: "w", IsDir: strings.HasSuffix(path, "/"), Source: strings.Join(source, "")}
	path = strings.TrimSuffix(path, "/")
	e.Path, e.Name = filepath.Dir(path), filepath.Base(path)
	name, method, _ := strings.Cut(call, ".")
	table, ok := st.rt.Scripts.L.G.Global.RawGetString(name).(*glua.LTable)
	if !ok {
		st.Fatalf("no scheduler %s", name)
	}
	if err := st.rt.Scripts.Call("test", table.RawGetString(method), 0, jobs.Event(st.rt.Scripts.L, e)); err != nil {
		st.Fatal(err)
	}
	st.step(core.Tick{})
}

// TestTaskGetsEvent: the job of scheduler.task gets the newest event, all its fields, and the id of the task (TASKS §1, Events, Schedulers).
func TestTaskGetsEvent(t *testing.T) {
	st := start(t, `
s = scheduler.task{ delay = 2.5, job = function(e, id)
	log("Ok", id, " ", e.maskname, " ", e.mask, " ", e.path, " ", e.name, " ", e.pathname, " ", e.src_pathname, " ", tostring(e.isdir), " ", e.cookie, " ", e.watch)
end }`)
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/a b")
	st.advance(2 * time.Second)
	st.feedScheduler("s.schedule", "IN_MOVED_TO", "/w/a b", "/w/old")
	st.advance(2 * time.Second)
	st.quiet()
	st.advance(500 * time.Millisecond)
	st.claim("Ok", "00000000-0000-4000-8000-000000000001 IN_MOVED_TO 128 /w a b /w/a b /w/old false 0 w")
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/dir/")
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/c")
	st.feedScheduler("s.cancel", "IN_DELETE", "/w/c/")
	st.advance(time.Hour)
	st.quiet()
}

// TestJobWaits: sleep and run give the engine back its time, and run returns exit code and both outputs (TASKS §1).
func TestJobWaits(t *testing.T) {
	st := start(t, `
s = scheduler.task{ job = function(e)
	sleep(5)
	local code, out, err = run("tool", "a b", { "-x", 3 })
	log("Ok", code, " ", out, "|", err)
	code, out, err = run("missing")
	log("Ok", code, " ", out, "|", err)
end }`)
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/a")
	st.advance(4 * time.Second)
	st.quiet()
	st.advance(time.Second)
	cmd := st.command()
	if got := cmd.Describe(); got != "tool 'a b' -x 3" || !cmd.Bound || cmd.Capture == 0 {
		t.Errorf("started %s, bound %t, captures %d", got, cmd.Bound, cmd.Capture)
	}
	st.exitWith(core.Result{Code: 3, Stdout: []byte("o\xff\n"), Stderr: []byte("e")})
	st.claim("Ok", "3 o\xff\n|e")
	st.command()
	st.exitWith(core.Result{Code: 127, Err: os.ErrNotExist})
	st.claim("Ok", "127 |file does not exist")
	st.quiet()
}

// TestJobFaults: what goes wrong in one job is logged with its traceback and the task's id, and harms no other (TASKS §1, issue 9 "Speed,
// load and faults").
func TestJobFaults(t *testing.T) {
	st := start(t, `
settings{ scriptTimeout = 0.2 }
local function broken() error("broken") end
s = scheduler.task{ logname = "mine", job = function(e)
	if e.name == "error" then sleep(1) broken() end
	if e.name == "loop" then sleep(1) while true do end end
	if e.name == "bad" then sleep(-1) end
	if e.name == "program" then run(5) end
	sleep(2)
	log("Ok", e.name)
end }`)
	for _, name := range []string{"error", "loop", "bad", "program", "good"} {
		st.feedScheduler("s.schedule", "IN_CREATE", "/w/"+name)
	}
	st.advance(time.Minute)
	for _, want := range []string{"config.lua:3: broken, in task 00000000-0000-4000-8000-000000000001, IN_CREATE of \"/w/error\"; traceback: ",
		"scriptTimeout = 0.2 seconds", "0 or more, not -1", "must be the program, not 5"} {
		st.claim("Error", want)
	}
	st.claim("Ok", "good")
	st.quiet()
	if waiting := st.core.Snapshot(st.now, nil).Tasks; waiting != nil {
		t.Errorf("left: %+v", waiting)
	}
}

// TestJobMemory: a job that allocates for ever is ended, and harms no other. Without a limit of time, which a busy machine might reach first.
// Tasks §1 Schedulers.
func TestJobMemory(t *testing.T) {
	st := start(t, `
settings{ scriptTimeout = 0, scriptMemory = "16M" }
s = scheduler.task{ logname = "mine", job = function(e)
	sleep(1)
	if e.name == "memory" then local t = {} while true do t[#t + 1] = ("x"):rep(100000) .. #t end end
	sleep(2)
	log("Ok", e.name)
end }`)
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/memory")
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/good")
	st.advance(time.Minute)
	st.claim("Error", "scriptMemory = 16M")
	st.claim("Ok", "good")
	st.quiet()
}

// TestOnlyInJobs: sleep and run say where they work, elsewhere; a config's own function of the name wins. Tasks §1 Schedulers.
func TestOnlyInJobs(t *testing.T) {
	st := start(t, `
sync{ source = source, delay = 0, onCreate = function(event)
	for _, f in ipairs{ function() sleep(1) end, function() run("x") end } do
		local ok, err = pcall(f)
		log("Ok", err)
	end
end }
function fam() return "mine" end`)
	st.event(event.Create, "a")
	st.claim("Ok", "sleep works only inside a job")
	st.claim("Ok", "run works only inside a job")
	st.quiet()
	st = start(t, `function run() return 7 end
s = scheduler.task{ job = function() log("Ok", run()) end }`)
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/a")
	st.claim("Ok", "7")
}

// TestJobRestarts: busy = "restart" ends a job where it waits, and its program; it begins again when that has ended. Tasks §1 Schedulers.
func TestJobRestarts(t *testing.T) {
	st := start(t, `
s = scheduler.task{ busy = "restart", job = function(e)
	log("Ok", "begins with ", e.maskname)
	run("long")
	log("Ok", "ends")
end }
z = scheduler.task{ busy = "restart", job = function(e) sleep(5) log("Ok", "slept ", e.maskname) end }`)
	st.feedScheduler("s.schedule", "IN_CREATE", "/w/a")
	st.claim("Ok", "begins with IN_CREATE")
	st.command()
	st.feedScheduler("s.schedule", "IN_MODIFY", "/w/a")
	st.quiet()
	st.exit(143)
	st.claim("Ok", "begins with IN_MODIFY")
	st.command()
	st.exit(0)
	st.claim("Ok", "ends")
	st.feedScheduler("z.schedule", "IN_CREATE", "/w/a")
	st.advance(3 * time.Second)
	st.feedScheduler("z.schedule", "IN_MODIFY", "/w/a")
	st.advance(3 * time.Second)
	st.quiet()
	st.advance(2 * time.Second)
	st.claim("Ok", "slept IN_MODIFY")
	st.quiet()
}

// TestManyPrograms: a burst starts no more programs at once than the machine can bear; those that wait are killed without a start. Tasks §1 Schedulers.
func TestManyPrograms(t *testing.T) {
	st := start(t, `settings{ maxProcesses = 2 } s = scheduler.task{ job = function(e) log("Ok", (run("tool", e.name))) end }`)
	for i := range 4 {
		st.feedScheduler("s.schedule", "IN_CREATE", fmt.Sprint("/w/", i))
	}
	for i := range 2 {
		if got := st.command().Describe(); got != fmt.Sprint("tool ", i) {
			t.Errorf("started %s", got)
		}
	}
	st.quiet()
	st.exit(0)
	if got := st.command().Describe(); got != "tool 2" {
		t.Errorf("started %s", got)
	}
	st.claim("Ok", "0")
	st.step(core.Stop{Code: 143, Why: "SIGTERM"})
	st.step(core.Stop{Code: 143, Why: "SIGTERM"})
	st.exit(143)
	st.exit(143)
	if st.ended == nil || st.ended.Code != 143 || len(st.unseen) > 0 {
		t.Errorf("ended %v, started %v", st.ended, st.unseen)
	}
}

// TestShellScheduler: placeholders become positional parameters, bare and within quotes of either kind; unknown words stay (TASKS §1, Shell).
func TestShellScheduler(t *testing.T) {
	st := start(t, `s = scheduler.shell{ cmd = [[echo {maskname} "{pathname} {src_pathname}" '{name}' {word} ${path} {src_pathname}; { true; }]] }`)
	st.feedScheduler("s.schedule", "IN_CREATE", `/w/$(x)'"{name}`)
	cmd := st.command()
	want := []string{"-c", `echo "$1" "${2} ${3}" ''"$4"'' {word} ${path} "$3"; { true; }`, "sh", "IN_CREATE", `/w/$(x)'"{name}`, "", `$(x)'"{name}`}
	if cmd.Binary != "sh" || strings.Join(cmd.Args, "\n") != strings.Join(want, "\n") {
		t.Errorf("started %s %q", cmd.Binary, cmd.Args)
	}
	st.exitWith(core.Result{Code: 3, Tail: []string{"first", "last"}})
	st.claim("Error", "ended with exit code 3; first; last")
	st.quiet()
}

// TestShellRuns has a real shell get hostile names through every kind of place. Tasks §1 Shell.
func TestShellRuns(t *testing.T) {
	st := start(t, `s = scheduler.shell{ cmd = [[printf '%s\n' {name} "<{name}>" '<{name}>' x{name}y]] }`)
	for _, name := range []string{"-n", "a b", "$(touch x)", "`id`", "a'b", `a"b`, "new\nline", "{name}", "*", "\xff\xfe", `\`} {
		st.feedScheduler("s.schedule", "IN_CREATE", "/w/"+name)
		cmd := *st.command()
		cmd.Capture = 1 << 16
		runner := process.NewRunner(process.Options{})
		runner.Start(1, &cmd)
		got := <-runner.Exits()
		if err := runner.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := name + "\n<" + name + ">\n<" + name + ">\nx" + name + "y\n"; string(got.Result.Stdout) != want || got.Result.Code != 0 {
			t.Errorf("%q: printed %q, %+v", name, got.Result.Stdout, got.Result)
		}
		st.exit(0)
	}
	st.quiet()
}

// TestFileManagerScheduler: a path that no rule matches schedules nothing; one that matches is work in process. Tasks §1 File manager.
func TestFileManagerScheduler(t *testing.T) {
	st := start(t, `s = scheduler.filemanager{ delay = 1, rules = {
		{ action = "move", src_re = [[^/src/(?P<path>.*)\.to_move$]], dst_re = [[/dst/\g<path>]], auto_create = true, filemode = "0644" },
		{ action = "delete", src_re = [[^/src/(.*)\.to_delete$]] } } }`)
	st.work() // what another process has left is dealt with first
	st.feedScheduler("s.schedule", "IN_CREATE", "/src/other")
	if shot := st.core.Snapshot(st.now, nil).Tasks; shot != nil {
		t.Errorf("scheduled %+v", shot)
	}
	st.feedScheduler("s.schedule", "IN_CREATE", "/src/a.to_move")
	st.advance(time.Second)
	st.quiet()
	st.exit(0)
	if got := st.work().Describe(); !strings.Contains(got, "/src/a.to_move") || !strings.Contains(got, "/dst/a") {
		t.Errorf("started %s", got)
	}
	st.exitWith(core.Result{Code: 23, Tail: []string{"move: it is there"}})
	st.claim("Error", "move: it is there")
	st.quiet()
}

// TestSchedulerProblems: what cannot be used is said with file, line and remedy (issue 9.4). Tasks §1 Schedulers.
func TestSchedulerProblems(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`scheduler.task{}`, "config.lua:1: scheduler.task: job is missing (write job = function(event, task_id) ... end)"},
		{`scheduler.task{ job = 5 }`, "job must be a function, not 5"},
		{`scheduler.task{ job = print, dely = 1 }`, `unknown parameter "dely" (did you mean "delay"?`},
		{`scheduler.task{ job = print, delay = "long" }`, "delay must be a number of seconds"},
		{`scheduler.task{ job = print, busy = "wait" }`, `busy must be "queue", "drop" or "restart", not "wait"`},
		{`scheduler.shell{ cmd = "echo {name} $(( {name} ))" }`, "cmd: {name} stands "},
		{`scheduler.shell{ cmd = "sh -c {name}" }`, "unsafeShell = true"},
		{`scheduler.shell{ cmd = "if {name}" }`, "the shell cannot read"},
		{`scheduler.shell{ cmd = "if true" }`, "the shell cannot read"},
		{`scheduler.shell{ cmd = "/nowhere/tool {name}" }`, "/nowhere/tool"},
		{`scheduler.filemanager{ rules = {} }`, "rules has none (write rules = "},
		{`scheduler.filemanager{ rules = { { action = "rename", src_re = "x" } } }`, `rule 1: action must be "move", "copy" or "delete", not "rename"`},
		{`scheduler.filemanager{ rules = { { action = "move", src_re = "^/s/(.*)", dst_re = "/d/\\1", filemode = 644 } } }`, `"0644"`},
		{`scheduler.filemanager{ rules = { { action = "move", src_re = "^/s/(.*)", dst_re = "/d/\\1", user = "no such user" } } }`, `no user "no such user"`},
		{`scheduler.filemanager{ rules = { { action = "move", src_re = "(", dst_re = "/d" } } }`, "src_re"},
		{`scheduler.task("x")`, "scheduler.task takes a table, scheduler.task{ job = "},
		{`scheduler.task{ job = print }.schedule({})`, "cannot be called while the config is loaded"},
	} {
		if got := problems(t, newStage(t).config(tt.text)); !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "config.lua:1: ") {
			t.Errorf("%s: %s", tt.text, got)
		}
	}
	if got := problems(t, newStage(t).config(`scheduler.task{ job = print }`)); got != "" {
		t.Errorf("a scheduler alone: %s", got)
	}
	st := newStage(t).config(`scheduler.shell{ cmd = "no-such-tool {name} | sort; [ -x /nowhere/tool ] && /nowhere/tool" }`)
	if got := problems(t, st); got != "" {
		t.Errorf("programs that may be there later: %s", got)
	}
	warnings := fmt.Sprint(st.rt.Warnings())
	for _, want := range []string{`config.lua:1: scheduler.shell: cmd: start no-such-tool: `, `config.lua:1: scheduler.shell: cmd: start /nowhere/tool: `} {
		if !strings.Contains(warnings, want) {
			t.Errorf("%q is not among the warnings: %s", want, warnings)
		}
	}
}

// TestJobsAsleep: 10,000 jobs asleep take at most 100 MiB (issue 9, "Speed, load and faults"). Tasks §3 Speed, load and faults.
func TestJobsAsleep(t *testing.T) {
	st := start(t, `s = scheduler.task{ job = function(e) local mine = e.name sleep(60) awake = (awake or 0) + 1 end }
awake = 0`)
	const n = 2000
	before := heap()
	fn := st.rt.Scripts.L.G.Global.RawGetString("s").(*glua.LTable).RawGetString("schedule")
	for i := range n {
		e := &event.Raw{Mask: event.InCreate, Path: "/w", Name: fmt.Sprint(i)}
		if err := st.rt.Scripts.Call("test", fn, 0, jobs.Event(st.rt.Scripts.L, e)); err != nil {
			t.Fatal(err)
		}
	}
	st.advance(time.Second)
	each := (heap() - before) / n
	t.Logf("%d bytes for a job asleep", each)
	if each > 7000 { // the heap may be half as large again as what is on it
		t.Errorf("%d bytes for a job asleep", each)
	}
	st.advance(time.Minute)
	if got := st.rt.Scripts.L.G.Global.RawGetString("awake"); got != glua.LNumber(n) {
		t.Errorf("%v have woken", got)
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
