package lua_test

import (
	"fmt"
	"testing"
	"time"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/event"
)

// TestRetire: after HUP what a script has begun goes on with it, alarms do not, and the state ends with the last work.
func TestRetire(t *testing.T) {
	config := func(name string) string {
		return fmt.Sprintf("local name = %q\n", name) + tasks + `
			alarm(now() + 3, function() log("Normal", "alarm of ", name) end)
			function named() sleep(4) log("Normal", "slept in ", name) log("Normal", "ran in ", name, " ", (run("tool", name))) end`
	}
	st := start(t, config("old"))
	old := st.rt
	begin(old, "named")
	begin(old, "fails")
	st.advance(0)
	st.reload(config("new"))
	if old.Scripts.Closed() {
		t.Fatal("the old state is gone while jobs of it sleep")
	}
	st.advance(time.Second)
	st.claim("Error", "broken")
	st.advance(2 * time.Second)
	if got := fmt.Sprint(st.logged("Normal")); got != "[alarm of new]" {
		t.Errorf("logged %s", got)
	}
	st.log.lines = nil
	st.advance(time.Second)
	if got := fmt.Sprint(st.logged("Normal")); got != "[slept in old]" {
		t.Errorf("logged %s", got)
	}
	st.log.lines = nil
	if got := st.command().Describe(); got != "tool old" || old.Scripts.Closed() {
		t.Errorf("started %s; closed: %t", got, old.Scripts.Closed())
	}
	st.exit(7)
	if got := fmt.Sprint(st.logged("Normal")); got != "[ran in old 7]" {
		t.Errorf("logged %s", got)
	}
	if !old.Scripts.Closed() || st.rt.Scripts.Closed() {
		t.Errorf("closed: the old state %t, the new one %t", old.Scripts.Closed(), st.rt.Scripts.Closed())
	}
	old.Scripts.Close()
	st.event(event.Create, "a")
	st.quiet()
}

// TestReleaseWithin: a state is not closed under the script that lets go of it.
func TestReleaseWithin(t *testing.T) {
	st := start(t, tasks+"function cancels() cancel() log('Normal', 'goes on') end")
	old := st.rt
	kill := begin(old, "work")
	old.Scripts.L.G.Global.RawSetString("cancel", old.Scripts.L.NewFunction(func(*glua.LState) int { kill(); return 0 }))
	st.reload(tasks)
	if err := old.Scripts.Call("test", old.Scripts.L.GetGlobal("cancels"), 0); err != nil {
		t.Fatal(err)
	}
	st.claim("Normal", "goes on")
	if !old.Scripts.Closed() {
		t.Error("the state stays")
	}
}
