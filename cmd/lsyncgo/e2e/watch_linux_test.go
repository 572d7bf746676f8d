package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// Tasks §1: a config with watches only, among syncs' events only its own; a reload keeps what is the same and hears of what is new; the exit is at
// once.
func TestWatch(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.mkdir("other")
	const same = `
watch{ path = %SOURCE%, rec = true, auto_add = true, logname = "uploads", exclude_filter = { [[\.swp$]] },
	event_map = { IN_CLOSE_WRITE = { function(e) log("Normal", "first ", e.pathname) end, function(e) log("Normal", e.watch, " wrote ", e.name) end },
		IN_MOVED_TO = function(e) log("Normal", e.src_pathname, " became ", e.pathname) end, IN_DELETE = false } }
`
	text := `settings{ pidfile = "` + p.path("pid") + `" }` + strings.ReplaceAll(same, "%SOURCE%", `"`+p.source+`"`)
	config := p.config(text)
	d := daemon(t, config)
	p.write("source/new/dir/a", "1")
	d.logs("first " + p.path("source/new/dir/a"))
	d.logs("uploads wrote a\n")
	p.write("source/x.swp", "1")
	p.rename("source/new/dir", "source/dir")
	d.logs(p.path("source/new/dir") + " became " + p.path("source/dir"))
	p.write("source/dir/b", "1")
	d.logs("first " + p.path("source/dir/b"))

	broken := strings.Replace(text, "IN_DELETE", "IN_DELET", 1)
	p.write("config.lua", broken)
	d.signal(syscall.SIGHUP)
	d.logs(`there is no event "IN_DELET" (did you mean "IN_DELETE"?)`)
	d.logs("the old one stays in force")
	p.write("config.lua", strings.Replace(text, "wrote", "has", 1)+`
watch{ path = "`+p.path("other")+`", event_map = { IN_CREATE = function(e) log("Normal", "other ", e.name) end } }
sync{ default.direct, source = "`+p.source+`", target = "`+p.target+`", delay = 0.1 }
`)
	d.signal(syscall.SIGHUP)
	d.logs("the new config is in force")
	p.same()
	p.write("source/dir/c", "1")
	d.logs("uploads has c")
	p.write("other/d", "1")
	d.logs("other d\n")
	p.same()
	if err := os.RemoveAll(p.path("other")); err != nil {
		t.Fatal(err)
	}
	d.logs("nothing is heard of it until it can be watched")
	p.mkdir("other")
	d.logs("is watched again")
	p.write("other/e", "1")
	d.logs("other e\n")
	asked := start(t, "status", config)
	asked.wait()
	for _, want := range []string{
		"\nwatch uploads: watched\n  " + p.source + ", monitor inotify, 3 kernel watches\n  events: IN_CLOSE_WRITE IN_MOVED_TO\n",
		"\nwatch watch: watched\n  " + p.path("other") + ", monitor inotify, 1 kernel watch\n  events: IN_CREATE\n",
	} {
		if !strings.Contains(asked.out.String(), want) {
			t.Errorf("status says\n%s\nwant %s", asked.out, want)
		}
	}
	d.stop()
	if out := d.out.String(); strings.Count(out, "uploads wrote a\n") != 1 || strings.Contains(out, "first "+p.path("source/x.swp")) {
		t.Error("an event was told twice, or one that is excluded")
	}
}

// Issue 9.4: a single pass waits for nothing that happens. Tasks §1 Schedulers.
func TestWatchOnePass(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if d := start(t, "-nodaemon", "-onepass", p.config(`watch{ path = "`+p.source+`", default_task = print }`)); d.wait() != 0 {
		t.Errorf("it failed")
	}
}
