package lua_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
)

// §9: what is wrong with a tunnel is said with its place and remedy, all at once.
func TestTunnelProblems(t *testing.T) {
	stubs(t)
	for _, c := range []struct{ name, text, want string }{
		{"no table", "tunnel('x')", `config.lua:1: tunnel takes a table.* it got "x"`},
		{"no command", "\ntunnel{}", `config.lua:2: tunnel: command is missing \(write command = \{.*`},
		{"a shell line", "tunnel{ command = 'ssh -N h' }", `config.lua:1: tunnel: command must be a list of strings, not "ssh -N h" \(write command = \{.*`},
		{"a table in the command", "tunnel{ command = { 'ssh', {} } }", `config.lua:1: tunnel: command must be a list of strings; it has \[2\] = a table .*`},
		{"no such program", "tunnel{ command = { 'no-such-program' } }", `config.lua:1: tunnel: .*no-such-program.*`},
		{"typo", "tunnel{ command = { 'ssh' }, retrydelay = 1 }", `config.lua:1: tunnel: unknown parameter "retrydelay" \(did you mean "retryDelay"\?\)`},
		{"stray value", "tunnel{ 'ssh', command = { 'ssh' } }", `config.lua:1: tunnel: it holds "ssh" without a key \(write key = value\)`},
		{"mode", "tunnel{ command = { 'ssh' }, mode = 'pol' }", `config.lua:1: tunnel: mode must be "command" or "pool", not "pol" .*`},
		{"port without pool", "tunnel{ command = { 'ssh', '^localport' } }", `config.lua:1: tunnel: only a pool has a \^localport \(add mode = "pool"\)`},
		{"exit codes", "tunnel{ command = { 'ssh' }, checkExitCodes = { 0, '1' } }", `config.lua:1: tunnel: checkExitCodes must be a list of exit codes, 0 to 255; it has "1" .*`},
		{"several", "tunnel{ command = { 'ssh' }, parallel = {}, readyDelay = true, localhost = '', checkInterval = 'x', name = 1 }",
			"config.lua:1: tunnel: checkInterval must be a number of seconds, 0 or more, not \"x\" .*\n" +
				"config.lua:1: tunnel: localhost must be a string, not \"\" .*\n" +
				"config.lua:1: tunnel: name must be a string, not 1 .*\n" +
				"config.lua:1: tunnel: parallel must be a whole number of at least 1, not a table .*\n" +
				"config.lua:1: tunnel: readyDelay must be a number of seconds, 0 or more, not true .*"},
		{"names", "tunnel{ name = 'a', command = { 'ssh' } }\ntunnel{ name = 'a', command = { 'ssh' } }",
			`config.lua:2: tunnel: the name "a" is taken by the tunnel at .*config.lua:1 \(choose another name\)`},
		{"a table instead", "sync{ source = source, onCreate = true, tunnel = { command = { 'ssh' } } }",
			`config.lua:1: sync "Sync1": tunnel must be what tunnel\{\} returns, not a table \(write tunnel = tunnel\{ .*`},
		{"port without tunnel", "sync{ default.rsync, source = source, target = 'rsync://localhost:^localport/m' }",
			`config.lua:1: sync "Sync1": target has \^localport, and the sync has no tunnel with ports .*`},
		{"a typo of the key", "sync{ source = source, onCreate = true, tunel = tunnel{ command = { 'ssh' } } }",
			`config.lua:1: sync "Sync1": unknown parameter "tunel" \(did you mean "tunnel"\?.*`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.text
			if !strings.HasPrefix(text, "sync") {
				text += "\n" + idle
			}
			got := problems(t, newStage(t).config(text))
			if !regexp.MustCompile("^" + c.want + "$").MatchString(got) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestTunnelWarnings(t *testing.T) {
	stubs(t)
	st := newStage(t).config(`
tunnel{ command = { "ssh" } }
sync{ source = source, onCreate = true, tunnel = tunnel{ command = { "ssh" }, parallel = 3 } }
sync{ source = source, onCreate = true, tunnel = tunnel{ command = { "ssh" }, parallel = 3, mode = "pool" } }`)
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range st.rt.Warnings() {
		got = append(got, strings.ReplaceAll(w.String(), st.dir+"/", ""))
	}
	want := []string{
		`config.lua:3: tunnel: parallel is for pools; one process is kept up (add mode = "pool")`,
		`config.lua:4: tunnel: the command of a pool has no ^localport (use it where the local port stands)`,
		`config.lua:2: no sync uses the tunnel Tunnel1: it is not started (add tunnel = ... to a sync)`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("warnings: %q", got)
	}
}

// §9: a tunnel is one thing for all syncs that name or inherit it, and false is none.
func TestTunnelDefinition(t *testing.T) {
	stubs(t)
	st := newStage(t).config(`
local way = tunnel{ command = { "ssh", "-p", 22 } }
local base = { default.rsync, target = "/t", tunnel = way }
sync{ base, source = source }
sync{ base, source = source, tunnel = false }
sync{ source = source, onCreate = true, tunnel = way }
sync{ default.direct, source = source, target = "/t",  tunnel = tunnel{
	name = "mine", mode = "pool", parallel = 3, command = { "ssh", "^localport" }, localhost = "127.0.0.1",
	retryDelay = 1, readyDelay = 2.5, checkCommand = { "ssh", "true" }, checkExitCodes = { 0, 3 }, checkMaxFailed = 7, checkInterval = 9,
} }`)
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	syncs := st.rt.Scripts.Syncs()
	first, fourth := syncs[0].Tunnel, syncs[3].Tunnel
	if first == nil || syncs[2].Tunnel != first || syncs[1].Tunnel != nil {
		t.Errorf("tunnels: %v", []any{first, syncs[1].Tunnel, syncs[2].Tunnel})
	}
	if got := first.String(); got != "Tunnel1 (command: ssh -p 22)" {
		t.Errorf("the first is %s", got)
	}
	if first.ReadyDelay != 5*time.Second || first.RetryDelay != 10*time.Second || first.CheckMaxFailed != 5 || first.Localhost != "localhost" || !slices.Equal(first.CheckExitCodes, []int{0}) {
		t.Errorf("defaults: %+v", first)
	}
	if got := fourth.String(); got != "mine (pool of 3: ssh '^localport')" {
		t.Errorf("the fourth is %s", got)
	}
	if fourth.RetryDelay != time.Second || fourth.ReadyDelay != 2500*time.Millisecond || fourth.CheckMaxFailed != 7 || fourth.CheckInterval != 9*time.Second ||
		!slices.Equal(fourth.Check, []string{"ssh", "true"}) || !slices.Equal(fourth.CheckExitCodes, []int{0, 3}) || fourth.Localhost != "127.0.0.1" {
		t.Errorf("the fourth is %+v", fourth)
	}
}

// §1 HUP: a changed tunnel is a changed sync, one that only moved in the file is not.
func TestTunnelDigest(t *testing.T) {
	stubs(t)
	st := newStage(t)
	of := func(keys string) string {
		return digests(t, st, `sync{ name = "s", source = source, onCreate = true, tunnel = tunnel{ command = { "ssh", "a" }`+keys+` } }`)[0]
	}
	first := of("")
	if of("") != first {
		t.Error("the same definition, another digest")
	}
	if digests(t, st, `tunnel{ command = { "ssh" } }
		sync{ name = "s", source = source, onCreate = true, tunnel = tunnel{ command = { "ssh", "a" } } }`)[0] != first {
		t.Error("another digest since another tunnel stands before it")
	}
	for _, keys := range []string{", retryDelay = 3", ", readyDelay = 3", ", name = 'x'", ", localhost = 'x'", ", mode = 'pool'", ", mode = 'pool', parallel = 2",
		", checkCommand = { 'ssh' }", ", checkExitCodes = 1", ", checkMaxFailed = 1", ", checkInterval = 1"} {
		if of(keys) == first {
			t.Errorf("%s: the same digest", keys)
		}
	}
	if digests(t, st, `sync{ name = "s", source = source, onCreate = true, tunnel = tunnel{ command = { "ssh", "b" } } }`)[0] == first {
		t.Error("another command, the same digest")
	}
}

// tunnelled starts a config whose first tunnel is a pool of two, and gets both ready: their ports are 4001 and 4002.
func tunnelled(t *testing.T, text string) *stage {
	t.Helper()
	stubs(t)
	st := start(t, `pool = tunnel{ mode = "pool", parallel = 2, command = { "ssh", "-L", "^localhost:^localport:h:22" }, localhost = "lo" }`+"\n"+text)
	for i := range 2 {
		st.step(core.Reserved{Proc: core.ProcID(1 + i), Port: 4001 + i})
		if got := st.work().Describe(); got != "ssh -L lo:400"+string(rune('1'+i))+":h:22" {
			t.Fatalf("the tunnel is %s", got)
		}
	}
	st.running = nil // what exit() ends next is a sync's
	st.advance(5 * time.Second)
	return st
}

func (st *stage) argv() []string {
	st.Helper()
	cmd := st.command()
	return append([]string{cmd.Binary}, cmd.Args...)
}

// §9: ^localport and ^localhost in target and options are those of the next process in turn; in file names they are letters.
func TestTunnelInRsync(t *testing.T) {
	st := tunnelled(t, `sync{ default.rsync, source = source, target = "rsync://^localhost:^localport/m", delay = 1, tunnel = pool, exclude = "^localport",
		rsync = { timeout = 5, _extra = { "--sockopts=^localport" } } }`)
	for i, port := range []string{"4001", "4002", "4001"} {
		if i > 0 {
			st.event(event.Modify, "^localport^localhost")
			st.advance(time.Second)
		}
		cmd := st.command()
		if !slices.Contains(cmd.Args, "--sockopts="+port) || cmd.Args[len(cmd.Args)-1] != "rsync://lo:"+port+"/m/" {
			t.Errorf("run %d: %q", i, cmd.Args)
		}
		if i > 0 && !slices.Contains(cmd.Args, "--filter=- ^localport") {
			t.Errorf("run %d: %q", i, cmd.Args)
		}
		st.exit(0)
	}
}

func TestTunnelInRsyncssh(t *testing.T) {
	st := tunnelled(t, `sync{ default.rsyncssh, source = source, host = "^localhost", targetdir = "/^localport", delay = 1, tunnel = pool,
		ssh = { port = "^localport", multiplex = false, options = { HostKeyAlias = "h^localport" } } }`)
	startup := st.argv()
	if !slices.Contains(startup, "--rsh=ssh -p 4001 -o HostKeyAlias=h4001") || startup[len(startup)-1] != "lo:/4001/" {
		t.Errorf("startup: %q", startup)
	}
	st.exit(0)
	st.event(event.Move, "a", "b^localport")
	st.advance(time.Second)
	want := []string{"ssh", "-p", "4002", "-o", "HostKeyAlias=h4002", "lo"}
	cmd := st.command()
	if got := append([]string{cmd.Binary}, cmd.Args[:len(cmd.Args)-1]...); !slices.Equal(got, want) {
		t.Errorf("move: %q", got)
	}
	// The directory on the host and the names are what they are called.
	if text := input(t, cmd); !strings.Contains(text, "\nroot='/^localport/'\nfrom='/a'\nto='/b^localport'\n") {
		t.Errorf("move: %q", text)
	}
}

// §5: getSubstitutionData has the end of the tunnel, the same one for one event.
func TestTunnelInScripts(t *testing.T) {
	st := tunnelled(t, `sync{ source = source, tunnel = pool, onCreate = function(event)
		local data = event.inlet.getSubstitutionData(event, {})
		local again = event.inlet.getSubstitutionData(event, {})
		same(again.localport, data.localport)
		spawn(event, "put", substitudeCommands({ "^localhost:^localport", "^path" }, data))
	end, exitcodes = { [0] = "ok", [1] = "again" } }`)
	for i, port := range []string{"4001", "4002"} {
		st.event(event.Create, "f")
		if got := st.argv(); !slices.Equal(got, []string{"put", "lo:" + port, "f"}) {
			t.Errorf("create %d: %q", i, got)
		}
		st.exit(0)
	}
	st.event(event.Create, "f")
	if got := st.argv()[1]; got != "lo:4001" {
		t.Errorf("first attempt through %s", got)
	}
	st.exit(1)
	st.advance(time.Second)
	if got := st.argv()[1]; got != "lo:4002" {
		t.Errorf("second attempt through %s", got)
	}
}

// A process of a tunnel is a command whose words are never a shell's.
func TestTunnelCommandIsNoShellLine(t *testing.T) {
	stubs(t)
	st := start(t, `sync{ source = source, onCreate = true, tunnel = tunnel{ command = { "ssh", "a b", "$(id)", "^x", 22 } } }`)
	cmd, ok := st.work().(*process.Command)
	if !ok || cmd.Binary != "ssh" || !slices.Equal(cmd.Args, []string{"a b", "$(id)", "^x", "22"}) {
		t.Errorf("started %+v", cmd)
	}
}
