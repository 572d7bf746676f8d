package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestFAMLost, TASKS-AND-MONITORS §2: after an overflow of the kernel's queue just what has changed meanwhile is told, with every monitor that has such a queue.
func TestFAMLost(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, name := range []string{"same", "changed", "gone", "meta", "s/same", "s/changed"} {
		p.write("d/"+name, "1")
	}
	s := newFAM(t, p, `fam.monitor("$DIR/d", tell, { id = "all", recursive = true })
		fam.monitor("$DIR/d/changed", tell, { id = "one" })
		fam.monitor("$DIR/d/same", tell, { id = "none" })`)
	s.tellsOf("all", "exists ~/d", "exists same", "exists changed", "exists gone", "exists meta", "exists s", "exists s/same", "exists s/changed", "endExist ~/d")
	s.tells("one", "exists ~/d/changed", "endExist ~/d/changed")
	s.tells("none", "exists ~/d/same", "endExist ~/d/same")
	p.write("d/changed", "2")
	s.tells("all", "changed changed")
	s.tells("one", "changed ~/d/changed")
	s.daemon.signal(syscall.SIGSTOP)
	for range 6000 { // three events each, of a name that is ignored
		p.write("d/full~", "")
		p.remove("d/full~")
	}
	p.write("d/s/changed", "two")
	p.write("d/changed", "three")
	p.write("d/new", "1")
	p.remove("d/gone")
	if err := os.Chmod(p.path("d/meta"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.daemon.signal(syscall.SIGCONT)
	s.tellsOf("all", "changed s/changed", "changed changed", "changed meta", "created new", "deleted gone")
	s.tells("one", "changed ~/d/changed")
	p.write("d/same", "2")
	s.tells("none", "changed ~/d/same")
	s.tells("all", "changed same")
	s.daemon.stop()
}

// TestFAMWaits, §2, issue 9.3: handlers are jobs. One that waits gets the next event when it has ended, and holds up nobody; what HUP takes away
// is ended with it, and the new monitors begin with what there is.
func TestFAMWaits(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("d/a", "1")
	const config = `
		fam.monitor("$DIR/d", function(e)
			local code, out = run("printf", "%s", e.filename)
			assert(code == 0 and out == e.filename)
			sleep(0.01)
			tell(e)
			log("Normal", "pending: ", fam.pending())
			if e.action == "endExist" then
				local list = fam.monitors()
				log("Normal", "monitors: ", list.slow.path, " ", tostring(list.slow.recursive), " ", list.slow.monitor, " ", tostring(list.other.recursive), " ", list.other.monitor)
				log("Normal", "removed: ", tostring(fam.remove("other")), tostring(fam.remove("other")), tostring(fam.remove(nil)))
				sleep(1000)
			end
		end, { id = "slow", recursive = true })
		fam.monitor("$DIR/d", tell, { id = "other", monitor = "poll" })
		fam.monitor("$DIR/d", tell, { id = "beside" })`
	s := newFAM(t, p, config)
	s.tells("slow", "exists ~/d", "exists a", "endExist ~/d")
	s.tells("beside", "exists ~/d", "exists a", "endExist ~/d")
	s.daemon.logs("pending: 2")
	s.daemon.logs("monitors: " + p.path("d") + " true auto false poll")
	s.daemon.logs("removed: truefalsefalse")
	p.write("d/b", "1")
	s.tells("beside", "created b", "changed b")
	s.daemon.signal(syscall.SIGHUP)
	s.tellsOf("slow", "exists ~/d", "exists a", "exists b", "endExist ~/d")
	s.daemon.stop() // although a handler sleeps
}

// TestFAMOnePass, §2, issue 9.4: a single pass monitors nothing, and ends.
func TestFAMOnePass(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("d/a", "1")
	d := start(t, "-nodaemon", "-onepass", p.config(tell+`
		fam.monitor("$DIR/d", tell)
		log("Normal", "there are ", fam.pending(), " of ", tostring(fam.monitors()["$DIR/d"].path))
		sync{ source = "$SOURCE", onStartup = function() fam.monitor("$DIR/d", tell, { id = "late" }) log("Normal", "late: ", tostring(fam.monitors().late)) end }`))
	if code := d.wait(); code != 0 || p.content("events") != "" {
		t.Errorf("ended with %d; told %q", code, p.content("events"))
	}
	for _, want := range []string{fmt.Sprintf("there are 0 of %s", p.path("d")), "late: nil"} {
		if !strings.Contains(d.out.String(), want) {
			t.Errorf("no %q in\n%s", want, d.out)
		}
	}
}
