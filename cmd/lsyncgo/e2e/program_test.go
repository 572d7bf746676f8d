package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestBadConfigs: every testdata/config/*.bad.lua gets the message that its
// first lines (-- want: regexp) ask for, once, and nothing is started or written.
// §1: one message with file and line, exit status 255, nothing started.
func TestBadConfigs(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/config/*.bad.lua")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d bad configs, want at least 20 (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bad.lua"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			wants := regexp.MustCompile(`(?m)^-- want: (.*)$`).FindAllStringSubmatch(string(text), -1)
			if len(wants) == 0 {
				t.Fatal("the file has no '-- want:' line")
			}
			p := newPlace(t)
			bad := p.config(string(text))
			before := listing(t, p.dir)
			check := start(t, "check", bad)
			if code := check.wait(); code != 1 {
				t.Errorf("check: exit code %d, want 1", code)
			}
			run := start(t, bad, "-pidfile", p.path("pid"), "-logfile", p.path("log"))
			if code := run.wait(); code != 255 {
				t.Errorf("exit code %d, want 255", code)
			}
			for _, want := range wants {
				for _, pr := range []*process{check, run} {
					if n := len(regexp.MustCompile("(?m)"+want[1]).FindAllString(pr.out.String(), -1)); n != 1 {
						t.Errorf("message %q appears %d times in:\n%s", want[1], n, pr.out)
					}
				}
			}
			if after := listing(t, p.dir); after != before {
				t.Errorf("files were made:\n%s\nbefore:\n%s", after, before)
			}
		})
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, "\n")
}

// wrapper makes a program that runs the given shell lines and then, if they did not exit, the real one.
func (p *place) wrapper(name, lines string) string {
	p.t.Helper()
	original, err := exec.LookPath(name)
	if err != nil {
		p.t.Fatal(err)
	}
	path := p.path("bin/" + name)
	p.write("bin/"+name, fmt.Sprintf("#!/bin/sh\ncd %s\n%s\nexec %s \"$@\"\n", p.dir, lines, original))
	if err := os.Chmod(path, 0o755); err != nil {
		p.t.Fatal(err)
	}
	return path
}

const rsyncBy = `sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { binary = "$DIR/bin/rsync", archive = true } }`

// §6: death by a signal is a failure.
func TestKilledChildIsTriedAgain(t *testing.T) {
	p := newPlace(t)
	p.wrapper("rsync", `if [ -e kill ]; then rm kill; kill -9 $$; fi`)
	p.write("source/a", "1")
	d := daemon(t, p.config(rsyncBy))
	p.same()
	p.write("kill", "")
	p.write("source/a", "22")
	p.write("source/b", "b")
	d.logs("ended by signal 9")
	p.same()
	d.stop()
}

// §1: TERM: no more events, the running child ends by itself.
func TestTermDuringTransfer(t *testing.T) {
	p := newPlace(t)
	p.wrapper("rsync", `echo >>started; while [ -e hold ]; do read line <fifo; done`)
	if err := syscall.Mkfifo(p.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := daemon(t, p.config(rsyncBy))
	p.same()
	d.logs("startup done")

	p.write("hold", "")
	p.write("source/a", "1")
	eventually(t, "a transfer", func() bool { return strings.Count(p.content("started"), "\n") == 2 })
	d.signal(syscall.SIGTERM)
	d.logs("waiting for 1 running process")
	p.write("source/late", "not sent any more")
	p.remove("hold")
	p.goOn("fifo")
	if code := d.wait(); code != 143 {
		t.Errorf("exit code %d, want 143", code)
	}
	if p.content("target/a") != "1" || p.exists("target/late") {
		t.Errorf("target: a=%q, late exists %v; want the running transfer done and no other", p.content("target/a"), p.exists("target/late"))
	}
}

// §1: a second signal ends the children.
func TestSecondSignalEndsChildren(t *testing.T) {
	p := newPlace(t)
	p.wrapper("rsync", `echo $$ >>started; if [ -e hold ]; then exec sleep 1000; fi`)
	d := daemon(t, p.config(rsyncBy))
	d.logs("startup done")
	p.write("hold", "")
	p.write("source/a", "1")
	eventually(t, "a transfer", func() bool { return strings.Count(p.content("started"), "\n") == 2 })
	d.signal(syscall.SIGINT)
	d.logs("waiting for 1 running process")
	d.signal(syscall.SIGINT)
	if code := d.wait(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	pid, err := strconv.Atoi(strings.Fields(p.content("started"))[1])
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the child to be gone", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
}

// §1: HUP: a broken config changes nothing, a good one only what is different.
// §9: only what changed in the config starts anew.
func TestHangup(t *testing.T) {
	p := newPlace(t)
	p.mkdir("second")
	p.wrapper("rsync", `echo "$@" >>calls`)
	p.write("source/a", "1")
	d := daemon(t, p.config(rsyncBy))
	p.same()
	d.logs("startup done")
	calls := func() int { return strings.Count(p.content("calls"), "\n") }
	if calls() != 1 {
		t.Fatalf("%d calls of rsync at startup", calls())
	}

	p.config("sync { broken")
	d.signal(syscall.SIGHUP)
	d.logs("config.lua:1:")
	p.write("source/b", "b")
	p.same()

	before := calls()
	p.config(rsyncBy + `
		sync { default.rsync, source = "$SOURCE", target = "$DIR/second", delay = 0.1, rsync = { binary = "$DIR/bin/rsync", archive = true } }`)
	d.signal(syscall.SIGHUP)
	p.sameTrees(p.source, p.path("second"))
	for _, call := range strings.Split(p.content("calls"), "\n")[before:] {
		if strings.Contains(call, p.target) {
			t.Errorf("the unchanged sync was started from scratch: rsync %s", call)
		}
	}
	p.write("source/c", "c")
	p.same()
	p.sameTrees(p.source, p.path("second"))

	p.config(rsyncBy)
	d.signal(syscall.SIGHUP)
	d.logs("the new config is in force")
	p.write("source/d", "d")
	p.same()
	d.stop()
}

// §1: the daemon works in /, its pidfile is locked and removed.
// §2: the files of settings.
func TestDaemon(t *testing.T) {
	p := newPlace(t)
	p.write("source/a", "1")
	config := p.config(`settings { pidfile = "$DIR/pid", logfile = "$DIR/log", statusFile = "$DIR/status", statusInterval = 1 }
		sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`)
	if code := start(t, config).wait(); code != 0 {
		t.Fatalf("the starter ended with %d: %s", code, p.content("log"))
	}
	pid, err := strconv.Atoi(strings.TrimSpace(p.content("pid")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	p.same()
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil && cwd != "/" {
		t.Errorf("the daemon's directory is %s", cwd)
	}

	second := start(t, config)
	if code := second.wait(); code != 255 || !strings.Contains(second.out.String(), p.path("pid")) {
		t.Errorf("a second instance: exit code %d, %q", code, second.out)
	}

	st := start(t, "status", "-json", config)
	if code := st.wait(); code != 0 {
		t.Fatalf("status: exit code %d: %s", code, st.out)
	}
	var shot struct{ Syncs []struct{ State string } }
	if err := json.Unmarshal([]byte(st.out.String()), &shot); err != nil || len(shot.Syncs) != 1 {
		t.Errorf("status -json: %v: %s", err, st.out)
	}
	human := start(t, "status", config)
	if code := human.wait(); code != 0 || !strings.Contains(human.out.String(), p.source) {
		t.Errorf("status: exit code %d: %s", code, human.out)
	}
	eventually(t, "the status file", func() bool { return strings.Contains(p.content("status"), "There are 0 delays") })

	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pidfile to be removed", func() bool { return !p.exists("pid") })
	eventually(t, "the daemon to be gone", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
	if code := start(t, "status", config).wait(); code == 0 {
		t.Errorf("status of a daemon that has ended: exit code 0")
	}
}

// TestDaemonSaysWhyItFailed: the starter waits for the daemon and passes on its reason.
// §1: so does its exit status.
func TestDaemonSaysWhyItFailed(t *testing.T) {
	p := newPlace(t)
	p.write("pid", "of somebody else's")
	d := start(t, p.config(`settings { logfile = "$DIR/log", pidfile = "$DIR/pid" }
		sync { default.direct, source = "$SOURCE", target = "$TARGET" }`))
	if code := d.wait(); code != 255 || !strings.Contains(d.out.String(), "not a process number") {
		t.Errorf("exit code %d: %q", code, d.out)
	}
	if !strings.Contains(p.content("log"), "not a process number") {
		t.Errorf("the daemon's log: %s", p.content("log"))
	}
	if p.content("pid") != "of somebody else's" {
		t.Error("the file was overwritten")
	}
}

// §9: a relative target would be below / for a daemon.
func TestRelativeTargetOfADaemon(t *testing.T) {
	p := newPlace(t)
	d := start(t, p.config(`sync { default.direct, source = "$SOURCE", target = "relative" }`))
	if code := d.wait(); code != 255 || !strings.Contains(d.out.String(), "relative") {
		t.Errorf("exit code %d: %q", code, d.out)
	}
}

// §3: a lost source is no deletion, and is synced in full when it is back.
// §9: a source that is not to be trusted.
func TestSourceAwayAndBack(t *testing.T) {
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/dir/a", "1")
		d := daemon(t, p.config(ps.config("")))
		p.same()
		d.logs("startup done")
		p.rename("source", "away")
		d.logs("is lost")
		p.write("away/dir/b", "2")
		if !p.exists("target/dir/a") {
			t.Error("the loss of the source was passed on as deletion")
		}
		p.rename("away", "source")
		d.logs("is back")
		p.same()
		p.write("source/dir/c", "3")
		p.same()
		d.stop()
	})
}

// §2: a FIFO in the source keeps a callback that opens it from nothing but its own file.
func TestFIFOInCallback(t *testing.T) {
	p := newPlace(t)
	d := daemon(t, p.config(`
		settings { scriptTimeout = 1 }
		sync { source = "$SOURCE", delay = 0, name = "reads", onCreate = function(event)
			for _, open in ipairs{ io.open, io.lines, loadfile, dofile } do pcall(open, event.sourcePath) end
			local f = io.open(event.sourcePath, "r+")
			log("Normal", "opened " .. event.name)
			f:read()
		end }
		sync { default.direct, source = "$SOURCE", target = "$DIR/mirror", delay = 0 }`))
	p.mkdir("mirror")
	if err := syscall.Mkfifo(p.path("source/fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.logs("opened fifo")
	d.logs("scriptTimeout = 1")
	p.write("source/fine", "f")
	p.sameFile("source/fine", "mirror/fine")
	d.stop()
}

// §2: TERM ends a callback that has no limit.
func TestEndlessCallbackEnds(t *testing.T) {
	p := newPlace(t)
	d := daemon(t, p.config(`
		settings { scriptTimeout = 0 }
		sync { source = "$SOURCE", delay = 0, onCreate = function(event)
			log("Normal", "has begun")
			while true do pcall(function() while true do end end) end
		end }`))
	p.write("source/x", "x")
	d.logs("has begun")
	d.stop()
}

// §2: undefined globals. §3: unknown fields.
func TestScriptErrors(t *testing.T) {
	p := newPlace(t)
	d := daemon(t, p.config(`
		settings { scriptTimeout = 1 }
		sync { source = "$SOURCE", delay = 0, name = "bad", onCreate = function(event)
			if event.path == "error" then local x = nil; x.y = 1 end
			if event.path == "loop" then while true do end end
			if event.path == "global" then undefinedGlobal = 1 end
			if event.path == "field" then log("Normal", event.nosuchfield) end
			spawn(event, "cp", event.sourcePath, "$TARGET")
		end }
		sync { default.direct, source = "$SOURCE", target = "$DIR/mirror", delay = 0 }`))
	p.mkdir("mirror")
	for _, name := range []string{"error", "loop", "global", "field"} {
		p.write("source/"+name, "x")
	}
	d.logs("config.lua:4:")
	d.logs("scriptTimeout")
	d.logs("undefinedGlobal")
	d.logs("nosuchfield")
	d.logs("traceback:")
	p.write("source/fine", "f")
	p.sameFile("source/fine", "target/fine")
	p.sameTrees(p.source, p.path("mirror"))
	d.stop()
}

// TestOptions: syncs of the command line, without a config.
// §1: -direct, --rsync and -delay without a config.
func TestCommandLineSyncs(t *testing.T) {
	p := newPlace(t)
	p.mkdir("second")
	d := daemon(t, "-delay", "0.1", "-direct", p.source, p.target, "--rsync", p.source, p.path("second"))
	p.write("source/a", "1")
	p.same()
	p.sameTrees(p.source, p.path("second"))
	d.stop()
}

// §1: -onepass.
func TestOnePass(t *testing.T) {
	p := newPlace(t)
	p.variety()
	d := start(t, "-nodaemon", "-onepass", "-direct", p.source, p.target)
	if code := d.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	p.same()
}

// §6: onDie = "stop-sync".
// §9: with insist every sync lives on its own.
func TestDeadTargetLeavesOthersAlone(t *testing.T) {
	p := newPlace(t)
	p.write("source/a", "1")
	d := daemon(t, p.config(`settings { insist = true, onDie = "stop-sync" }
		sync { default.rsync, name = "dead", source = "$SOURCE", target = "$DIR/no/such/place/", delay = 0.1 }
		sync { default.rsync, name = "dying", source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { binary = "/bin/false" } }
		sync { default.rsync, name = "fine", source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { archive = true } }`))
	d.logs("trying again")
	d.logs("this sync is stopped")
	p.same()
	p.write("source/b", "b")
	p.same()
	d.stop()
}

// TestLoginsAreShared: one connection serves many batches.
// §9: one login for 20 batches and moves.
func TestLoginsAreShared(t *testing.T) {
	p := newPlace(t)
	server := newSSHD(t)
	d := daemon(t, p.config(preset{name: "rsyncssh", server: server}.config("")))
	p.write("source/0", "0")
	p.same()
	for i := range 20 {
		p.write("source/file", fmt.Sprint("content ", i))
		p.rename(fmt.Sprintf("source/%d", i), fmt.Sprintf("source/%d", i+1))
		p.same()
	}
	if n := server.logins(); n != 1 {
		t.Errorf("%d logins for 20 batches, want 1", n)
	}
	d.stop()
}

// §2: spawn with '<' and much of it.
func TestLargeStdin(t *testing.T) {
	p := newPlace(t)
	d := daemon(t, p.config(`sync { source = "$SOURCE", delay = 0, onCreate = function(event)
		spawn(event, "sh", "<", string.rep("0123456789abcdef", 1048576), "-c", "wc -c >$DIR/count")
	end }`))
	p.write("source/a", "")
	eventually(t, "the count", func() bool { return strings.TrimSpace(p.content("count")) == strconv.Itoa(16<<20) })
	d.stop()
}

// §1: -monitor NAME.
func TestMonitorNotify(t *testing.T) {
	p := newPlace(t)
	d := daemon(t, "-monitor", "notify", p.config(`sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`))
	p.write("source/a/b/c", "1")
	d.logs("Create " + p.path("source/a/b/c")) // not only that the startup has brought it
	p.same()
	p.rename("source/a", "source/d")
	p.write("source/d/b/c", "2")
	p.same()
	p.remove("source/d")
	p.same()
	d.stop()
}

// TestEmptySource: a source that is empty at startup, while the target is not, deletes nothing until somebody says so.
// §9: a source that is not to be trusted.
func TestEmptySource(t *testing.T) {
	p := newPlace(t)
	p.write("target/precious", "only copy")
	config := p.config(`settings { pidfile = "$DIR/pid" }
		sync { default.direct, name = "web site", source = "$SOURCE", target = "$TARGET", delay = 0.1 }`)
	d := daemon(t, config)
	resume := "lsyncgo resume 'web site' " + config
	d.logs("if it is right, say " + resume)
	if st := start(t, "status", config); st.wait() != 2 || !strings.Contains(st.out.String(), "may not be mounted") {
		t.Errorf("status: %s", st.out)
	}
	p.write("source/new", "n")
	if r := start(t, "resume", "wbe", config); r.wait() != 1 || !strings.Contains(r.out.String(), "web site") {
		t.Errorf("resume of another name: %s", r.out)
	}
	if p.content("target/precious") != "only copy" || p.exists("target/new") {
		t.Error("the target was touched")
	}
	said := exec.Command("sh", "-c", strings.Replace(resume, "lsyncgo", binary, 1)) // as it is printed
	if out, err := said.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", resume, err, out)
	}
	p.same()
	d.stop()

	p.remove("source/new")
	p.write("target/precious", "again")
	d = daemon(t, "-force", config)
	p.same()
	d.stop()
}

// §9: a source that is not to be trusted.
func TestReplacedSource(t *testing.T) {
	p := newPlace(t)
	p.write("source/a", "1")
	d := daemon(t, p.config(`sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`))
	p.same()
	p.rename("source", "away")
	d.logs("is lost")
	p.mkdir("source")
	d.logs("came back as another directory")
	if p.content("target/a") != "1" {
		t.Error("the target was emptied")
	}
	d.stop()
}

func TestDryRun(t *testing.T) {
	p := newPlace(t)
	p.write("source/a", "1")
	d := start(t, "-dryrun", p.config(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`))
	d.logs("would start: rsync")
	d.logs("--- Ready ---")
	p.write("source/b", "2")
	d.logs("--files-from=-")
	d.stop()
	if p.exists("target/a") || p.exists("target/b") {
		t.Error("something was transferred")
	}
}
