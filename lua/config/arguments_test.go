package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/printable"
)

// problemsOf loads a config of a text, and returns what is wrong with it and what it is warned of, a line each.
func problemsOf(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.lua"), []byte("source = '"+dir+"'\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Load(Options{Config: "config.lua", Dir: dir, NoDaemon: true})
	if err != nil {
		return err.Error()
	}
	defer r.Scripts.Close()
	var lines []string
	for _, w := range r.Warnings() {
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n")
}

// Values that rsync and ssh would refuse at each start are refused when the config is read.
func TestArgumentsAreChecked(t *testing.T) {
	for keys, want := range map[string]string{
		`rsync = { timeout = "x" }`:       `config.lua:2: sync "Sync1": rsync.timeout must be a whole number, not "x"`,
		`rsync = { bwlimit = 0/0 }`:       `config.lua:2: sync "Sync1": rsync.bwlimit must be a number of KiB in a second, or one with a unit, "1.5m", not NaN`,
		`rsync = { modify_window = 0.5 }`: `config.lua:2: sync "Sync1": rsync.modify_window must be a whole number, not 0.5`,
		`rsync = { suffix = 0/0 }`:        `config.lua:2: sync "Sync1": rsync.suffix must be a string or a number, not NaN`,
		`rsync = { timeout = 60, bwlimit = "1.5m", modify_window = -1, suffix = "~" }`: "",
	} {
		if got := problemsOf(t, "sync{ default.rsync, source = source, target = '/t', "+keys+" }"); got != want {
			t.Errorf("%s: %s", keys, got)
		}
	}
	got := problemsOf(t, "sync{ default.rsyncssh, source = source, host = 'h', targetdir = '/t', ssh = { port = 'x' } }")
	if want := `config.lua:2: sync "Sync1": ssh.port must be the number of a port, 1 to 65535, not "x"`; got != want {
		t.Error(got)
	}
}

// What takes one table does not leave out a second one without a word.
func TestOneTableOnly(t *testing.T) {
	const plain = "sync{ source = source, onCreate = function() end }\n"
	for call, name := range map[string]string{
		"settings({}, { pidfile = '/x' })": "settings", "sync({ source = source, onCreate = function() end }, {})": "sync",
		"tunnel({ command = { 'a' } }, {})": "tunnel", "syslog({}, {})": "syslog", "watch({ path = source }, {})": "watch", "settings({}, nil)": "settings",
	} {
		got := problemsOf(t, plain+call)
		if want := "config.lua:3: " + name + " takes one table, " + name + "{ "; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "it got 2 values") {
			t.Errorf("%s: %s", call, got)
		}
	}
}

// A name with a newline is shown in one way, whoever shows it, and a file as the user gave it.
func TestNamesAreShownInOneWay(t *testing.T) {
	got := problemsOf(t, `sync{ source = source, onCreate = function() end, excludeFrom = "a\nb" } sync{ name = "c\nd", source = "e\nf", onCreate = function() end }`)
	for _, want := range []string{`a\nb: no such file`, `sync "c\nd": source `, `e\nf" does not exist`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	for line := range strings.SplitSeq(got, "\n") {
		if !strings.HasPrefix(line, "config.lua:2: ") {
			t.Errorf("a line says %s", line)
		}
	}
	got = problemsOf(t, "sync{ source = source, onCreate = function() end, delay = 1e99 }")
	if want := `config.lua:2: sync "Sync1": delay: 1e+99 counts as 2147483647 (write delay = 2147483647)`; got != want {
		t.Error(got)
	}
	r := loadText(t, "sync{ source = source, onCreate = function() end, delay = 1e99 }")
	if got := printable.Seconds(r.Scripts.Syncs()[0].Delay); got != "2147483647" {
		t.Errorf("the delay is shown as %s", got)
	}
}
