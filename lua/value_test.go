package lua_test

import (
	"strings"
	"testing"
	"time"

	"lsyncgo/lua/config"
)

// warned loads a config that has to load, and returns its warnings, a line each.
func warned(t *testing.T, st *stage) string {
	t.Helper()
	if got := problems(t, st); got != "" {
		t.Fatal(got)
	}
	var lines []string
	for _, w := range st.rt.Warnings() {
		lines = append(lines, strings.ReplaceAll(w.String(), st.dir+"/", ""))
	}
	return strings.Join(lines, "\n")
}

// §2, §9: values that Lsyncd takes for something are taken, with a warning that says where and what to write.
func TestTakenSettings(t *testing.T) {
	type check func(config.Settings) bool
	insists := func(s config.Settings) bool { return s.Insist }
	for _, c := range []struct {
		given, want string
		check       check
	}{
		{"insist = 1", "insist: 1 counts as true (write insist = true)", insists},
		{"insist = 0", "insist: 0 counts as true (write insist = true)", insists},
		{"insist = 'true'", `insist: "true" counts as true (write insist = true, or insist = false: to Lua every text is true)`, insists},
		{"insist = 'false'", `insist: "false" counts as true (write insist = true, or insist = false: to Lua every text is true)`, insists},
		{"nodaemon = 1", "nodaemon: 1 counts as true (write nodaemon = true)", func(s config.Settings) bool { return s.NoDaemon }},
		{"onepass = 'x'", `onepass: "x" counts as true (write onepass = true, or onepass = false: to Lua every text is true)`, func(s config.Settings) bool { return s.OnePass }},
		{"fsync = 1", "fsync: 1 counts as true (write fsync = true)", func(s config.Settings) bool { return s.Fsync }},
		{"maxDelays = 0", "maxDelays: 0 counts as 1 (write maxDelays = 1)", func(s config.Settings) bool { return s.MaxDelays == 1 }},
		{"maxDelays = 0.5", "maxDelays: 0.5 counts as 1 (write maxDelays = 1)", func(s config.Settings) bool { return s.MaxDelays == 1 }},
		{"maxDelays = '7'", `maxDelays: "7" counts as 7 (write maxDelays = 7)`, func(s config.Settings) bool { return s.MaxDelays == 7 }},
		{"maxDelays = math.huge", "maxDelays: +Inf counts as 2147483647 (write maxDelays = 2147483647)", func(s config.Settings) bool { return s.MaxDelays == 1<<31-1 }},
		{"maxProcesses = 0", "maxProcesses: 0 counts as 1 (write maxProcesses = 1)", func(s config.Settings) bool { return s.MaxProcesses == 1 }},
		{"maxProcesses = -3", "maxProcesses: -3 counts as 1 (write maxProcesses = 1)", func(s config.Settings) bool { return s.MaxProcesses == 1 }},
		{"maxProcesses = 1.5", "maxProcesses: 1.5 counts as 2 (write maxProcesses = 2)", func(s config.Settings) bool { return s.MaxProcesses == 2 }},
		{"delay = -1", "delay: -1 counts as 0 (write delay = 0)", func(s config.Settings) bool { return *s.Delay == 0 }},
		{"statusInterval = -1", "statusInterval: -1 counts as 0 (write statusInterval = 0)", func(s config.Settings) bool { return s.StatusInterval == 0 }},
		{"statusInterval = '5'", `statusInterval: "5" counts as 5 (write statusInterval = 5)`, func(s config.Settings) bool { return s.StatusInterval == 5*time.Second }},
		{"scriptTimeout = -2", "scriptTimeout: -2 counts as 0 (write scriptTimeout = 0)", func(s config.Settings) bool { return s.ScriptTimeout == 0 }},
		{"pidfile = ''", `pidfile: "" counts as not set (remove it)`, func(s config.Settings) bool { return s.PidFile == "" }},
		{"statusFile = ''", `statusFile: "" counts as not set (remove it)`, func(s config.Settings) bool { return s.StatusFile == "" }},
		{"logident = ''", `logident: "" counts as not set (remove it)`, func(s config.Settings) bool { return s.LogIdent == "" }},
		{"inotifyMode = ''", `inotifyMode: "" counts as not set (remove it)`, func(s config.Settings) bool { return s.Mode == 0 }},
	} {
		st := newStage(t).config("\nsettings{ " + c.given + " }\n" + idle)
		st.options.NoDaemon = false
		if got, want := warned(t, st), "config.lua:2: settings: "+c.want; got != want {
			t.Errorf("%s: got\n%s\nwanted\n%s", c.given, got, want)
		}
		if s := st.rt.Settings(); !c.check(s) {
			t.Errorf("%s: %+v", c.given, s)
		}
	}
}

// §9: the same of syncs and presets: what scripts and rsync get is what the value counts as.
func TestTakenInSyncs(t *testing.T) {
	stubs(t)
	for _, c := range []struct{ preset, given, want, check string }{
		{"rsync", "maxDelays = 0", "maxDelays: 0 counts as 1 (write maxDelays = 1)", "c.maxDelays == 1"},
		{"rsync", "maxProcesses = 0.5", "maxProcesses: 0.5 counts as 1 (write maxProcesses = 1)", "c.maxProcesses == 1"},
		{"rsyncssh", "maxProcesses = 0", "maxProcesses: 0 counts as 1 (write maxProcesses = 1)", "c.maxProcesses == 1"},
		{"rsync", "delay = '2'", `delay: "2" counts as 2 (write delay = 2)`, "c.delay == 2"},
		{"rsync", "subdirs = 1", "subdirs: 1 counts as true (write subdirs = true)", "c.subdirs == true"},
		{"rsync", "exclude = ''", `exclude: "" excludes nothing (remove it)`, "true"},
		{"rsync", "exclude = { '', 'x' }", `exclude: "" excludes nothing (remove it)`, "true"},
		{"rsync", "exclude = { 7 }", `exclude: 7 counts as "7" (write "7")`, "true"},
		{"rsync", "rsync = { archive = 1 }", "rsync.archive: 1 counts as true (write archive = true)", "c.rsync.archive == true and c.rsync._computed[1]:find('a')"},
		{"rsync", "rsync = { hard_links = 'no' }", `rsync.hard_links: "no" counts as true (write hard_links = true, or hard_links = false: to Lua every text is true)`,
			"c.rsync.hard_links == true and c.rsync._computed[1]:find('H')"},
		{"rsync", "rsync = { ['append-verify'] = 1 }", "rsync.append-verify: 1 counts as true (write append-verify = true)", "c.rsync.append_verify == true"},
		{"rsyncssh", "rsync = { compress = 0 }", "rsync.compress: 0 counts as true (write compress = true)", "c.rsync._computed[1]:find('z')"},
		{"rsync", "rsync = { _extra = '--stats' }", `rsync._extra: the text "--stats" is ignored, as by Lsyncd (write _extra = { "--stats" })`, "c.rsync._extra == nil and #c.rsync._computed == 1"},
		{"rsyncssh", "ssh = { _extra = '-v' }", `ssh._extra: the text "-v" is ignored, as by Lsyncd (write _extra = { "-v" })`, "#c.ssh._computed == 0"},
		{"rsyncssh", "ssh = { multiplex = 1 }", "ssh.multiplex: 1 counts as true (write multiplex = true)", "c.ssh.multiplex == true"},
		{"rsync", "batchSizeLimit = -1", "batchSizeLimit: -1 counts as 0 (write batchSizeLimit = 0)", "c.batchSizeLimit == 0"},
		{"rsync", "delete = 'before'", `delete: "before" is no value of it: nothing is deleted at the target (write delete = true, "startup", "running" or false)`, "c.delete == false"},
		{"rsync", "delete = 'true'", `delete: "true" is no value of it: nothing is deleted at the target (write delete = true, "startup", "running" or false)`, "c.delete == false"},
		{"rsyncssh", "delete = 1", `delete: 1 is no value of it: nothing is deleted at the target (write delete = true, "startup", "running" or false)`, "c.delete == false"},
		{"direct", "delete = 'before'", `delete: "before" is no value of it: nothing is deleted at the target (write delete = true, "startup", "running" or false)`, "c.delete == false"},
		{"direct", "fsync = 1", "fsync: 1 counts as true (write fsync = true)", "c.fsync == true"},
	} {
		place := "target = target"
		if c.preset == "rsyncssh" {
			place = "host = 'h', targetdir = '/t'"
		}
		st := newStage(t).config("local before = default." + c.preset + ".prepare\nsync{ default." + c.preset + ", source = source, " + place + ", " + c.given +
			", prepare = function(c, level) before(c, level); same(not not (" + c.check + "), true) end }")
		if got, want := warned(t, st), `config.lua:2: sync "Sync1": `+c.want; got != want {
			t.Errorf("%s: got\n%s\nwanted\n%s", c.given, got, want)
		}
		if s := st.rt.Scripts.Syncs()[0]; strings.HasPrefix(c.given, "delete") && (s.DeletesAtStart || s.DeletesLive) {
			t.Errorf("%s: it deletes", c.given)
		}
	}
}

// §9: and of tunnel{}.
func TestTakenInTunnels(t *testing.T) {
	st := newStage(t).config("\nsync{ source = source, onCreate = true, tunnel = tunnel{ command = { 'true' }, parallel = 0, readyDelay = -1, checkInterval = '0' } }")
	want := "config.lua:2: tunnel: checkInterval: \"0\" counts as 1 (write checkInterval = 1)\n" +
		"config.lua:2: tunnel: parallel: 0 counts as 1 (write parallel = 1)\n" +
		"config.lua:2: tunnel: readyDelay: -1 counts as 0 (write readyDelay = 0)"
	if got := warned(t, st); got != want {
		t.Errorf("got\n%s\nwanted\n%s", got, want)
	}
	if c := st.rt.Scripts.Syncs()[0].Tunnel; c.CheckInterval != time.Second || c.Parallel != 1 || c.ReadyDelay != 0 {
		t.Errorf("%+v", c)
	}
}
