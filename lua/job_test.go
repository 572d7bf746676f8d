package lua_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/lua/config"
)

const tasks = `
settings{ scriptTimeout = 0.2 }
sync{ source = source, onCreate = function() end }
function work()
	local ok, code = pcall(function() sleep(5) return run('tool', 'a b') end)
	sleep(1)
	log('Normal', 'work: ', code)
end
function fails()
	sleep(1)
	error('broken')
end
function loops()
	sleep(1)
	pcall(function() while true do end end)
end
function twice()
	local sum = coroutine.wrap(function() coroutine.yield((run('one', ''))) end)() + run('two', '')
	log('Normal', 'twice: ', sum)
end
`

// begin starts a global of a config as a job. kill ends it.
func begin(rt *config.Config, name string) (kill func()) {
	fn := rt.Scripts.L.G.Global.RawGetString(name).(*glua.LFunction)
	return rt.Scripts.Jobs.Begin(fn, func() string { return "task " + name }, func(err error) {
		if err != nil {
			rt.Scripts.Log.Log("Error", err)
		}
	})
}

// TestJobsOnCore: sleep and run sit on core's timers and owners, within pcall and coroutines, too (TASKS §1).
func TestJobsOnCore(t *testing.T) {
	st := start(t, tasks)
	begin(st.rt, "work")
	begin(st.rt, "twice")
	st.advance(0) // what was asked for outside a step is a command of the next one
	if got := st.command().Describe(); got != "one ''" {
		t.Fatalf("started %s", got)
	}
	st.exit(3)
	if got := st.command().Describe(); got != "two ''" {
		t.Fatalf("started %s", got)
	}
	st.exit(4)
	st.claim("Normal", "twice: 7")
	st.advance(4 * time.Second)
	st.quiet()
	st.advance(time.Second)
	if got := st.command().Describe(); got != "tool 'a b'" {
		t.Fatalf("started %s", got)
	}
	st.exit(2)
	st.advance(time.Second)
	if got := st.logged("Normal"); !slices.Equal(got, []string{"work: 2"}) {
		t.Errorf("logged %q", got)
	}
	st.quiet()
}

// TestJobsApart: jobs that fail tell where, and harm no other; one that is killed goes on with nothing (TASKS §1).
func TestJobsApart(t *testing.T) {
	st := start(t, tasks)
	for _, name := range []string{"fails", "loops", "work"} {
		begin(st.rt, name)
	}
	kill := begin(st.rt, "work")
	st.advance(2 * time.Second)
	kill()
	errors := strings.Join(st.logged("Error"), "\n")
	for _, want := range []string{"config.lua:11: broken", "in task fails", "scriptTimeout = 0.2 seconds", "in task loops"} {
		if !strings.Contains(errors, want) {
			t.Errorf("no %q in %s", want, errors)
		}
	}
	st.log.lines = nil
	st.advance(5 * time.Second)
	if got := st.command().Describe(); got != "tool 'a b'" {
		t.Errorf("started %s", got)
	}
	st.quiet()
}
