package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lsyncgo/engine/status"
)

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	src := filepath.Join(dir, "src")
	if err := os.Mkdir(src, 0o755); err != nil {
		t.Fatal(err)
	}
	path := writeConfig(t, dir, `
settings{ logfile = "`+dir+`/log", pidfile = "`+dir+`/pid", statusFile = "`+dir+`/status", maxProcesses = 4, insist = true }
sync{ name = "one", source = "`+src+`", delay = 2.5, maxProcesses = 3, onCreate = "/bin/true" }
sync{ default.direct, source = "`+src+`", target = "`+dir+`/dst", exclude = { "*.bak", "/a b" }, subdirs = false, init = false }
`)
	code, out, errs := execute("check", path)
	if code != 0 || errs != "" {
		t.Fatalf("%d: %s", code, errs)
	}
	for _, want := range []string{
		path + ": ok, 2 syncs\n",
		`\n  log +` + dir + `/log\n`, `\n  pidfile +` + dir + `/pid\n`, `\n  statusFile +` + dir + `/status\n`,
		`\n  maxProcesses +4\n`, `\n  insist +true\n`,
		`\none +\(` + path + `:3\)\n  source +` + src + `/\n`, `\n  delay +2.5s\n`, `\n  maxProcesses +3\n`,
		`\nSync2 +\(` + path + `:4\)\n`, `\n  target +` + dir + `/dst/\n`, `\n  filter +- \*\.bak\n`, `\n  filter +- /a b\n`,
		`\n  subdirs +false\n`, `\n  init +false\n`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	for _, made := range []string{"log", "pid", "status", "dst"} {
		if _, err := os.Lstat(filepath.Join(dir, made)); !os.IsNotExist(err) {
			t.Errorf("%s was made", made)
		}
	}
}

// Tasks §2: of a watch on a file system of several hosts check says what it does not hear.
func TestCheckWatch(t *testing.T) {
	dir := t.TempDir()
	path := writeConfig(t, dir, `
watch{ path = "`+dir+`", monitor = "inotify+poll", event_map = { IN_CLOSE_WRITE = print, IN_MOVED_TO = print, IN_CREATE = print, IN_Q_OVERFLOW = print } }
watch{ path = "`+dir+`", event_map = { IN_CLOSE_WRITE = print } }
`)
	code, out, errs := execute("check", path)
	if code != 0 || errs != "" {
		t.Fatalf("%d: %s", code, errs)
	}
	want := "inotify+poll for " + dir + ": the config says so; of what other hosts do it does not hear IN_CLOSE_WRITE IN_MOVED_TO\n"
	if strings.Count(out, "does not hear") != 1 || !strings.Contains(out, want) {
		t.Error(out)
	}
}

func TestCheckFindsEverything(t *testing.T) {
	dir := t.TempDir()
	path := writeConfig(t, dir, `
settings{ logfil = "x", delay = "soon" }
sync{ name = "gone", source = "`+dir+`/nowhere", onCreate = "/bin/true" }
sync{ name = "idle", source = "`+dir+`" }
`)
	code, out, errs := execute("check", path)
	if code != exitFailed || out != "" {
		t.Errorf("exit status %d, output %q", code, out)
	}
	for _, want := range []string{`c.lua:2: settings: .*"logfil"`, `c.lua:2: settings: delay`, `c.lua:3: sync "gone": .*nowhere`, `c.lua:4: sync "idle": `} {
		if !regexp.MustCompile(`(?m)` + want).MatchString(errs) {
			t.Errorf("no line like %s in\n%s", want, errs)
		}
	}
}

// What the program itself knows to be wrong with settings that are well formed.
func TestVet(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	sync := `sync{ source = "` + dir + `", onCreate = "/bin/true" } `
	for _, c := range []struct{ text, want string }{
		{`settings{ logfile = "/no/such/log" } ` + sync, `logfile: there is no directory /no/such`},
		{`settings{ pidfile = "` + dir + `" } ` + sync, `pidfile: ` + dir + ` is a directory \(name a file in it\)`},
		{`settings{ statusFile = "` + plain + `/s" } ` + sync, `statusFile: .*plain`},
		{`settings{ monitor = "psychic" } ` + sync, `"psychic" is no monitor; choose one of auto, inotify`},
		{`sync{ source = "` + dir + `", onCreate = "/bin/true", monitor = "psychic" }`, `sync "Sync1": monitor: "psychic"`},
	} {
		code, _, errs := execute("check", writeConfig(t, dir, c.text))
		if code != exitFailed || !regexp.MustCompile(c.want).MatchString(errs) {
			t.Errorf("%s: %d, %s", c.text, code, errs)
		}
		if code, _, errs := execute("-nodaemon", writeConfig(t, dir, c.text)); code != exitUsage || !regexp.MustCompile(c.want).MatchString(errs) {
			t.Errorf("start of %s: %d, %s", c.text, code, errs)
		}
	}
}

func TestCheckOfSeveral(t *testing.T) {
	dir := t.TempDir()
	good := writeConfig(t, dir, `sync{ source = "`+dir+`", onCreate = "/bin/true" }`)
	code, out, errs := execute("check", good, filepath.Join(dir, "missing.lua"))
	if code != exitFailed || !strings.Contains(out, "ok, 1 sync\n") || !strings.Contains(errs, "missing.lua") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
}

func TestCheckOfTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := execute("check", "-direct", dir, t.TempDir())
	if code != 0 || !strings.HasPrefix(out, "command line: ok, 1 sync\n") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
}

func TestStatusNeedsAPlaceToAsk(t *testing.T) {
	dir := t.TempDir()
	path := writeConfig(t, dir, `sync{ source = "`+dir+`", onCreate = "/bin/true" }`)
	if code, _, errs := execute("status", path); code != exitUsage || !strings.Contains(errs, "neither pidfile nor statusFile") {
		t.Errorf("%d: %s", code, errs)
	}
	if code, _, errs := execute("status", "-pidfile", filepath.Join(dir, "pid")); code != status.Unknown || !strings.Contains(errs, "no running daemon") {
		t.Errorf("%d: %s", code, errs)
	}
	path = writeConfig(t, dir, `sync{ nonsense`)
	if code, _, errs := execute("status", path); code != exitUsage || !strings.HasPrefix(errs, "lsyncgo: status: "+path+":1: ") || !strings.HasSuffix(errs, "by -pidfile FILE or -statusfile FILE\n") {
		t.Errorf("%d: %s", code, errs)
	}
}

// Lsyncd has neither watches nor monitors: nothing of them is compared with it.
func TestCheckOfWatchesOnly(t *testing.T) {
	path := writeConfig(t, t.TempDir(), `watch{ path = "/tmp", event_map = { IN_CREATE = print } }`)
	if code, out, errs := execute("check", path); code != 0 || errs != "" || !strings.Contains(out, "1 watch") || strings.Contains(out, "Lsyncd") {
		t.Errorf("%d, %s:\n%s", code, errs, out)
	}
}

// After the syncs come the notes on what is not as with Lsyncd, folded; they are no warnings.
func TestCheckContrasts(t *testing.T) {
	dir := t.TempDir()
	path := writeConfig(t, dir, `settings{ nodaemon = true }
for _, target in ipairs{ "a", "b" } do
	sync{ default.direct, source = "`+dir+`", target = "/srv/" .. target,
		delete = false, maxProcesses = 2 }
end
`)
	code, out, errs := execute("check", path)
	if code != 0 || errs != "" {
		t.Fatalf("%d: %s", code, errs)
	}
	_, notes, ok := strings.Cut(out, "\n\nwhat behaves differently from Lsyncd:\n")
	if !ok {
		t.Fatalf("no notes in\n%s", out)
	}
	for line := range strings.Lines(notes) {
		if !regexp.MustCompile(`^  Sync1, Sync2 \(` + path + `:[34]\): .+\n$`).MatchString(line) {
			t.Errorf("a line says %q", line)
		}
	}
	if !strings.Contains(notes, path+":3): lsyncgo copies") || !strings.Contains(notes, path+":4): a change waits") {
		t.Errorf("the notes are\n%s", notes)
	}

	path = writeConfig(t, dir, `settings{ nodaemon = true }
sync{ source = "`+dir+`", onDelete = "rm -f ^targetPathname", exitcodes = { [0] = "ok", [137] = "ok", [143] = "ok" } }`)
	if code, out, errs := execute("check", path); code != 0 || errs != "" || !strings.HasSuffix(out, "\n\nnothing behaves differently from Lsyncd\n") {
		t.Errorf("%d, %s:\n%s", code, errs, out)
	}
}
