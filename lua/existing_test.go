package lua_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
)

// told returns what the config has logged in the category Told, and forgets all that was logged.
func (st *stage) told() []string {
	list := st.logged("Told")
	st.log.lines = nil
	return list
}

// exist says what there is.
func (st *stage) exist(paths ...string) {
	for _, path := range paths {
		st.event(event.Exist, path)
	}
}

// TestExisting, tasks §2 "exists": functions get events as those of a change, in order, and may wait before they begin a process or are
// done. What happens meanwhile comes after the end.
func TestExisting(t *testing.T) {
	st := start(t, `
sync{ source = source, target = target, delay = 3, exclude = "*.tmp",
	onExist = function(event)
		log('Told', event.etype, ' ', event.path, ' ', tostring(event.isdir), ' ', event.name, ' ', event.status)
		if event.path == 'd/' then
			sleep(2)
			log('Told', 'slept ', event.status)
		elseif event.path == 'd/b' then
			local code = run('file', event.sourcePathname)
			log('Told', tostring(code))
			spawn(event, 'take', event.targetPathname)
		end
	end,
	onEndExist = function(event) log('Told', event.etype, ' ', event.sourcePath) end,
	onCreate = function(event) log('Told', 'new ', event.path) end,
}`)
	st.exist("d/", "d/b", "c.tmp", "c")
	st.event(event.Create, "c")
	st.event(event.EndExist, "")
	st.advance(2 * time.Second)
	if got := st.command().Describe(); got != "file "+st.source+"d/b" {
		t.Errorf("ran %s", got)
	}
	st.exit(7)
	if got := st.command().Describe(); got != "take "+st.target+"d/b" {
		t.Errorf("began %s", got)
	}
	st.exit(0)
	st.advance(3 * time.Second)
	want := []string{"Exist d/ true d/ wait", "slept active", "Exist d/b false b wait", "7", "Exist c false c wait", "EndExist " + st.source, "new c"}
	if got := st.told(); !slices.Equal(got, want) {
		t.Errorf("told\n%q, want\n%q", got, want)
	}
}

// TestExistingPreset: a preset's own action never sees them; the handlers are called all the same, texts by the parser of layer 3.
func TestExistingPreset(t *testing.T) {
	stubs(t)
	st := start(t, `sync{ default.rsync, source = source, target = target, delay = 1, onExist = "look ^sourcePathname", onEndExist = "/bin/end ^source" }`)
	st.command() // the startup
	st.exist("a\nb", "-c")
	st.event(event.EndExist, "")
	st.event(event.Modify, "a\nb")
	st.exit(0)
	for _, want := range []string{`sh -c 'look "$1"' sh $'` + st.source + "a\\nb'", `sh -c 'look "$1"' sh ` + st.source + "-c", "/bin/end " + st.source} {
		if got := st.command().Describe(); got != want {
			t.Errorf("started %s, want %s", got, want)
		}
		st.exit(0)
	}
	st.advance(time.Second)
	if got := st.command().Describe(); !strings.HasPrefix(got, "rsync ") {
		t.Errorf("started %s", got)
	}
}

// TestExistingFaults: what cannot be is a problem of the config; an error is one of the function, before it waits and after; a process and
// a wait are not mixed up.
func TestExistingFaults(t *testing.T) {
	for config, want := range map[string]string{
		`onExist = 5`:                     "onExist must be a function, a string, true or false, not 5",
		`onExist = "x ^sourcePATH"`:       "unknown variable ^sourcePATH (did you mean ^sourcePath?)",
		`onEndExist = "sh -c 'x ^path'"`:  "onEndExist: ",
		`onExists = function() end`:       "onExists",
		`onExist = "ssh host rm ^path"`:   "onExist: ",
		`onExist = ""`:                    "the command is empty",
		`onExist = function() end, a = 1`: "",
	} {
		st := newStage(t).config(`sync{ source = source, target = target, ` + config + ` }`)
		if got := problems(t, st); want == "" && !strings.Contains(got, `"a"`) || !strings.Contains(got, want) {
			t.Errorf("%s: %s", config, got)
		}
	}
	st := start(t, `
sync{ source = source, onExist = function(event)
	if event.path == 'soon' then error('at once') end
	if event.path == 'spawned' then spawn(event, 'p'); sleep(1); error('after the process') end
	sleep(1)
	if event.path == 'late' then error('later') end
	log('Told', event.path, ' ', tostring(event.inlet.getEvent()))
end, maxProcesses = 4 }`)
	st.exist("soon", "late", "fine", "spawned")
	st.advance(20 * time.Second)
	errors := strings.Join(st.logged("Error"), "\n")
	for _, want := range []string{`config.lua:3: sync "Sync1": at once, in onExist of Exist "soon"`, `config.lua:6: sync "Sync1": later, in onExist of Exist "late"`} {
		if n := strings.Count(errors, want); n != 4 {
			t.Errorf("%d times %q in %s", n, want, errors)
		}
	}
	st.exit(0)
	st.advance(time.Second)
	if errors := strings.Join(st.logged("Error"), "\n"); !strings.Contains(errors, `config.lua:4: sync "Sync1": after the process, in onExist of Exist "spawned"`) {
		t.Error(errors)
	}
	if got := st.told(); !slices.Equal(got, []string{"fine nil"}) {
		t.Errorf("told %q", got)
	}
}

// TestWaitsElsewhere, issue 9.3: what a config has called that is no job cannot wait, and is told what could.
func TestWaitsElsewhere(t *testing.T) {
	for _, call := range []string{`sleep(1)`, `run('x')`} {
		st := newStage(t).config(call)
		if got := problems(t, st); !strings.Contains(got, "config.lua:1: "+call[:strings.IndexByte(call, '(')]+" works only inside a job") {
			t.Errorf("%s: %s", call, got)
		}
		for _, key := range []string{"onCreate", "action", "init", "onStartup"} {
			st := start(t, `sync{ source = source, onModify = "x", `+key+` = function(a) `+call+` end }`)
			st.event(event.Create, "a")
			if got := strings.Join(st.logged("Error"), "\n"); !strings.Contains(got, "works only inside a job: that is the function of a scheduler.task") {
				t.Errorf("%s in %s: %s", call, key, got)
			}
		}
	}
}

// TestExistingReload: a job of a config that was replaced ends with its functions, which stay for that long.
func TestExistingReload(t *testing.T) {
	text := `sync{ source = source, onExist = function(event) sleep(5) log('Told', event.path) end, onCreate = function(event) log('Told', event.path) end }`
	st := start(t, text)
	st.exist("a", "b")
	st.event(event.EndExist, "")
	former := st.rt
	st.reload(text)
	former.Scripts.Retire()
	if former.Scripts.Closed() {
		t.Fatal("closed under its job")
	}
	st.advance(5 * time.Second)
	if !former.Scripts.Closed() {
		t.Error("not closed")
	}
	st.advance(5 * time.Second)
	st.event(event.Create, "c")
	if got := st.told(); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("told %q", got)
	}
}
