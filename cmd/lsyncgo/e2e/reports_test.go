package e2e

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// §10: what a monitoring plugin reads from the status file: the time in its first line, how many delays
// each sync has, and these.
func TestStatusFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.wrapper("rsync", `while [ -e hold ]; do read line <fifo; done`)
	if err := syscall.Mkfifo(p.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.mkdir("second")
	p.mkdir("second-copy")
	p.write("second/seed", "s")
	d := daemon(t, p.config(`settings { statusFile = "$DIR/status", statusInterval = 0.1 }
		`+rsyncBy+rsyncOf("$DIR/second", "$DIR/second-copy")))
	d.logs("Sync1: startup done")
	d.logs("Sync2: startup done")
	p.write("hold", "")
	p.write("source/first", "1")
	eventually(t, "the first to be sent", func() bool { return strings.Contains(p.content("status"), "\nactive Create /first\n") })
	p.mkdir("source/dir")
	p.write("source/dir/second", "2")
	eventually(t, "both delays in the file", func() bool {
		return strings.Contains(p.content("status"), "\nwait   Create /dir/\n") && strings.Contains(p.content("status"), "\nblock  Create /dir/second\n")
	})
	text := p.content("status")
	at, err := time.ParseInLocation("Lsyncd status report at Mon Jan _2 15:04:05 2006", strings.SplitN(text, "\n", 2)[0], time.Local)
	if info, stat := os.Stat(p.path("status")); err != nil || stat != nil || info.ModTime().Sub(at).Abs() > time.Hour {
		t.Errorf("the first line says %v (%v, %v):\n%s", at, err, stat, text)
	}
	var counts []string
	for _, found := range regexp.MustCompile(`(?m)^There are (\d+) delays$`).FindAllStringSubmatch(text, -1) {
		counts = append(counts, found[1])
	}
	if strings.Join(counts, " ") != "3 0" {
		t.Errorf("delays of the two syncs: %v\n%s", counts, text)
	}
	p.remove("hold")
	p.goOn("fifo")
	p.same()
	eventually(t, "empty queues", func() bool { return strings.Count(p.content("status"), "There are 0 delays") == 2 })
	d.stop()
}

// §9: thousands of changes wait while a transfer runs; then one more transfer takes them all. What more of them
// cost is measured without a file system, in engine/core.
func TestLongQueue(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.wrapper("rsync", `echo >>calls; while [ -e hold ]; do read line <fifo; done`)
	if err := syscall.Mkfifo(p.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, "-nodaemon", "-pidfile", p.path("pid"), p.config(rsyncBy)) // logging nothing about each of them
	d.logs("startup done")
	p.write("hold", "")
	p.write("source/first", "1")
	eventually(t, "a transfer", func() bool { return strings.Count(p.content("calls"), "\n") == 2 })
	const changes = 2500
	for i := range changes {
		if i < 100 {
			p.mkdir("source/" + strconv.Itoa(i))
		}
		name := p.path("source/" + strconv.Itoa(i%100) + "/" + strconv.Itoa(i))
		if err := os.Symlink("x", name); err != nil { // the cheapest of changes
			t.Fatal(err)
		}
	}
	eventually(t, "all to wait", func() bool { return p.pending() >= changes })
	p.remove("hold")
	p.goOn("fifo")
	eventually(t, "all to be sent", p.idle) // comparing so many files costs more than sending them
	p.same()
	if n := strings.Count(p.content("calls"), "\n"); n > 4 {
		t.Errorf("%d calls of rsync", n)
	}
	d.stop()
}

// §9: settings reach syncs before and behind them, a sync's own value beats them, and the command line both.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	config := p.config(`
		sync { default.rsync, name = "before", source = "$SOURCE", target = "$TARGET" }
		settings { delay = 3, maxDelays = 30, maxProcesses = 2 }
		sync { default.rsync, name = "own", source = "$SOURCE", target = "$TARGET", delay = 4, maxDelays = 40, maxProcesses = 1 }
		sync { default.rsync, name = "behind", source = "$SOURCE", target = "$TARGET" }`)
	for _, c := range []struct{ option, before, own, behind string }{
		{"", "3s", "4s", "3s"},
		{"-delay=5", "5s", "5s", "5s"},
	} {
		args := []string{"check", config}
		if c.option != "" {
			args = append(args, strings.Split(c.option, "=")...)
		}
		check := start(t, args...)
		if check.wait() != 0 {
			t.Fatal(check.out)
		}
		for name, want := range map[string][3]string{"before": {c.before, "30", "2"}, "own": {c.own, "40", "1"}, "behind": {c.behind, "30", "2"}} {
			of := regexp.MustCompile(`(?s)\n` + name + ` .*?delay\s+(\S+).*?maxDelays\s+(\S+).*?maxProcesses\s+(\S+)`).FindStringSubmatch(check.out.String())
			if of == nil || of[1] != want[0] || of[2] != want[1] || of[3] != want[2] {
				t.Errorf("%s %s: %q, want %q in:\n%s", c.option, name, of, want, check.out)
			}
		}
	}
}
