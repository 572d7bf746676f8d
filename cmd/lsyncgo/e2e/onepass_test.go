package e2e

import (
	"os"
	"strings"
	"testing"
)

// §1: -onepass ends with 1 when a sync is held, died or gave something up, with 0 if all is done, and
// with 255 if the start failed; as a daemon, too. §9 tunnel: one that cannot be opened.
func TestOnePassSaysWhatIsUndone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings string
		sync     string
		prepare  func(p *place)
		code     int
		says     string
	}{
		{"done", "", `default.direct, target = "$TARGET"`, func(p *place) { p.write("source/f", "new") }, 0, ""},
		{"an empty source", "", `default.direct, target = "$TARGET"`, func(p *place) { p.write("target/f", "old") }, 1, "web is on hold"},
		{"a limit of deletions", "", `default.direct, target = "$TARGET", guard = { maxDelete = 1 }`, func(p *place) {
			p.write("source/f", "new")
			p.write("target/a", "old")
			p.write("target/b", "old")
		}, 1, "web is on hold"},
		{"a limit of deletions, by rsync", "", `default.rsync, target = "$TARGET", guard = { maxDelete = 1 }`, func(p *place) {
			p.write("source/f", "new")
			for _, name := range []string{"a", "b", "c", "d", "e"} { // rsync deletes as many as it may
				p.write("target/"+name, "old")
			}
		}, 1, "web is on hold"},
		{"given up", "", `init = function(event) spawn(event, "sh", "-c", "exit 23") end, collect = function() return "partial" end, onCreate = "true"`, nil, 1, "web is degraded"},
		{"a script that fails", "", `init = function(event) error("wrong") end, onCreate = "true"`, nil, 1, "web is degraded"},
		{"a sync has died", `, onDie = "stop-sync"`, `default.rsync, target = "$TARGET", rsync = { binary = "/bin/false" }`, nil, 1, "web has died"},
		{"a startup that fails", "", `default.rsync, target = "$DIR/no/such/", rsync = { archive = true }`, nil, 255, "sync web has died"},
		{"a tunnel that is never ready", "", `default.rsync, target = "$TARGET", tunnel = tunnel { command = { "false" } }`, nil, 255, "sync web has died"},
		{"a missing source", "", `default.rsync, source = "$DIR/none", target = "$TARGET"`, nil, 255, "does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			if c.prepare != nil {
				c.prepare(p)
			}
			if !strings.Contains(c.sync, "source =") {
				c.sync += `, source = "$SOURCE"`
			}
			config := p.config(`settings { logfile = "$DIR/log", onepass = true` + c.settings + ` }
				sync { name = "web", delay = 0.1, ` + c.sync + ` }
				sync { name = "fine", source = "$SOURCE", init = function(event) spawn(event, "sh", "-c", "echo fine >> $DIR/fine") end, onCreate = "true" }`)
			for i, mode := range [][]string{{"-nodaemon"}, {}} {
				_ = os.Remove(p.path("fine"))
				d := start(t, append(mode, config)...)
				if code := d.wait(); code != c.code {
					t.Errorf("%q: exit code %d, want %d", mode, code, c.code)
				}
				if !strings.Contains(d.out.String()+p.content("log"), c.says) || i == 1 && c.code != 0 && !strings.Contains(d.out.String(), c.says) {
					t.Errorf("%q: nothing about %q in\n%s", mode, c.says, p.content("log"))
				}
				if c.code != 255 && p.content("fine") != "fine\n" {
					t.Errorf("%q: the other sync was not done", mode)
				}
				if c.name == "done" {
					p.same()
				}
			}
		})
	}
}
