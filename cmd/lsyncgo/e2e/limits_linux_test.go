package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// §9: with fewer inotify watches than directories the start says how many are needed and
// which sysctl to set, and what happens in directories without a watch still arrives.
func TestWatchLimit(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const dirs, limit = 100, 40
	dir := func(i int) string { return fmt.Sprintf("source/d%d/", i) }
	for i := range dirs {
		p.write(dir(i)+"old", "1")
	}
	d := limited(t, limit, "-nodaemon", "-log", "all", p.config(rsyncOf("$SOURCE", "$TARGET")))
	d.logs("--- Ready ---")
	d.logs("fs.inotify.max_user_watches")
	said := regexp.MustCompile(`max_user_watches to at least (\d+)`).FindStringSubmatch(d.out.String())
	if said == nil {
		t.Fatal("no number to set the limit to")
	}
	if n, err := strconv.Atoi(said[1]); err != nil || n < dirs {
		t.Errorf("told to set the limit to %s for %d directories", said[1], dirs)
	}
	p.same()
	for i := range dirs {
		p.write(dir(i)+"new", "n")
		p.write(dir(i)+"old", "longer")
		p.write(dir(i)+"x/y/z", "z")
	}
	p.remove(dir(0))
	p.rename(dir(1), "source/renamed")
	p.same()
	d.stop()
}

// limited starts the program in a user namespace of its own that allows only so many inotify watches.
func limited(t *testing.T, watches int, args ...string) *process {
	t.Helper()
	script := fmt.Sprintf(`echo %d >/proc/sys/user/max_inotify_watches && exec "$@"`, watches)
	cmd := exec.Command("sh", append([]string{"-c", script, "sh", binary}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	return launch(t, cmd, nil)
}

// §9: the kernel's queue overflows with the events of one source. That source is repaired by a startup of its
// own; the sync of the other one starts nothing from scratch and misses nothing.
func TestQueueOverflow(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.wrapper("rsync", `echo "$@" >>calls`)
	for _, name := range []string{"flooded", "flooded-copy", "calm", "calm-copy"} {
		p.mkdir(name)
	}
	p.write("flooded/one", "1")
	p.write("flooded/two", "2")
	p.write("calm/one", "1")
	d := daemon(t, p.config(`
		sync { default.rsync, name = "flooded", source = "$DIR/flooded", target = "$DIR/flooded-copy", delay = 0.1, rsync = { binary = "$DIR/bin/rsync", archive = true } }
		sync { default.rsync, name = "calm", source = "$DIR/calm", target = "$DIR/calm-copy", delay = 0.1, rsync = { binary = "$DIR/bin/rsync", archive = true } }`))
	d.logs("flooded: startup done")
	d.logs("calm: startup done")

	d.signal(syscall.SIGSTOP) // nobody empties the kernel's queue
	eventually(t, "a stopped process", d.stands)
	for i := range p.number("/proc/sys/fs/inotify/max_queued_events") + 100 {
		// Of two files in turn, since the kernel folds an event into an equal one before it.
		name := p.path([]string{"flooded/one", "flooded/two"}[i%2])
		if err := os.Chmod(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.write("flooded/lost", "its event does not fit any more")
	p.write("calm/new", "n")
	p.remove("calm/one")
	d.signal(syscall.SIGCONT)

	d.logs("flooded: events were lost")
	p.sameTrees(p.path("flooded"), p.path("flooded-copy"))
	p.sameTrees(p.path("calm"), p.path("calm-copy"))
	if strings.Contains(d.out.String(), "calm: events were lost") {
		t.Error("the other sync was told of the overflow")
	}
	recursive := regexp.MustCompile(`(?m)-r -- (\S+)/ `)
	count := map[string]int{}
	for _, call := range recursive.FindAllStringSubmatch(p.content("calls"), -1) {
		count[call[1]]++
	}
	if count[p.path("flooded")] != 2 || count[p.path("calm")] != 1 {
		t.Errorf("startups: %v; want 2 of the flooded one, 1 of the other", count)
	}
	d.stop()
}

// stands reports whether every thread of the process is stopped. A signal that was sent
// is not there yet.
func (d *process) stands() bool {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", d.cmd.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, name := range files {
		if text, err := os.ReadFile(name); err != nil || !strings.Contains(string(text), ") T ") {
			return false
		}
	}
	return len(files) > 0
}

// number reads a number from a file of the kernel's.
func (p *place) number(path string) int {
	p.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// §8: directories that are excluded take no watch, those that are not take one each.
func TestExcludedIsNotWatched(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for i := range 50 {
		p.mkdir(fmt.Sprintf("source/cache/%d/deep", i))
		p.mkdir(fmt.Sprintf("source/kept/%d", i))
	}
	watches := func(exclude string) int {
		d := daemon(t, p.config(`sync { default.direct, source = "$SOURCE", target = "$TARGET", exclude = {`+exclude+`} }`))
		defer d.stop()
		return p.watches(d)
	}
	all := watches("")
	if n := watches(`"cache"`); n != all-101 {
		t.Errorf("%d watches without the 101 directories that are excluded, %d with them", n, all)
	}
	if n := watches(`"/cache/*/"`); n != all-100 {
		t.Errorf("%d watches without the 100 directories that are excluded, %d with them", n, all)
	}
}

// watches counts the inotify watches that the kernel says the program has.
func (p *place) watches(d *process) (n int) {
	p.t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", d.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, file := range files {
		text, _ := os.ReadFile(file) // closed meanwhile, if there is an error
		n += strings.Count(string(text), "inotify wd:")
	}
	return n
}
