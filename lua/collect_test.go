package lua_test

import (
	"fmt"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/lua"
)

// §6: the default collect, with the exit codes of the config and without.
func TestCollect(t *testing.T) {
	const text = `sync{ source = source, onCreate = "tool", `
	for _, c := range []struct {
		given string
		code  int
		want  string
	}{
		{``, 0, "ok"}, {``, 1, "die"}, {``, 255, "die"}, {``, 137, "die"},
		{`exitcodes = { [0] = "ok", [3] = "again", [4] = "die", [5] = "ok", [6] = "partial" }`, 3, "again"},
		{`exitcodes = { [0] = "ok", [3] = "again", [4] = "die", [5] = "ok", [6] = "partial" }`, 4, "die"},
		{`exitcodes = { [0] = "ok", [3] = "again", [4] = "die", [5] = "ok", [6] = "partial" }`, 5, "ok"},
		{`exitcodes = { [0] = "ok", [3] = "again", [4] = "die", [5] = "ok", [6] = "partial" }`, 6, "partial"},
		{`exitcodes = { [0] = "ok", [3] = "again", [4] = "die", [5] = "ok", [6] = "partial" }`, 7, "die"},
		{`exitcodes = { [1] = "ok" }`, 0, "die"},
		// Death by signal N is code 128+N, and one's own table decides about it like about any other.
		{`exitcodes = { [0] = "ok", [1] = "again" }`, 137, "die"},
		{`exitcodes = { [0] = "ok", [137] = "again" }`, 137, "again"},
		{`exitcodes = { [0] = "ok", [143] = "ok" }`, 143, "ok"},
		{`exitcodes = false`, 0, "ok"},
		{`collect = function() return "again" end`, 0, "again"},
		{`collect = function() return "nonsense" end`, 1, "ok"},
		{`collect = function() end`, 1, "ok"},
		{`collect = function() return nil, "again" end`, 1, "ok"},
		{`collect = function() error("x") end`, 0, "ok"},
		{`collect = function() error("x") end`, 1, "partial"},
		{`collect = function(agent, code) same(agent.etype, "Create") same(code, 9) return "again" end`, 9, "again"},
	} {
		t.Run(fmt.Sprint(c.given, c.code), func(t *testing.T) {
			st := start(t, text+c.given+" }")
			st.event(event.Create, "x")
			if got := st.verdict(c.code); got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
		})
	}
}

// §6: a startup that fails is tried again only with insist.
// §1: -insist. §2: settings{ "insist" }.
func TestStartupFails(t *testing.T) {
	for settings, want := range map[string]string{"settings{ 'insist' }": "again", "": "die"} {
		st := start(t, settings+` sync{ source = source, onStartup = "tool", onCreate = true, exitcodes = { [5] = "again" } }`)
		if got := st.verdict(5); got != want {
			t.Errorf("%q: %s", settings, got)
		}
	}
}

// §1 HUP: the FIFO and the children of an unchanged sync go on with the new script, whose events are new ones.
func TestReload(t *testing.T) {
	const text = `
local kept
local function send(event)
	if event.path == "mark" then
		event.mine = "old"
		kept = event
		spawn(event, "long")
	else
		spawn(event, "tool", event.path)
	end
end
sync{ source = source, maxProcesses = 2, onCreate = send, delay = 1,
	collect = function(event) same(kept, nil) same(rawget(event, "mine"), nil) ok("collect " .. event.path) end }
alarm(now() + 5, function() ok("alarm") end)
`
	st := start(t, text)
	st.event(event.Create, "mark")
	st.advance(time.Second)
	if got := st.described(); got != "long" {
		t.Fatal(got)
	}
	st.event(event.Create, "waiting")

	old := st.rt
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	syncs, err := st.core.Reload(core.Settings{}, st.rt.Scripts.Syncs())
	if err != nil {
		t.Fatal(err)
	}
	if len(syncs) != 1 || syncs[0] != st.syncs[0] {
		t.Fatal("the sync is another one")
	}
	st.rt.Scripts.Bind(st.core, func(func()) {})
	st.rt.Scripts.Attach(syncs[0])
	st.close(old)
	st.exit(0)
	st.claim("Ok", "collect mark")
	st.advance(time.Second)
	if got := st.described(); got != "tool waiting" {
		t.Error(got)
	}
	st.advance(10 * time.Second)
	st.claim("Ok", "alarm")
	st.quiet()
}

// The traceback of a fault is part of its one line, and names the sync.
func TestScriptError(t *testing.T) {
	st := start(t, `local function inner() error("the reason") end
sync{ name = "mine", source = source, action = function() inner() end }`)
	st.event(event.Create, "a\nb")
	text := st.logged("Error")[0]
	const want = `config.lua:1: sync "mine": the reason, in action of Create "a\nb"; traceback: `
	if len(text) < len(st.dir) || text[len(st.dir)+1:][:len(want)] != want {
		t.Errorf("got %s\nwanted %s", text, want)
	}
	var _ error = (*lua.ScriptError)(nil)
}
