package lua_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lsyncgo/lua/config"
	"lsyncgo/lua/migrate"
)

// signs is an exitcodes with nothing to remark.
const signs = `exitcodes = { [0] = "ok", [137] = "ok", [143] = "ok" }`

// noteCase is a config that a note is about, at a line, with a text, and configs that it is not about.
type noteCase struct {
	note    string
	config  string
	line    int
	text    string // regular expression
	without []string
}

func rsyncSync(more string) string {
	return "sync {\n  default.rsync,\n  source = source,\n  target = \"/t\",\n" + more + "\n}"
}

func sshSync(more string) string {
	return "sync {\n  default.rsyncssh,\n  source = source,\n  host = \"h\",\n  targetdir = \"/t\",\n" + more + "\n}"
}

func plainSync(more string) string {
	return "sync {\n  source = source, " + signs + ",\n" + more + "\n}"
}

const direct = "sync { default.direct, source = source, target = '/t' }"

var noteCases = []noteCase{
	{"combine", plainSync(`onModify = "a ^path",`), 3, `^changes of a path that wait together`,
		[]string{plainSync(`onDelete = "a"`), plainSync(`onCreate = "a"`), rsyncSync(""), direct, "settings { onepass = true }\n" + plainSync(`onModify = "a"`)}},
	{"combine", plainSync(`onCreate = "a", onDelete = "c",` + "\nonModify = \"b\""), 4, `Create alone; Lsyncd`, nil},
	{"combine", plainSync(`action = function() end`), 3, `are one event`, []string{rsyncSync(`action = function() end`)}},
	{"new-files-wait", plainSync(`onCreate = "a"`), 3, `at most 30 seconds.*\(with settings \{ inotifyMode`,
		[]string{plainSync(`onDelete = "a"`), rsyncSync("") + ` settings { inotifyMode = "Modify" }`, rsyncSync("") + ` settings { onepass = true }`}},
	{"new-files-wait", rsyncSync(""), 1, ``, nil},
	{"new-files-wait", plainSync(`action = function() end`) + ` settings { inotifyMode = "CloseWrite after Modify" }`, 3, ``, nil},
	{"network-file-systems", onNFS + plainSync(`onDelete = "a"`), 3, `by inotify\+poll: it is on NFS; .*listed every 1m0s.*comes twice`, []string{plainSync(`onDelete = "a"`),
		onNFS + plainSync(`onDelete = "a", monitor = "inotify"`), onNFS + `settings { monitor = "poll" }` + plainSync(`onDelete = "a"`)}},
	{"network-file-systems", onNFS + plainSync("onDelete = \"a\",\nmonitor = \"auto\", pollInterval = 0.5"), 5, `listed every 500ms`, nil},
	{"partial-transfers", rsyncSync(""), 1, `exit code 23.*\(exitcodes = \{ \[23\] = "ok" \}`,
		[]string{plainSync(`onCreate = "a"`), rsyncSync(`exitcodes = { [23] = "ok" }`), sshSync(`rsyncExitCodes = { [23] = "ok" }`), rsyncSync(`collect = function() end`)}},
	{"partial-transfers", sshSync(""), 1, `rsyncExitCodes`, nil},
	{"killed-transfers", rsyncSync(`exitcodes = { [23] = "ok" }`), 5, `^an rsync that a signal killed`, []string{rsyncSync(`exitcodes = { [23] = "ok", [137] = "ok" }`), direct}},
	{"killed-transfers", sshSync(`rsyncExitCodes = { [23] = "ok" }`), 6, ``, nil},
	{"signals-in-collect", rsyncSync(`collect = function(agent, code) end`), 5, `collect gets 128\+N`, []string{rsyncSync("")}},
	{"signals-in-collect", plainSync(`onCreate = "a", collect = function(agent, code) end`), 3, ``, nil},
	{"partial-copies", direct, 1, `cannot be copied, moved or removed`, []string{rsyncSync(""), "sync { default.direct, source = source, target = '/t', exitcodes = { [23] = 'ok' } }"}},
	{"signals", "sync { source = source,\n onDelete = 'a' }", 1, `ends lsyncgo.*has no entry`, []string{
		"sync { source = source, onDelete = true }", rsyncSync(""), "sync { source = source, onDelete = 'a', collect = function() end }",
		"sync { source = source, onDelete = 'a', " + signs + "}", "sync { source = source, onDelete = 'a', exitcodes = { [23] = 'partial', [137] = 'ok', [143] = 'ok' } }"}},
	{"signals", "local function f(e) spawn(e, 'a') end\nsync { source = source, onDelete = f,\n exitcodes = { [0] = 'ok', [137] = 'again' } }", 3, `stop-sync`, nil},
	{"retries", rsyncSync(""), 1, `up to 5 minutes`, []string{plainSync(`onCreate = "a"`)}},
	{"retries", plainSync(`onCreate = "a", collect = function() return "again" end`), 2, ``, nil},
	{"exact-paths", rsyncSync("rsync = {\n archive = true }"), 5, `--files-from.*\(rsync = \{ transfer = "filter" \} is the old way\)`,
		[]string{rsyncSync(`rsync = { transfer = "filter" }`), direct, plainSync(`onCreate = "a"`), rsyncSync("") + " settings { onepass = true }"}},
	{"exact-paths", sshSync(`action = function(inlet) default.rsyncssh.action(inlet) end`), 1, `, where action calls that of the preset; Lsyncd`, nil},
	{"modify-window", rsyncSync(`rsync = {}`), 5, `fractions.*modify_window = 0`,
		[]string{rsyncSync(`rsync = { modify_window = 0 }`), rsyncSync(`rsync = { _extra = { "--modify-window=1" } }`), direct}},
	{"ignore-errors", rsyncSync(`delete = "running"`), 5, `rsync = \{ ignore_errors = true \}`,
		[]string{rsyncSync(`delete = false`), rsyncSync(`rsync = { ignore_errors = true }`), rsyncSync(`rsync = { _extra = { "--ignore-errors" } }`), direct}},
	{"empty-source", rsyncSync(`delete = "startup"`), 5, `empty at the start or comes back.*lsyncgo resume`, []string{rsyncSync(`delete = "running"`), rsyncSync(`delete = false`), plainSync(`onCreate = "a"`)}},
	{"empty-source", rsyncSync(`init = false`), 4, `^a source that comes back`, nil},
	{"empty-source", sshSync(""), 1, `^a source that comes back`, nil},
	{"hard-links", rsyncSync("rsync = { archive = true,\nhard_links = true }"), 6, `all names of a file`, []string{rsyncSync(""), rsyncSync("rsync = { hard_links = false }")}},
	{"comment-excludes", rsyncSync("exclude = { 'a', '#*#' }"), 5, `exclude "#\*#" counts at the start`, []string{rsyncSync(`exclude = { "a#" }`), plainSync("onCreate = 'a', exclude = ';'")}},
	{"multiplex", sshSync(`ssh = { multiplex = true }`), 6, `stays open`, []string{sshSync(`ssh = { multiplex = false }`), sshSync(`rsync = { rsh = "ssh" }`), rsyncSync("")}},
	{"ssh-extra", sshSync("ssh = {\n _extra = {} }"), 7, `ssh\._extra serves transfers`, []string{sshSync(""), rsyncSync("")}},
	{"ssh-extra", sshSync(`ssh = { binary = "/proc/self/exe" }`), 6, `ssh\.binary serves transfers`, nil},
	{"ssh-extra", sshSync("\nrsync = { rsh = 'ssh -p 1' }"), 7, `rsync\.rsh serves transfers`, nil},
	{"home-directory", "sync { default.rsyncssh, source = source, host = 'h',\ntargetdir = '~/t' }", 2, `home directory`, []string{sshSync("")}},
	{"remote-move", sshSync(""), 4, `a move that fails becomes a transfer`, []string{rsyncSync("")}},
	{"direct-moves", direct, 1, `rsync, cp, mv and rm`, []string{rsyncSync("")}},
	{"direct-attributes", direct, 1, `mode, owner, times`, []string{rsyncSync("")}},
	{"filter-order", rsyncSync("filter = { '- x/**', '+ *.tmp', '- a', '- /d/*' }"), 5, `\+ \*\.tmp wins over - /d/\* after it`,
		[]string{rsyncSync("filter = { '- d/*', '+ *.tmp' }"), rsyncSync("filter = { '+ *.tmp', '- d/', '- *' }"), rsyncSync("exclude = 'd/*'"),
			rsyncSync("filter = { '+ /d/', '+ /d/a', '- /d/*' }"), rsyncSync("filter = { '+ */', '+ *.tmp', '- d/**' }"), rsyncSync("filter = { '+ /d/***', '- /d/*', '- /*' }")}},
	{"filter-order", rsyncSync("filter = { '+ *.c', '+ /e/', '- d/?/x[y/**' }"), 5, `\+ \*\.c wins over`, nil},
	{"filter-order", plainSync("onCreate = 'a', filter = { '+ a' }, exclude = 'd/**'"), 3, `\+ a wins over - d/\*\*`, nil},
	{"classes", rsyncSync("exclude = { '*.o',\n'[ab].c' }"), 5, `"\[ab\]\.c" means what it means to rsync`, []string{rsyncSync("exclude = 'd/**'")}},
	{"below-a-directory", rsyncSync("exclude = { '*.o',\n'e/*' }"), 5, ``, []string{rsyncSync("exclude = { '*', '/a*', 'd/', '/*', 'd/*.o' }"), rsyncSync("filter = { '+ d/', '- d/*' }"), rsyncSync("exclude = { 'd', '/d/**' }")}},
	{"below-a-directory", rsyncSync("exclude = 'd/**'"), 5, `"d/\*\*" leaves the directory itself in`, nil},
	{"ends-of-a-move", plainSync("onMove = 'a ^o.path ^d.pathdir'"), 3, `\^d\.pathdir is replaced`, []string{plainSync("onMove = 'a ^o.pathname ^d.targetPath ^o.sourcePath'")}},
	{"slashes", plainSync("onCreate = 'a ^sourcePathname'"), 3, `one slash`, []string{plainSync("onCreate = 'a ^path'"), rsyncSync("")}},
	{"slashes", "local function f(e) spawn(e, 'a', e.sourcePath) end\n" + plainSync("onDelete = function(e) f(e) end"), 4, ``, nil},
	{"script-errors", plainSync("onDelete = 'a', onStartup = function() end"), 3, `longer than 10s is stopped`, []string{plainSync("onDelete = 'a'"), rsyncSync("")}},
	{"script-errors", "settings { scriptTimeout = 0 }\n" + plainSync("onDelete = function() end"), 4, `again three times; Lsyncd ended`, nil},
	{"overtaking", rsyncSync("maxProcesses = 2"), 5, ``, []string{rsyncSync(""), rsyncSync("maxProcesses = 1"), rsyncSync("maxProcesses = 2") + " settings { onepass = true }"}},
	{"settings-and-maxProcesses", "settings { maxProcesses = 3 }\n" + rsyncSync("maxProcesses = 5"), 6, `maxProcesses is 5; Lsyncd had 3: settings above`,
		[]string{rsyncSync("maxProcesses = 5"), "settings { maxProcesses = 3 }" + rsyncSync(""), "settings { maxProcesses = 3 }" + rsyncSync("maxProcesses = 3"), "settings { maxProcesses = 3 }" + sshSync("")}},
	{"settings-and-maxProcesses", rsyncSync("") + " settings { maxProcesses = 3 }", 1, `maxProcesses is 3; Lsyncd had 1: .*did not reach`, nil},
	{"settings-and-maxDelays", rsyncSync("") + " settings { maxDelays = 3 }", 1, `maxDelays is 3; Lsyncd had 1000`, []string{rsyncSync(""), "settings { maxDelays = 3 }" + rsyncSync("")}},
	{"start", rsyncSync(""), 0, `exit status.*without logfile.*; Lsyncd`, []string{"settings { nodaemon = true }\n" + rsyncSync("")}},
	{"start", "settings { logfile = '/var/log/x' }\n" + rsyncSync(""), 0, `whether it is; Lsyncd returned at once$`, nil},
	{"status-file", "settings.statusFile = '/run/x'\n" + rsyncSync(""), 1, `State:`, []string{rsyncSync("")}},
	{"relative-status-file", "settings {\nstatusFile = 'x' }\n" + rsyncSync(""), 2, `statusFile is /.*/x; Lsyncd wrote /x as a daemon`,
		[]string{rsyncSync(""), "settings { statusFile = '/run/x' }\n" + rsyncSync(""), "settings { statusFile = 'x', nodaemon = true }\n" + rsyncSync("")}},
	{"reload", "settings {\npidfile = '/run/x', nodaemon = true }\n" + rsyncSync(""), 2, `HUP`, []string{"settings { nodaemon = true }\n" + rsyncSync("")}},
	{"reload", rsyncSync(""), 0, `HUP`, nil},
	{"insist", "settings {\n'nodaemon',\ninsist = true }\n" + rsyncSync(""), 3, `waits for it`, []string{rsyncSync("")}},
}

// notes loads a config as for a daemon and returns its notes.
func notes(t *testing.T, text string) []migrate.Note {
	t.Helper()
	st := newStage(t).config(text)
	st.options.NoDaemon = false
	if got := problems(t, st); got != "" {
		t.Fatalf("%s\n%s", text, got)
	}
	return migrate.Notes(st.rt, chooseFor(text))
}

// onNFS are the configs that do as if their sources were on NFS.
const onNFS = "-- NFS\n"

func chooseFor(config string) func(string) (name, why string) {
	return func(string) (name, why string) {
		if strings.HasPrefix(config, onNFS) {
			return "inotify+poll", "it is on NFS"
		}
		return "inotify", "it is local"
	}
}

// TestNotes: each note is there where it applies, with the line of what it is about, and not where it does not.
func TestNotes(t *testing.T) {
	stubs(t)
	tried := map[string]bool{}
	for i, c := range noteCases {
		tried[c.note] = true
		t.Run(fmt.Sprint(i, " ", c.note), func(t *testing.T) {
			named := func(n migrate.Note) bool { return n.Name == c.note }
			list := notes(t, c.config)
			at := slices.IndexFunc(list, named)
			if at < 0 {
				t.Fatalf("no note for\n%s\nonly %v", c.config, list)
			}
			n := list[at]
			text := n.Text
			if n.Remedy != "" {
				text += " (" + n.Remedy + ")"
			}
			if !regexp.MustCompile(c.text).MatchString(text) {
				t.Errorf("it says %q", text)
			}
			if len(n.Locations) != 1 || n.Locations[0].Line != c.line || !strings.HasSuffix(n.Locations[0].File, "/config.lua") {
				t.Errorf("it is at %v, not at line %d of\n%s", n.Locations, c.line, c.config)
			}
			for _, other := range c.without {
				if list := notes(t, other); slices.ContainsFunc(list, named) {
					t.Errorf("it applies to\n%s\n%v", other, list)
				}
			}
		})
	}
	for _, d := range migrate.Table {
		if d.NotedWith == "" && d.Unnoted == "" && !tried[d.Name] {
			t.Errorf("no test has the note %q", d.Name)
		}
	}
}

func TestNotesOfNothing(t *testing.T) {
	st := newStage(t).config(plainSync(`onDelete = "rm -f ^targetPathname"`))
	if got := problems(t, st); got != "" {
		t.Fatal(got)
	}
	if list := migrate.Notes(st.rt, nil); len(list) > 0 {
		t.Errorf("%v", list)
	}
}

// Notes that say the same are one line.
func TestNotesAreFolded(t *testing.T) {
	st := newStage(t)
	one := st.file("one.lua", "sync { source = source, onDelete = 'a', name = 'other' }\n")
	list := notes(t, fmt.Sprintf(`dofile(%q)
for i = 1, 5 do
	sync { source = source, onDelete = "a" }
end
sync { source = source, onDelete = "a" } sync { source = source, onDelete = "a" }
`, one))
	for _, n := range list {
		if n.Name == "signals" {
			want := regexp.MustCompile(`^other, Sync2, Sync3, Sync4, 4 more \(/.*/one\.lua:1, /.*/config\.lua:3, :5\): a child `)
			if !want.MatchString(n.String()) {
				t.Errorf("%s", n)
			}
			return
		}
	}
	t.Errorf("%v", list)
}

// What the user typed is what notes name.
func TestNotesNameTheConfigAsGiven(t *testing.T) {
	st := newStage(t).config("sync { source = source, onDelete = 'a' }")
	st.options.Config = "config.lua"
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	list := migrate.Notes(st.rt, nil)
	if len(list) != 1 || !strings.HasPrefix(list[0].String(), "Sync1 (config.lua:1): ") {
		t.Errorf("%v", list)
	}
}

// A sync of the command line has no line.
func TestNotesOfTheCommandLine(t *testing.T) {
	st := newStage(t)
	st.options.Syncs = []config.CommandLineSync{{Preset: "direct", Args: []string{st.source, "/t"}, Place: "command line"}}
	if err := st.load(); err != nil {
		t.Fatal(err)
	}
	if list := migrate.Notes(st.rt, nil); len(list) == 0 || !strings.HasPrefix(list[0].String(), "Sync1 (command line): ") {
		t.Errorf("%v", list)
	}
}
