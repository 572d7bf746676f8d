package lua_test

import (
	"strings"
	"testing"
	"time"
)

const tasks = `
settings{ scriptTimeout = 0.2 }
sync{ source = source, onCreate = function() end }
function work()
	local ok, code = pcall(function() sleep(5) return run('tool', 'a b') end)
	sleep(1)
	return code
end
function fails()
	sleep(1)
	error('broken')
end
function loops()
	sleep(1)
	pcall(function() while true do end end)
end
function twice() return coroutine.wrap(function() coroutine.yield(run('one', '')) end)() + run('two', '') end
`

// TestTasks shows how sleep and run sit on core's timers and owners.
func TestTasks(t *testing.T) {
	st := start(t, tasks)
	begin := tasksOf(st.rt.Scripts.Runtime)
	work, err := begin("work")
	if err != nil {
		t.Fatal(err)
	}
	twice, err := begin("twice")
	if err != nil {
		t.Fatal(err)
	}
	st.advance(0) // what was asked for outside a step is a command of the next one
	if got := st.command().Describe(); got != "one ''" {
		t.Fatalf("started %s", got)
	}
	st.exit(3)
	if got := st.command().Describe(); got != "two ''" {
		t.Fatalf("started %s", got)
	}
	st.exit(4)
	if len(twice.Done) != 1 || twice.Done[0] != "7" {
		t.Errorf("returned %q", twice.Done)
	}
	st.advance(4 * time.Second)
	st.quiet()
	st.advance(time.Second)
	if got := st.command().Describe(); got != "tool 'a b'" {
		t.Fatalf("started %s", got)
	}
	st.exit(2)
	st.advance(time.Second)
	if len(work.Done) != 1 || work.Done[0] != "2" {
		t.Errorf("returned %q", work.Done)
	}
	st.quiet()
}

// TestTaskFaults has tasks that fail tell where, and harm no other; one that is cancelled goes on with nothing.
func TestTaskFaults(t *testing.T) {
	st := start(t, tasks)
	begin := tasksOf(st.rt.Scripts.Runtime)
	for _, name := range []string{"fails", "loops", "work"} {
		if _, err := begin(name); err != nil {
			t.Fatal(err)
		}
	}
	cancelled, err := begin("work")
	if err != nil {
		t.Fatal(err)
	}
	st.advance(2 * time.Second)
	cancelled.Cancel()
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
