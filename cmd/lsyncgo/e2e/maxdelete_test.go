package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/status"
)

// guarded are syncs with a guard, by what does the work.
var guarded = map[string]string{
	"rsync":  `sync { default.rsync, name = "web", source = "$SOURCE", target = "$TARGET", delay = 1, rsync = { archive = true }, guard = { maxDelete = "50%" } }`,
	"direct": `settings { guard = { maxDelete = "50%" } } sync { default.direct, name = "web", source = "$SOURCE", target = "$TARGET", delay = 1 }`,
	"layer1": `sync { name = "web", source = "$SOURCE", target = "$TARGET", delay = 1, guard = { maxDelete = "50%" },
		init   = function(event) spawn(event, "rsync", "-a", "--modify-window=-1", "$SOURCE/", "$TARGET/") end,
		action = function(inlet) spawn(inlet.getEvents(), "rsync", "-a", "--modify-window=-1", "--delete", "$SOURCE/", "$TARGET/") end }`,
}

// files makes n files below a directory of the scratch directory.
func (p *place) files(dir string, n int) {
	p.t.Helper()
	for i := range n {
		p.write(fmt.Sprintf("%s/%d", dir, i), "content")
	}
}

// entries counts what a directory of the scratch directory holds.
func (p *place) entries(dir string) int {
	p.t.Helper()
	list, err := os.ReadDir(p.path(dir))
	if err != nil {
		p.t.Fatal(err)
	}
	return len(list)
}

// held waits until the sync was put on hold n times, and returns what status says of it.
func (p *place) held(d *process, n int, config string) string {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("hold number %d", n), func() bool {
		return strings.Count(d.out.String(), "on hold: ") >= n
	})
	if got := strings.Count(d.out.String(), "on hold: "); got != n {
		p.t.Errorf("said %d times that it is on hold, want %d", got, n)
	}
	st := start(p.t, "status", config)
	if code := st.wait(); code != status.Critical {
		p.t.Errorf("status: exit code %d", code)
	}
	return st.out.String()
}

func (p *place) resume(config string) {
	p.t.Helper()
	if r := start(p.t, "resume", "web", config); r.wait() != 0 {
		p.t.Fatalf("resume: %s", r.out)
	}
}

// TestMaxDelete: deletes below the limit pass; a flood waits until it is said to be right.
// §9: the limit for deletions.
func TestMaxDelete(t *testing.T) {
	for name, text := range guarded {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.files("source/few", 4)
			p.files("source/many", 6)
			config := p.config(`settings { pidfile = "$DIR/pid" } ` + text)
			d := daemon(t, config)
			p.same()

			p.remove("source/few/0")
			p.remove("source/few/1")
			p.same()

			p.remove("source/many")
			status := p.held(d, 1, config)
			if !strings.Contains(status, `would delete 9 of 12 entries (limit 50%): first "few/`) {
				t.Errorf("status: %s", status)
			}
			p.write("source/new", "n")
			d.signal(syscall.SIGHUP)
			d.logs("the new config is in force")
			if status := p.held(d, 1, config); !strings.Contains(status, "would delete 9 of 12") {
				t.Errorf("status after HUP: %s", status)
			}
			if p.entries("target/many") != 6 || p.exists("target/new") {
				t.Error("the target was touched")
			}
			p.resume(config)
			p.same()

			p.remove("source/few")
			p.held(d, 2, config)
			if !p.exists("target/few/2") {
				t.Error("what was allowed once is allowed again")
			}
			d.stop()
			if name == "layer1" { // its startup deletes nothing
				return
			}
			d = daemon(t, "-force", config)
			p.same()
			p.remove("source/new")
			p.same()
			d.stop()
		})
	}
}

// TestMaxDeleteTrickles: without a delay a flood comes in small batches.
// §9: the limit for deletions.
func TestMaxDeleteTrickles(t *testing.T) {
	t.Parallel()
	const files = 300
	p := newPlace(t)
	p.files("source", files)
	config := p.config(`settings { pidfile = "$DIR/pid" }
		sync { default.direct, name = "web", source = "$SOURCE", target = "$TARGET", delay = 0, guard = { maxDelete = "50%" } }`)
	d := daemon(t, config)
	p.same()
	for i := range files {
		p.remove(fmt.Sprintf("source/%d", i))
		if i == 5 {
			eventually(t, "the first deletes at the target", func() bool { return !p.exists("target/5") })
		}
	}
	p.held(d, 1, config)
	if n := p.entries("target"); n < files/2 || n > files-5 {
		t.Errorf("%d of %d are left", n, files)
	}
	p.resume(config)
	p.same()
	d.stop()
}

// TestMaxDeleteAtStart: the startup deletes no more than the limit either.
// §9: the limit for deletions.
func TestMaxDeleteAtStart(t *testing.T) {
	for name, left := range map[string]int{"rsync": 8, "direct": 10} { // rsync stops at the limit, the mirror before
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.files("source", 4)
			p.files("target/old", 9)
			config := p.config(`settings { pidfile = "$DIR/pid" } ` + guarded[name])
			d := daemon(t, config)
			if status := p.held(d, 1, config); !strings.Contains(status, "the startup would delete more than 2 entries (limit 50% of 4): ") {
				t.Errorf("status: %s", status)
			}
			if n := p.entries("target/old") + 1; n < left {
				t.Errorf("%d old entries are left, want at least %d", n, left)
			}
			d.stop()
			d = daemon(t, config)
			p.held(d, 1, config)
			p.resume(config)
			p.same()
			d.stop()
		})
	}
}

// TestNoGuard: without a guard what happened is passed on, whatever it was.
// §9: the limit for deletions.
func TestNoGuard(t *testing.T) {
	for name, text := range guarded {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.files("source/d", 20)
			p.write("source/f", "f")
			d := daemon(t, p.config(strings.ReplaceAll(text, `{ maxDelete = "50%" }`, "false")))
			p.same()
			p.remove("source/d")
			p.remove("source/f")
			eventually(t, "target empty", func() bool { return p.entries("target") == 0 })
			d.stop()
		})
	}
}
