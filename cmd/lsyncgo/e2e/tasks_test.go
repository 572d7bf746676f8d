package e2e

import (
	"strings"
	"syscall"
	"testing"
)

// TASKS §1, Schedulers: with the built program an event runs a job that waits and runs a program, a shell command and a file
// manager's rule side by side; a waiting task outlives a reload; at the end what is not done in time is cancelled and named.
func TestTasks(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	text := strings.NewReplacer("SOURCE", p.source, "OUT", p.path("out"), "TARGET", p.target).Replace(`
settings{ shutdownTimeout = 0.5 }
loglevel("waits", "debug")
local job = scheduler.task{ delay = 0.1, job = function(e, id)
	local code, out = run("cat", e.pathname)
	sleep(0.05)
	log("Normal", "job ", code, " ", out)
end }
local sh = scheduler.shell{ cmd = [[echo "{maskname} {name}" >> 'OUT'; exit 3]] }
local fm = scheduler.filemanager{ delay = 0.5, rules = { { action = "move", src_re = [[^SOURCE/(?P<p>.*)\.mv$]], dst_re = [[TARGET/sub/\g<p>]], auto_create = true } } }
local waits = scheduler.task{ logname = "waits", delay = 1000, job = print }
watch{ path = "SOURCE", event_map = { IN_CLOSE_WRITE = { job.schedule, sh.schedule, fm.schedule, waits.schedule } } }
`)
	d := daemon(t, p.config(text))
	p.write("source/a $(b).mv", "content")
	d.logs("job 0 content")
	d.logs("ended with exit code 3")
	if got := p.content("out"); got != "IN_CLOSE_WRITE a $(b).mv\n" {
		t.Errorf("the shell wrote %q", got)
	}
	eventually(t, "the move", func() bool { return p.exists("target/sub/a $(b)") && !p.exists("source/a $(b).mv") })
	d.signal(syscall.SIGHUP)
	d.logs("the new config is in force")
	p.write("source/late", "")
	d.logs("waits: " + p.path("source/late") + ": IN_CLOSE_WRITE: task ")
	d.signal(syscall.SIGTERM)
	d.logs("is cancelled, as shutdownTimeout = 0.5 seconds are over")
	d.wait()
	if !strings.Contains(d.out.String(), "waits: "+p.path("source/a $(b).mv")+": task ") {
		t.Error("a task of the config before was not named")
	}
}

// TASKS §1: what -dryrun, -onepass, a reload and the status file mean for tasks. With -dryrun events are told and tasks come up, but programs and the rules of file
// managers are only named; a single pass ends at once; a reload that changes nothing but a level changes that level, and no event is missed meanwhile.
func TestTasksInOtherModes(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	text := strings.NewReplacer("SOURCE", p.source, "STATUS", p.path("status"), "OUT", p.path("out"), "TARGET", p.target).Replace(`
settings{ statusFile = "STATUS", statusInterval = 0.05, shutdownTimeout = 0 }
local job = scheduler.task{ logname = "jobs", job = function(e) log("Normal", "job got ", run("rm", e.pathname)) end }
local sh = scheduler.shell{ cmd = "echo {name} >> OUT" }
local fm = scheduler.filemanager{ rules = { { action = "move", src_re = "^SOURCE/(.*)", dst_re = [[TARGET/\1]] } } }
local waits = scheduler.task{ logname = "waits", delay = 1000, job = print }
watch{ path = "SOURCE", event_map = { IN_CLOSE_WRITE = { job.schedule, sh.schedule, fm.schedule, waits.schedule } } }
`)
	file := p.config(text)
	if d := start(t, "-nodaemon", "-onepass", file); d.wait() != 0 {
		t.Error("a single pass failed")
	}
	d := start(t, "-nodaemon", "-dryrun", file)
	d.logs("--- Ready ---")
	p.write("source/a b", "content")
	for _, what := range []string{"rm '" + p.path("source/a b") + "'", "sh -c", "move " + p.path("source/a b")} {
		d.logs("would start: " + what)
	}
	d.logs("job got 0")
	eventually(t, "the status file", func() bool {
		text := p.content("status")
		return strings.Contains(text, "tasks: 1 waiting, 0 running") && strings.Contains(text, "waits") && strings.Contains(text, "source/a b")
	})
	if !p.exists("source/a b") || p.exists("out") || p.exists("target/a b") {
		t.Error("something was done")
	}
	if strings.Contains(d.out.String(), "jobs: "+p.path("source/a b")) {
		t.Error("a task was logged before the level said so")
	}
	p.config(text + `loglevel("jobs", "debug")`)
	d.signal(syscall.SIGHUP)
	d.logs("the new config is in force")
	p.write("source/second", "")
	d.logs("jobs: " + p.path("source/second") + ": IN_CLOSE_WRITE: task ")
	d.signal(syscall.SIGTERM)
	d.wait()
}
