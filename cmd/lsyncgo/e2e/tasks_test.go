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
