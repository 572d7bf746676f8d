package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestExisting, TASKS-AND-MONITORS §2 "exists": each monitor tells what there is, directories before what is in them, the end once, and
// then what happens; all of it again when the source was away or the definition is another one, and for no other reason.
func TestExisting(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	odd := "-o \xff \"'$(x)"
	p.write("source/d/e/f", "1")
	p.write("source/"+odd, "1")
	p.write("source/no.tmp", "1")
	const config = `
		settings{ pollInterval = 0.1 }
		for _, name in ipairs{ "inotify", "poll", "pseudo", "inotify+poll" } do
			local seen = { [""] = true }
			local function line(e) tell{ requestID = name, action = e.etype, filename = e.path } end
			sync{ name = name, source = "$SOURCE", monitor = name, delay = 0, exclude = "*.tmp", EXTRA
				onExist = function(e)
					assert(seen[e.pathdir], e.path)
					seen[e.path] = true
					if not e.isdir then assert(run("test", "-f", e.sourcePathname) == 0) end
					line(e)
				end,
				onEndExist = line, onCreate = line }
		end`
	s := newFAM(t, p, strings.ReplaceAll(config, "EXTRA", ""))
	all := func(monitors ...string) {
		t.Helper()
		for _, id := range monitors {
			s.tellsOf(id, "EndExist ", "Exist "+odd, "Exist d/", "Exist d/e/", "Exist d/e/f")
		}
	}
	all("inotify", "poll", "pseudo", "inotify+poll")
	p.write("source/new", "1")
	s.tells("inotify", "Create new")
	s.tells("poll", "Create new")
	s.daemon.signal(syscall.SIGHUP)
	s.daemon.logs("inotify: goes on")
	p.remove("source/new")
	if err := os.Rename(p.source, p.dir+"/away"); err != nil {
		t.Fatal(err)
	}
	s.daemon.logs("Error: inotify: source " + p.source + "/ is lost")
	s.daemon.logs("Error: poll: source " + p.source + "/ is lost")
	if err := os.Rename(p.dir+"/away", p.source); err != nil {
		t.Fatal(err)
	}
	all("inotify", "poll")
	p.config(tell + strings.ReplaceAll(config, "EXTRA", "maxProcesses = 2,"))
	s.daemon.signal(syscall.SIGHUP)
	all("inotify", "poll", "pseudo")
	s.daemon.stop()
}

// TestExistingOnePass, §2 "exists": a single pass ends when all was told, of many entries, too; a command gets each name as one argument.
func TestExistingOnePass(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, name := range []string{"a b", "x\ny", "$(touch $HOME)", "-rf"} {
		p.write("source/"+name, "1")
	}
	d := start(t, "-nodaemon", "-onepass", p.config(`
		sync{ default.direct, source = "$SOURCE", target = "$TARGET", onExist = [[printf '%s\0' ^path >> $DIR/told]], onEndExist = "touch $DIR/end" }`))
	if code := d.wait(); code != 0 {
		t.Errorf("ended with %d: %s", code, d.out)
	}
	if got := p.content("told"); len(strings.Split(got, "\x00")) != 5 || !strings.Contains(got, "x\ny\x00") || !p.exists("end") {
		t.Errorf("told %q", got)
	}
	p.same()
}
