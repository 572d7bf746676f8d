package lua_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/watch"
)

// Tasks §1 "Events", issue 9.4: what is wrong with a watch{}, each with its line and remedy.
func TestWatchProblems(t *testing.T) {
	const map1 = "event_map = { IN_CREATE = function() end }"
	for _, c := range []struct{ name, text, want string }{
		{"no table", "watch('/')", `config.lua:1: watch takes a table.* it got "/"`},
		{"no path", "\nwatch{ " + map1 + " }", `config.lua:2: watch: path is missing \(write path = "/directory"\)`},
		{"an empty list", "watch{ path = {}, " + map1 + " }", `config.lua:1: watch: path must be a path, or a list of paths, not a table .*`},
		{"a number in a list", "watch{ path = { source, 3 }, " + map1 + " }", `config.lua:1: watch: path has an entry, number 2, that is no text: 3 .*`},
		{"nothing there", "watch{ path = '/no/such', " + map1 + " }", `config.lua:1: watch: there is nothing at "/no/such" \(make it, or correct the path\)`},
		{"nothing matches", "watch{ path = '/no/s*', " + map1 + " }", `config.lua:1: watch: there is nothing at "/no/s\*" .*`},
		{"unknown event", "watch{ path = source, event_map = { IN_CLOS_WRITE = false } }", `config.lua:1: watch: event_map: there is no event "IN_CLOS_WRITE" \(did you mean "IN_CLOSE_WRITE"\?\)`},
		{"a number for an event", "watch{ path = source, event_map = { false } }", `config.lua:1: watch: event_map: there is no event 1 \(known are: .*`},
		{"no function", "watch{ path = source, event_map = { IN_OPEN = 3 } }", `config.lua:1: watch: event_map: IN_OPEN must be a function, a list of functions, or false, not 3 .*`},
		{"true", "watch{ path = source, event_map = { IN_OPEN = true } }", `config.lua:1: watch: event_map: IN_OPEN must be .*, not true .*`},
		{"no function in a list", "watch{ path = source, default_task = { print, 'x' } }", `config.lua:1: watch: default_task must be a list of functions; number 2 is "x" .*`},
		{"a scheduler itself", "watch{ path = source, default_task = { schedule = print } }", `config.lua:1: watch: default_task must be .* \(name what it is to do: its \.schedule or its \.cancel\)`},
		{"nothing to do", "watch{ path = source }", `config.lua:1: watch: there is neither event_map nor default_task.*`},
		{"no expression", "watch{ path = source, exclude_filter = { '(' }, " + map1 + " }", `config.lua:1: watch: exclude_filter: "\(" is no regular expression: .*`},
		{"no filter", "watch{ path = source, exclude_filter = 3, " + map1 + " }", `config.lua:1: watch: exclude_filter must be a list of regular expressions, or the name of a file that has them, not 3 .*`},
		{"no file", "watch{ path = source, exclude_filter = 'no-such', " + map1 + " }", `config.lua:1: watch: exclude_filter: open .*no-such: no such file .*`},
		{"all is excluded", "watch{ path = source, exclude_filter = { 'source' }, " + map1 + " }", `config.lua:1: watch: exclude_filter excludes ".*/source", which is to be watched .*`},
		{"unknown key", "watch{ path = source, recursive = true, " + map1 + " }", `config.lua:1: watch: unknown parameter "recursive" .*`},
		{"another monitor", "watch{ path = source, monitor = 'poll', " + map1 + " }", `config.lua:1: watch: monitor must be "auto", "inotify" or "inotify\+poll", not "poll" .*`},
		{"too late", "watch{ path = source, event_map = { IN_CREATE = function() watch{} end } }", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStage(t).config(c.text)
			got := ""
			if err := st.load(); err != nil {
				got = strings.ReplaceAll(err.Error(), st.dir+"/config.lua", "config.lua")
			}
			if !regexp.MustCompile("^" + c.want + "$").MatchString(got) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// startWatches runs a config that has watches only, on a machine without syncs.
func startWatches(t *testing.T, text string) *stage {
	t.Helper()
	st := start(t, text)
	watch.New(st.core).Replace(st.rt.Watches())
	st.step(core.Tick{})
	return st
}

// raw has an event happen in the n-th path that is watched.
func (st *stage) raw(n int, r event.Raw) {
	st.Helper()
	st.step(core.Events{{Root: event.RootID(n), Kind: event.Untouched, Raw: &r}})
}

// Tasks §1 "Events": a function of one's own gets every event of its kind, with these fields; several run side by side; an error is logged with its place and
// harms no other.
func TestWatchFunctions(t *testing.T) {
	st := startWatches(t, `
local function told(e)
	local out = {}
	for _, k in ipairs{ "maskname", "mask", "path", "name", "pathname", "src_pathname", "isdir", "cookie", "watch" } do
		out[#out + 1] = k .. "=" .. tostring(e[k])
	end
	log("Normal", table.concat(out, " "))
end
local function fails(e) error("on purpose: " .. e.name) end
watch{
	path = source, logname = "uploads",
	event_map = { IN_MOVED_TO = { fails, told }, IN_CREATE = false, IN_OPEN = function() while true do end end },
	default_task = function(e) log("Normal", "default: ", e.maskname, " [", e.pathname, "]") end,
}
settings{ scriptTimeout = 0.05 }
`)
	st.raw(0, event.Raw{Mask: event.InMovedTo | event.InIsDir, Cookie: 7, Path: "/w", Name: "b\n\xff", Source: "/w/a", IsDir: true})
	st.raw(0, event.Raw{Mask: event.InCreate, Path: "/w", Name: "c"})
	st.raw(0, event.Raw{Mask: event.InOpen, Path: "/w", Name: "d"})
	st.raw(0, event.Raw{Mask: event.InDelete, Path: "/w", Name: "d"})
	st.step(core.Events{{Root: 0, Kind: event.Overflow, Err: event.ErrBacklog}})
	want := []string{
		"maskname=IN_MOVED_TO mask=1073741952 path=/w name=b\n\xff pathname=/w/b\n\xff src_pathname=/w/a isdir=true cookie=7 watch=uploads",
		"default: IN_DELETE [/w/d]",
		"default: IN_Q_OVERFLOW []",
	}
	if got := st.logged("Normal"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	errs := strings.ReplaceAll(strings.Join(st.logged("Error"), "\n"), st.dir+"/", "")
	for _, want := range []string{`uploads: config.lua:9: on purpose: b`, `in IN_MOVED_TO of "/w/b\n\xff"`, "traceback", "uploads: config.lua:12: the script ran longer than scriptTimeout"} {
		if !strings.Contains(errs, want) {
			t.Errorf("%q is not in the log:\n%s", want, errs)
		}
	}
	st.logged("Warn")
}

// Tasks §1: lists and globs of paths; what two of them reach is watched once; exclude_filter from a file.
func TestWatchPaths(t *testing.T) {
	st := newStage(t)
	for _, d := range []string{"a1", "a2/in", "b", ".a3"} {
		if err := os.MkdirAll(filepath.Join(st.source, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a1", st.source+"link"); err != nil {
		t.Fatal(err)
	}
	st.file("filter", "# a comment\n\n  \\.swp$  \n^/no/\n")
	st.config(`
local nothing = { IN_CREATE = print }
watch{ path = source .. "a*", event_map = nothing }
watch{ path = { source .. "*/in", source .. "b", source .. "link", source .. "a1/", source .. "a2" }, rec = true, event_map = nothing }
watch{ path = source .. "*", auto_add = true, exclude_filter = source .. "../filter", event_map = nothing }
watch{ path = source .. ".a*", event_map = nothing }
`).start()
	want := []string{"a1 a2", "a2 b link", "a1 a2 b", ".a3"}
	for i, c := range st.rt.Watches() {
		var got []string
		for _, p := range c.Paths {
			rel, _ := filepath.Rel(st.source, p.Given)
			got = append(got, rel)
		}
		slices.Sort(got)
		if text := strings.Join(got, " "); text != want[i] {
			t.Errorf("watch %d: %s, want %s", i+1, text, want[i])
		}
		if (i == 2) != (c.Excluded != nil) || i == 2 && (!c.Excluded("/x/a.swp") || c.Excluded("/x/# a comment")) {
			t.Errorf("watch %d excludes what it should not, or nothing", i+1)
		}
		if c.Name != "watch" || c.Subdirs != (i == 1) || c.Follow != (i == 2) {
			t.Errorf("watch %d: %+v", i+1, c)
		}
	}
}

// Issue 9.4: a config's own definition of watch wins. Tasks §1 Schedulers.
func TestWatchOfOnesOwn(t *testing.T) {
	st := start(t, `
function watch(t) log("Normal", "my own ", t.path) end
watch{ path = "/no/such" }
sync{ source = source, onCreate = function() end }
`)
	if got := st.logged("Normal"); !slices.Equal(got, []string{"my own /no/such"}) || len(st.rt.Watches()) > 0 {
		t.Errorf("got %q, %d watches", got, len(st.rt.Watches()))
	}
}

// Tasks §1 "Schedulers", exit and HUP: functions in an event_map end as tasks do. Those that wait are waited for, and named when they are
// cancelled as the time is over; each event has one of its own, whatever the path.
func TestWatchFunctionsAtTheEnd(t *testing.T) {
	const text = `
watch{ path = source, logname = "uploads", event_map = {
	IN_CLOSE_WRITE = function(e) sleep(tonumber(e.name)) log("Normal", "slept ", e.name) end,
} }
settings{ shutdownTimeout = 10 }
`
	st := startWatches(t, text)
	slept := func(seconds string) {
		st.raw(0, event.Raw{Mask: event.InCloseWrite, Path: "/w", Name: seconds})
	}
	slept("5")
	slept("5")
	slept("3600")
	tasks := st.core.Snapshot(st.now, nil).Tasks
	if tasks == nil || tasks.Running != 3 || tasks.List[0].Scheduler != "uploads" || tasks.List[0].Path != "/w/5" {
		t.Fatalf("the status has %+v", tasks)
	}
	st.step(core.Stop{Code: 143, Why: "SIGTERM"})
	st.claim("Normal", "waiting for 3 tasks")
	slept("7")
	st.advance(5 * time.Second)
	if got := st.logged("Normal"); !slices.Equal(got, []string{"slept 5", "slept 5"}) {
		t.Fatalf("after 5 seconds: %q", got)
	}
	st.quiet()
	st.advance(5 * time.Second)
	st.claim("Warn", "of IN_CLOSE_WRITE is ended, as shutdownTimeout = 10 seconds are over")
	if st.ended == nil || st.ended.Code != 143 {
		t.Errorf("at the end: %v", st.ended)
	}

	st = startWatches(t, text)
	slept("5")
	slept("3600")
	old := st.rt
	st.reload(text)
	st.advance(5 * time.Second)
	st.claim("Normal", "slept 5")
	st.advance(25 * time.Second)
	st.claim("Warn", "/w/3600: task ")
	if !old.Scripts.Closed() {
		t.Error("the state of the former config is still there")
	}
}
