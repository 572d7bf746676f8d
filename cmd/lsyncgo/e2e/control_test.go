package e2e

import (
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/status"
)

// controlled is a daemon that commands are given to.
type controlled struct {
	*place
	config string
	daemon *process
}

func control(t *testing.T, text string) *controlled {
	t.Helper()
	p := newPlace(t)
	c := &controlled{place: p, config: p.config("settings{ pidfile = '$DIR/pid' }\n" + text)}
	c.begin()
	return c
}

func (c *controlled) begin() { c.daemon = daemon(c.t, c.config) }

// says runs a command and checks its exit status; it returns what that printed.
func (c *controlled) says(code int, args ...string) string {
	c.t.Helper()
	r := start(c.t, append(args, "-pidfile", c.path("pid"))...)
	if got := r.wait(); got != code {
		c.t.Errorf("%q: exit status %d, want %d: %s", args, got, code, r.out)
	}
	return r.out.String()
}

// status returns what lsyncgo status prints, however the syncs are.
func (p *place) status() string {
	p.t.Helper()
	r := start(p.t, "status", "-pidfile", p.path("pid"))
	if code := r.wait(); code > status.Critical {
		p.t.Errorf("status: exit status %d: %s", code, r.out)
	}
	return r.out.String()
}

func (c *controlled) state(want string) {
	c.t.Helper()
	eventually(c.t, "state "+want, func() bool {
		return strings.Contains(c.status(), "web: "+want)
	})
}

// A pause holds what happens and what a restart would do, and is kept by both a reload and a restart, with who asked; resume ends it. §10.
func TestPause(t *testing.T) {
	t.Parallel()
	c := control(t, "sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 0 }")
	c.state("in step")
	c.says(0, "pause", "web", "-for", "1h")
	c.daemon.logs("web: paused by root until ")
	c.write("source/a", "a")
	c.state("paused (paused by root until ")
	if out := c.says(1, "health"); !strings.HasPrefix(out, "LSYNCGO WARNING: 1 sync: 1 paused; web paused") {
		t.Errorf("health: %s", out)
	}
	c.daemon.signal(syscall.SIGHUP)
	c.daemon.logs("the new config is in force")
	c.state("paused")
	c.daemon.signal(syscall.SIGTERM)
	c.daemon.wait()
	c.begin()
	c.daemon.logs("web: still paused by root until ")
	c.state("paused")
	if c.exists("target/a") {
		t.Error("it was synced in spite of the pause")
	}
	c.says(0, "resume", "web")
	c.daemon.logs("web: resumed by root")
	c.same()
	c.state("in step")
	if c.exists("pid.pauses") {
		t.Error("the file of pauses is still there")
	}
	if out := c.says(1, "pause", "none"); !strings.Contains(out, `no sync "none"; there are web`) {
		t.Errorf("an unknown name: %s", out)
	}
}

// resync mends what somebody has changed at the target: of a path just that, else all. §10.
func TestResync(t *testing.T) {
	t.Parallel()
	for _, preset := range []string{"direct", "rsync"} {
		t.Run(preset, func(t *testing.T) {
			t.Parallel()
			c := control(t, "sync{ default."+preset+", name = 'web', source = '$SOURCE', target = '$TARGET', delay = 0, exclude = { '*.o' } }")
			for _, name := range []string{"d/one", "d/two", "e/three", "e/gone/x"} {
				c.write("source/"+name, name)
			}
			c.same()
			c.state("in step")
			spoil := func() {
				c.write("target/d/one", "spoilt")
				c.write("target/d/more", "more")
				c.write("target/e/three", "spoilt")
			}
			spoil()
			c.says(0, "resync", "web", c.path("source/d"))
			c.sameTrees(c.path("source/d"), c.path("target/d"))
			if c.content("target/e/three") != "spoilt" {
				t.Error("more than the path was synced")
			}
			c.says(0, "resync", "web", c.path("source/e/three"))
			c.same()
			spoil()
			c.says(0, "resync", "web")
			c.same()
			c.write("target/e/left/behind", "x")
			c.says(0, "resync", "web", c.path("source/e/left"))
			c.same()
			c.daemon.logs("resync of " + c.source + "/e/left asked for by root")
			for path, want := range map[string]string{c.path("target/d"): "is not inside the source", c.source + "/d/../../pid": "is not inside the source",
				c.path("source/d/x.o"): "excluded by rule"} {
				if out := c.says(1, "resync", "web", path); !strings.Contains(out, want) {
					t.Errorf("%s: %s", path, out)
				}
			}
		})
	}
}

// reload tells what came of it; stop returns when the daemon has ended, and says who asked. §10.
func TestReloadAndStop(t *testing.T) {
	t.Parallel()
	const text = "sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 0 }\n"
	c := control(t, text)
	c.state("in step")
	c.config = c.place.config("settings{ pidfile = '$DIR/pid' }\n" + text + "sync{ default.direct, name = 'two', source = '$SOURCE', target = '$DIR/two', delay = 0 }")
	if out := c.says(0, "reload"); !strings.Contains(out, "the new config is in force") {
		t.Error(out)
	}
	c.daemon.logs("--- reload asked for by root, resetting ---")
	if out := c.says(0, "status", "two"); !strings.HasPrefix(out, "1 sync: ") || strings.Contains(out, "web: ") {
		t.Errorf("status of one: %s", out)
	}
	c.place.config("settings{ pidfile = '$DIR/pid' }\nsync{ default.direct, name = 'web', source = '$SOURCE' }")
	if out := c.says(1, "reload"); !strings.Contains(out, "target") || !strings.Contains(out, "config.lua:2") {
		t.Errorf("a broken config: %s", out)
	}
	c.says(0, "stop")
	if code := c.daemon.wait(); code != 0 {
		t.Errorf("the daemon ended with %d", code)
	}
	c.daemon.logs("--- stop asked for by root, fading ---")
	if out := c.says(3, "health"); !strings.HasPrefix(out, "LSYNCGO UNKNOWN: ") || !strings.Contains(out, "no running daemon answers") {
		t.Error(out)
	}
	c.says(3, "status")
	c.says(1, "pause", "web")
}

// Whose source is lost is held, and the exit status says so. §10.
func TestExitStatusOfHeld(t *testing.T) {
	t.Parallel()
	c := control(t, "sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 0 }")
	c.state("in step")
	c.rename("source", "away")
	c.state("held (")
	if out := c.says(2, "status", "-problems"); !strings.HasPrefix(out, "1 sync: 1 held\n") {
		t.Error(out)
	}
	if out := c.says(2, "health"); !strings.HasPrefix(out, "LSYNCGO CRITICAL: 1 sync: 1 held; web held (") {
		t.Error(out)
	}
}

// wait returns when what happened before it has arrived, and not before; where the system tells nothing, after a look at everything. §10.
func TestWait(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"inotify": "sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 1 }",
		"poll":    "settings{ pollInterval = 3600 } sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 0, monitor = 'poll' }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := control(t, text)
			for _, file := range []string{"a", "d/b", "d/e/c"} {
				c.write("source/"+file, file)
				c.says(0, "wait", "-timeout", "50s")
				if c.content("target/"+file) != file {
					t.Errorf("%s has not arrived", file)
				}
			}
			c.remove("source/d")
			c.says(0, "wait", "web")
			if c.exists("target/d") {
				t.Error("the deletion has not arrived")
			}
			if out := c.says(1, "wait", "none"); !strings.Contains(out, `no sync "none"`) {
				t.Error(out)
			}
			c.says(0, "pause", "web")
			c.write("source/x", "x")
			if out := c.says(1, "wait"); !strings.Contains(out, `sync "web" is paused`) {
				t.Error(out)
			}
		})
	}
}

// A wait ends after -timeout, and says how the syncs are. §10.
func TestWaitTimesOut(t *testing.T) {
	t.Parallel()
	c := control(t, "sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 3600 }")
	c.state("in step")
	c.write("source/a", "a")
	if out := c.says(1, "wait", "-timeout", "200ms"); !strings.Contains(out, "not everything has arrived within 200ms: 1 sync: 1 behind") {
		t.Error(out)
	}
}

// trace tells of each sync that has the path. §10.
func TestTrace(t *testing.T) {
	t.Parallel()
	c := control(t, `sync{ default.direct, name = 'web', source = '$SOURCE', target = '$TARGET', delay = 3600, exclude = { '*.o' } }
		sync{ default.direct, name = 'other', source = '$DIR/target', target = '$DIR/third', delay = 0 }`)
	c.state("in step")
	c.write("source/d/a", "a")
	c.state("behind")
	c.write("source/d/x.o", "x")
	if out := c.says(0, "trace", c.path("source/d/a")); !strings.Contains(out, "web: behind, it exists\n  waiting: Create d/") || strings.Contains(out, "other: ") ||
		!strings.Contains(out, "last batch: ") {
		t.Error(out)
	}
	if out := c.says(0, "trace", c.path("source/d/x.o")); !strings.Contains(out, `left alone: "d/x.o" is excluded by rule 1 of 1, "- *.o"`) {
		t.Error(out)
	}
	if out := c.says(0, "trace", c.path("source/none")); !strings.Contains(out, "it does not exist\n  nothing is pending for it") {
		t.Error(out)
	}
	if out := c.says(1, "trace", c.path("pid")); !strings.Contains(out, "no sync has ") {
		t.Error(out)
	}
}
