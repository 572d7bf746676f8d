package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// famScene is a daemon whose config monitors paths; its handlers write what they are told.
type famScene struct {
	*place
	daemon *process
	taken  map[string]int // lines of each monitor
}

// tell is the handler of the monitors: it writes its events, a line each.
const tell = `
local out = io.open("$DIR/events", "a")
function tell(e)
	out:write(e.requestID, "\t", e.action, " ", e.filename, "\n")
	out:flush()
end
`

func newFAM(t *testing.T, p *place, config string, args ...string) *famScene {
	t.Helper()
	return &famScene{place: p, daemon: daemon(t, append([]string{p.config(tell + config)}, args...)...), taken: map[string]int{}}
}

// tells waits until the handler of a monitor was told just this since the last time. In what is wanted ~ stands for the place.
func (s *famScene) tells(id string, want ...string) {
	s.t.Helper()
	s.told(id, false, want...)
}

// tellsOf is tells where the system decides on the order.
func (s *famScene) tellsOf(id string, want ...string) {
	s.t.Helper()
	s.told(id, true, want...)
}

func (s *famScene) told(id string, anyOrder bool, want ...string) {
	s.t.Helper()
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "~/", s.dir+"/")
	}
	id = strings.ReplaceAll(id, "~/", s.dir+"/")
	var got []string
	defer func() {
		if s.t.Failed() && len(got) < len(want) {
			s.t.Logf("%s was told %q, want %q", id, got, want)
		}
	}()
	eventually(s.t, fmt.Sprintf("%d events", len(want)), func() bool {
		got = nil
		for line := range strings.Lines(s.content("events")) {
			if text, ok := strings.CutPrefix(line, id+"\t"); ok {
				got = append(got, strings.TrimSuffix(text, "\n"))
			}
		}
		got = got[min(s.taken[id], len(got)):]
		return len(got) >= len(want)
	})
	s.taken[id] += len(got)
	if anyOrder {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s was told %q, want %q", id, got, want)
	}
}

// TestFAMDirectory, TASKS-AND-MONITORS §2: exists for the directory and its entries, endExist once, then what happens.
func TestFAMDirectory(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("d/a", "1")
	p.write("d/b", "1")
	p.write("d/sub/c", "1")
	p.write("d/a~", "1")
	s := newFAM(t, p, `
		local id = fam.monitor("$DIR/d/", tell)
		assert(id == "$DIR/d")
		assert(fam.monitor("$DIR/d", tell) ~= id)
		fam.monitor("$DIR/d", tell, { recursive = true, ignore = { "*/c" }, id = "deep" })
		local m = fam.monitors()
		assert(m.deep.recursive and m.deep.path == "$DIR/d" and m[id].monitor == "auto" and not m[id].recursive)
		assert(fam.pending() == 0)`)
	both := []string{"~/d", "~/d#2"}
	for _, id := range both {
		s.tellsOf(id, "exists ~/d", "exists a", "exists b", "exists sub", "endExist ~/d")
	}
	s.tellsOf("deep", "exists ~/d", "exists a", "exists a~", "exists b", "exists sub", "endExist ~/d")
	p.write("d/new", "content")
	for _, id := range append(both, "deep") {
		s.tells(id, "created new", "changed new")
	}
	p.write("d/new", "more")
	if err := os.Chmod(p.path("d/b"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.rename("d/new", "d/a") // renamed over
	p.write("d/sub/below", "x")
	p.mkdir("d/sub/deeper")
	for _, id := range both {
		s.tells(id, "changed new", "changed b", "deleted new", "changed a")
	}
	s.tells("deep", "changed new", "changed b", "deleted new", "changed a", "created sub/below", "changed sub/below", "created sub/deeper")
	p.remove("d/sub/below")
	s.tells("deep", "deleted sub/below")
	p.rename("d/sub", "d/moved")
	s.tells("deep", "deleted sub/deeper", "deleted sub", "created moved", "created moved/deeper")
	p.remove("d")
	s.tellsOf("deep", "deleted a", "deleted a~", "deleted b", "deleted moved/deeper", "deleted moved", "deleted ~/d")
	p.write("d/again", "1")
	eventually(t, "the directory that is back", func() bool { return strings.Contains(p.content("events"), "deep\tcreated again") })
	if text := p.content("events"); !strings.Contains(text, "deep\tcreated "+p.dir+"/d\n") || strings.Count(text, "deep\tendExist") != 1 {
		t.Errorf("after its return:\n%s", text)
	}
	s.daemon.stop()
}

// TestFAMFile, §2: a file is watched through its parent, so that atomic replacement is seen, which silences no monitor of the parent.
func TestFAMFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("d/f", "1")
	s := newFAM(t, p, `
		fam.monitor("$DIR/d/f", tell)
		fam.monitor("$DIR/d", tell)`)
	s.tells("~/d/f", "exists ~/d/f", "endExist ~/d/f")
	s.tellsOf("~/d", "exists ~/d", "exists f", "endExist ~/d")
	p.write("d/f", "2")
	s.tells("~/d/f", "changed ~/d/f")
	p.write("d/other", "3")
	s.tells("~/d", "changed f", "created other", "changed other")
	p.rename("d/other", "d/f")
	s.tells("~/d/f", "changed ~/d/f")
	s.tells("~/d", "deleted other", "changed f")
	p.remove("d/f")
	s.tells("~/d/f", "deleted ~/d/f")
	p.write("d/f", "4")
	s.tells("~/d/f", "created ~/d/f", "changed ~/d/f")
	p.remove("d")
	s.tells("~/d/f", "deleted ~/d/f")
	p.write("d/f", "5")
	eventually(t, "the file that is back", func() bool { return strings.Count(p.content("events"), "created "+p.dir+"/d/f") == 2 })
	s.daemon.stop()
}

// TestFAMMissing, §2: what is missing, with its parents, is monitored as soon as it appears.
func TestFAMMissing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := newFAM(t, p, `
		fam.monitor("$DIR/x/y/z", tell)
		fam.monitor("$DIR/x/y/file", tell)`)
	p.mkdir("x")
	p.mkdir("x/y")
	p.mkdir("x/y/z")
	s.tells("~/x/y/z", "created ~/x/y/z")
	p.write("x/y/z/a", "1")
	eventually(t, "the entry", func() bool { return strings.Contains(p.content("events"), "created a\n") })
	p.write("x/y/file", "1")
	eventually(t, "the file", func() bool { return strings.Contains(p.content("events"), "created "+p.dir+"/x/y/file\n") })
	p.remove("x")
	eventually(t, "the end of both", func() bool {
		return strings.Contains(p.content("events"), "deleted "+p.dir+"/x/y/z\n") && strings.Contains(p.content("events"), "deleted "+p.dir+"/x/y/file\n")
	})
	s.daemon.stop()
}

// TestFAMFunctions, §2: an ID that is not known, a handler that fails, monitors made and ended by handlers, each backend by name.
func TestFAMFunctions(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("d/a", "1")
	p.write("d/stop", "1")
	s := newFAM(t, p, `
		settings{ pollInterval = 0.1 }
		fam.monitor("$DIR/d", function(e) error("on purpose: " .. e.filename) end, { id = "bad" })
		fam.monitor("$DIR/none", tell, { id = "gone" })
		for _, name in ipairs{ "poll", "inotify", "pseudo" } do
			fam.monitor("$DIR/d", tell, { id = name, monitor = name })
		end
		fam.monitor("$DIR/d", function(e)
			if e.action == "endExist" then
				log("Normal", "pending ", fam.pending())
				fam.monitor("$DIR/d", tell, { id = "late" })
				log("Normal", "removed ", fam.remove("gone"), " ", fam.remove("gone"))
				log("Normal", "left ", tostring(fam.monitors().gone))
			end
		end, { id = "control" })`)
	for _, id := range []string{"poll", "inotify", "pseudo", "late"} {
		s.tellsOf(id, "exists ~/d", "exists a", "exists stop", "endExist ~/d")
	}
	s.daemon.logs("on purpose: " + p.dir + "/d")
	s.daemon.logs("on purpose: stop")
	s.daemon.logs("removed true false")
	s.daemon.logs("left nil")
	s.daemon.logs(`fam.remove: there is no monitor "gone"`)
	p.write("d/new", "1")
	for _, id := range []string{"poll", "inotify", "late"} {
		s.tells(id, "created new", "changed new")
	}
	s.tells("pseudo")
	s.daemon.stop()
}

// TestFAMOwnGlobal: a fam of the config wins; check knows monitors, and a config that has nothing else. Tasks §2 Monitors.
func TestFAMOwnGlobal(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cfg := p.config(`
		fam = { mine = true }
		assert(fam.mine and fam.monitor == nil)
		sync{ source = "$SOURCE", onCreate = "true" }`)
	daemon(t, cfg).stop()
	if code := start(t, "check", p.config(`fam.monitor("$DIR/d", print, { monitor = "nonsense" })`)).wait(); code == 0 {
		t.Error("a monitor that there is not passes")
	}
	if code := start(t, "check", p.config(`fam.monitor("$DIR/d", print)`)).wait(); code != 0 {
		t.Error("a config that only monitors does not pass")
	}
}

// TestDebugMonitor, §2: what monitors report is logged while a running daemon was asked for it.
func TestDebugMonitor(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cfg := p.config(`
		settings{ pidfile = "$DIR/pid" }
		sync{ name = "web", source = "$SOURCE", delay = 0, onCreate = function(e) log("Normal", "took ", e.path) end }
		fam.monitor("$DIR/target", function(e) log("Normal", "told ", e.filename) end)`)
	d := start(t, "-nodaemon", cfg)
	d.logs("--- Ready ---")
	d.logs("told " + p.target)
	ask := func(code int, args ...string) {
		t.Helper()
		if r := start(t, append([]string{"debug"}, args...)...); r.wait() != code {
			t.Errorf("debug %q ended with %s: %s", args, r.cmd.ProcessState, r.out)
		}
	}
	ask(0, "monitor", "on", cfg)
	p.write("source/a", "1")
	p.write("target/a", "1")
	d.logs("monitor: web: Create " + p.source + "/a")
	d.logs("monitor: Create " + p.target + "/a")
	d.logs("told a")
	d.logs("took a")
	ask(0, "monitor", "off", cfg)
	p.write("source/b", "1")
	d.logs("took b")
	if strings.Contains(d.out.String(), p.source+"/b\n") {
		t.Error("logged although nobody wants it")
	}
	ask(255, "monitor", "maybe", cfg)
	ask(255, "core", "on", cfg)
	d.stop()
}
