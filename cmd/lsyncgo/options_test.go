package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lsyncgo/lua/config"
)

// §1: what each option sets, as often as it is given.
func TestParse(t *testing.T) {
	half := 0.5
	cl := func(preset string, args ...string) config.CommandLineSync {
		return config.CommandLineSync{Preset: preset, Args: args, Place: "command line"}
	}
	for _, c := range []struct {
		args string
		want options
	}{
		{"c.lua", options{configs: []string{"c.lua"}}},
		{"-nodaemon c.lua", options{configs: []string{"c.lua"}, load: config.Options{NoDaemon: true}}},
		{"--nodaemon c.lua", options{configs: []string{"c.lua"}, load: config.Options{NoDaemon: true}}},
		{"c.lua -insist -onepass", options{configs: []string{"c.lua"}, load: config.Options{Insist: true, OnePass: true}}},
		{"-rsync a b -rsync c d", options{load: config.Options{Syncs: []config.CommandLineSync{cl("rsync", "a", "b"), cl("rsync", "c", "d")}}}},
		{"-rsyncssh a h d -direct e f -sshopts -p1", options{load: config.Options{SSHOptions: "-p1",
			Syncs: []config.CommandLineSync{cl("rsyncssh", "a", "h", "d"), cl("direct", "e", "f")}}}},
		{"-delay 0.5 c", options{configs: []string{"c"}, load: config.Options{Delay: &half}}},
		{"-log all -log Exec c", options{configs: []string{"c"}, log: []string{"all", "Exec"}}},
		{"-logfile l -pidfile p -script s -script t c", options{configs: []string{"c"},
			load: config.Options{LogFile: "l", PidFile: "p", Scripts: []string{"s", "t"}}}},
		{"-monitor inotify c", options{configs: []string{"c"}, load: config.Options{Monitor: "inotify"}}},
		{"c -monitor", options{configs: []string{"c"}, listMonitors: true}},
		{"-- -nodaemon", options{configs: []string{"-nodaemon"}}},
		{"-help", options{help: true}},
		{"--version", options{version: true}},
		{"", options{}},
	} {
		got, err := parse(findCommand(""), strings.Fields(c.args))
		if err != nil || !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%s: %+v, %v", c.args, got, err)
		}
	}
}

// Each wrong command line gets one line that names the word and what to do.
// §1: unknown options, missing arguments, a config and syncs together.
func TestRefused(t *testing.T) {
	t.Setenv(pidfileVariable, "")
	commands := strings.Join(commandNames(), ", ")
	for _, c := range []struct{ args, want string }{
		{"-nodaemon", "lsyncgo: no config file is given; name one, or use -rsync, -rsyncssh or -direct (-help shows how)"},
		{"-nodaemon=true c", `lsyncgo: unknown option "-nodaemon=true"; write -nodaemon alone, it takes no value`},
		{"--nodaemon=false c", `lsyncgo: unknown option "--nodaemon=false"; leave -nodaemon out`},
		{"-json c", `lsyncgo: unknown option "-json"; -help lists them`},
		{"start", `lsyncgo: "start" is no command, and there is no config file of that name; commands are ` + commands + "; lsyncgo CONFIG.lua starts a daemon"},
		{"-nodaemon stauts", `lsyncgo: "stauts" is no command, and there is no config file of that name; did you mean lsyncgo status?`},
		{"frobnicate", `lsyncgo: "frobnicate" is no command, and there is no config file of that name; commands are ` + commands},
		{"help frobnicate", `lsyncgo: help: "frobnicate" is no command; commands are ` + commands},
		{"resume", "lsyncgo: resume needs more words: write lsyncgo resume NAME CONFIG.lua"},
		{"resume a b c", `lsyncgo: resume: one word too many, "b": write lsyncgo resume NAME CONFIG.lua`},
		{"resync", "lsyncgo: resync needs more words: write lsyncgo resync NAME [PATH] CONFIG.lua"},
		{"health x c.lua", `lsyncgo: health: one word too many, "x": write lsyncgo health CONFIG.lua`},
		{"pause web -for soon c.lua", `lsyncgo: pause: -for takes a length of time such as 90s, 10m or 2h30m, not "soon"`},
		{"pause web -for -5m c.lua", `lsyncgo: pause: -for takes a length of time such as 90s, 10m or 2h30m, not "-5m"`},
		{"completion", "lsyncgo: completion needs a shell: write completion bash, completion zsh or completion fish"},
		{"completion csh", "lsyncgo: completion needs a shell: write completion bash, completion zsh or completion fish"},
		{"man x", "lsyncgo: man takes no x: write lsyncgo man"},
		{"debug monitor up -pidfile x", "lsyncgo: debug needs what to log: write debug monitor on CONFIG, or debug monitor off CONFIG"},
		{"resume Sync1", "lsyncgo: resume: which daemon? Give its config, -pidfile FILE or -statusfile FILE (a config file called resume is run as ./resume)"},
		{"resume -json Sync1 c", `lsyncgo: resume: unknown option "-json"; it takes -pidfile FILE, -statusfile FILE, -help`},
		{"-nodeamon c", `lsyncgo: unknown option "-nodeamon"; did you mean -nodaemon?`},
		{"-frobnicate c", `lsyncgo: unknown option "-frobnicate"; -help lists them`},
		{"---help", `lsyncgo: unknown option "---help"; did you mean -help?`},
		{"-delay=5 c", `lsyncgo: unknown option "-delay=5"; write -delay 5, without an equals sign`},
		{"-runner x c", "lsyncgo: option -runner of Lsyncd does not exist here: the Lua part is built in; leave it out, or use -script FILE to run Lua before the config"},
		{"-rsync a", "lsyncgo: -rsync needs SRC and TARGET, and TARGET is missing: write -rsync SRC TARGET"},
		{"-rsync a -nodaemon", "lsyncgo: -rsync needs SRC and TARGET, and TARGET is missing: write -rsync SRC TARGET"},
		{"-rsyncssh a h", "lsyncgo: -rsyncssh needs SRC and HOST and TARGETDIR, and TARGETDIR is missing: write -rsyncssh SRC HOST TARGETDIR"},
		{"-direct", "lsyncgo: -direct needs SRC and TARGETDIR, and SRC is missing: write -direct SRC TARGETDIR"},
		{"c -pidfile", "lsyncgo: -pidfile needs FILE, and FILE is missing: write -pidfile FILE"},
		{"-logfile --nodaemon c", "lsyncgo: -logfile needs FILE, and FILE is missing: write -logfile FILE"},
		{"-delay soon c", `lsyncgo: -delay takes a number of seconds, 0 or more, not "soon"`},
		{"-delay -1 c", `lsyncgo: -delay takes a number of seconds, 0 or more, not "-1"`},
		{"-delay NaN c", `lsyncgo: -delay takes a number of seconds, 0 or more, not "NaN"`},
		{"-delay 1e300 c", `lsyncgo: -delay takes a number of seconds, 0 or more, not "1e300"`},
		{"-log exec c", "lsyncgo: -log: log category \"exec\""},
		{"-monitor c.lua", `lsyncgo: -monitor: "c.lua" is no monitor; choose one of auto, inotify, notify`},
		{"-rsync a b c.lua", "lsyncgo: a config file (c.lua) and syncs on the command line (-rsync) exclude each other; leave one out"},
		{"a.lua b.lua", "lsyncgo: more than one config file is given: a.lua b.lua; only one can run"},
		{"chek b.lua", "lsyncgo: two config files are given, chek and b.lua; did you mean lsyncgo check b.lua?"},
		{"-sshopts -v c.lua", "lsyncgo: -sshopts is for -rsyncssh; in a config write ssh = { _extra = { ... } } in the sync"},
		{"check", "lsyncgo: check: no config file is given (a config file called check is run as ./check)"},
		{"check -frobnicate", `lsyncgo: check: unknown option "-frobnicate"; -help lists them`},
		{"status", "lsyncgo: status: which daemon? Give its config, -pidfile FILE or -statusfile FILE (a config file called status is run as ./status)"},
		{"status b.lua -pidfile a", "lsyncgo: status: give only one of -pidfile, -statusfile and a config"},
		{"status -jsn a", `lsyncgo: status: unknown option "-jsn"; did you mean -json?`},
		{"status -frobnicate", `lsyncgo: status: unknown option "-frobnicate"; it takes -pidfile FILE, -statusfile FILE, -json, -problems, -watch, -help`},
		{"status -pidfile", "lsyncgo: status: -pidfile needs FILE, and FILE is missing: write -pidfile FILE"},
		{"status -pidfile a -statusfile b", "lsyncgo: status: give only one of -pidfile, -statusfile and a config"},
	} {
		code, out, errs := execute(strings.Fields(c.args)...)
		if code != exitUsage || out != "" {
			t.Errorf("%s: exit status %d, output %q", c.args, code, out)
		}
		if !strings.HasPrefix(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s:\ngot  %swant %s", c.args, errs, c.want)
		}
	}
	for _, args := range [][]string{{""}, {"-rsync", "", "b"}} {
		if code, _, errs := execute(args...); code != exitUsage || !strings.Contains(errs, "empty") {
			t.Errorf("%q: %d, %s", args, code, errs)
		}
	}
}

// execute runs the program inside the test; only for what starts no engine.
func execute(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(env{args: args, stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

// §1: -help prints and exits with 0. §10.
func TestHelp(t *testing.T) {
	help := helpText()
	status, check := findCommand("status").help(), findCommand("check").help()
	for args, want := range map[string]string{"-help": help, "--help": help, "-h": help, "help": help, "help help": help, "-help -nodaemon": help,
		"help check": check, "check -help": check, "check -h x.lua": check, "help status": status, "status -help": status,
		"resume -help": findCommand("resume").help(), "resume NAME -h": findCommand("resume").help()} {
		code, out, errs := execute(strings.Fields(args)...)
		if code != 0 || errs != "" || out != want {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
	for name, text := range map[string]string{"": help, "status": status} {
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) > 24 {
			t.Errorf("%s: %d lines", name, len(lines))
		}
		for _, l := range lines {
			if len(l) > 80 || l != strings.TrimRight(l, " ") {
				t.Errorf("%s: %d columns: %q", name, len(l), l)
			}
		}
	}
	for _, row := range optionTable {
		for _, c := range commandTable() {
			if row.scope&c.scope != 0 && !strings.Contains(c.help(), " -"+row.name+" ") {
				t.Errorf("%s: -%s is not explained", c.name, row.name)
			}
		}
	}
	for _, c := range commandTable() {
		if c.rare && strings.Contains(help, "lsyncgo "+c.name+" ") || !c.rare && !strings.Contains(help, c.usage()) || !strings.Contains(help, c.name) {
			t.Errorf("%s is not explained", c.name)
		}
		if c.name != "" && (len(c.examples) == 0 || len(c.exits) < 2 || (c.run == nil) == (c.control == nil)) {
			t.Errorf("%s: an example, the exit statuses or the function is missing", c.name)
		}
		for _, l := range strings.Split(c.help(), "\n") {
			if len(l) > 80 {
				t.Errorf("%s: %d columns: %q", c.name, len(l), l)
			}
		}
	}
}

// Without any word the program says what is missing, and how it is used.
func TestNothingGiven(t *testing.T) {
	code, out, errs := execute()
	if code != exitUsage || out != "" || errs != "lsyncgo: "+errNoConfig.Error()+"\n"+helpText() {
		t.Errorf("%d %q %q", code, out, errs)
	}
}

// §1: -version prints and exits with 0.
func TestVersion(t *testing.T) {
	for _, word := range []string{"-version", "version", "-v"} {
		code, out, errs := execute(word)
		if code != 0 || errs != "" || !strings.HasPrefix(out, "Version: "+version) {
			t.Errorf("%s: %d %q %q", word, code, out, errs)
		}
	}
}

// §1: -monitor without a name.
func TestMonitorsAreListed(t *testing.T) {
	code, out, _ := execute("-monitor")
	if code != 0 || !strings.Contains(out, "\n  inotify ") {
		t.Errorf("%d %q", code, out)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"-rsync a b", "-log\x00all", "--\x00-x", "-delay\x00\xff", "-monitor", "check\x00status"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o, err := parse(findCommand(""), strings.Split(line, "\x00"))
		if (o == nil) == (err == nil) {
			t.Fatalf("%v, %v", o, err)
		}
	})
}

// writeConfig writes a config file and returns its path.
func writeConfig(t *testing.T, dir, text string) string {
	t.Helper()
	path := filepath.Join(dir, "c.lua")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
