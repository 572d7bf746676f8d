package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/status"
)

// oddName is a name in which rsync and shells would find much to interpret.
const oddName = "sub *[a]?\\*\\ 'x\xff\n"

// disk mounts something with these files at name, and returns what unmounts it. Nobody sees it empty.
func (p *place) disk(name string, files ...string) (unmount func()) {
	p.t.Helper()
	disk, err := os.MkdirTemp(p.dir, "disk")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range files {
		p.write(filepath.Base(disk)+"/"+f, f)
	}
	p.mkdir(name)
	at := p.path(name)
	if err := unix.Mount(disk, at, "", unix.MS_BIND, ""); err != nil {
		p.t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
	}
	mounted := true
	p.t.Cleanup(func() {
		if mounted { // wherever it is by now: a directory above may have been renamed
			_ = unix.Unmount(at, unix.MNT_DETACH)
		}
	})
	return func() {
		p.t.Helper()
		eventually(p.t, "nobody to use the mount", func() bool { return unix.Unmount(at, 0) == nil })
		mounted = false
	}
}

// mirrored is a daemon whose config can be changed.
type mirrored struct {
	*place
	*process
	config func(delay string) string
	marks  int
}

func newMirrored(t *testing.T, p *place, config func(delay string) string) *mirrored {
	t.Helper()
	m := &mirrored{place: p, config: config}
	m.process = daemon(t, p.conf(config("0.2")))
	m.same()
	m.logs("startup done")
	return m
}

// conf writes the config with a pidfile, so that the daemon can be asked.
func (p *place) conf(sync string) string {
	return p.config("settings { pidfile = \"$DIR/pid\" }\n" + sync)
}

// marked waits until all changes so far have arrived, deletions too. One of a file that is known would tell less: an rsync that runs
// already may take it along, or one that sends it before another one deletes.
func (m *mirrored) marked() {
	m.place.t.Helper()
	m.marks++
	mark := fmt.Sprint("mark", m.marks)
	m.write("source/"+mark, mark)
	m.logs(": Create " + mark + "  ") // it is queued, and so is all that was before
	m.sameFile("source/"+mark, "target/"+mark)
	eventually(m.place.t, "nothing to be done", func() bool { return strings.Contains(m.ask("status"), ": in step") })
}

// again has the daemon sync everything from scratch, by a definition that changed.
func (m *mirrored) again() {
	m.place.t.Helper()
	before := strings.Count(m.out.String(), "startup done")
	m.marks++
	m.conf(m.config(fmt.Sprintf("0.2%d", m.marks)))
	m.signal(syscall.SIGHUP)
	eventually(m.place.t, "another startup", func() bool { return strings.Count(m.out.String(), "startup done") > before })
}

// keeps fails the test if a file is missing at the target, or any of others is there.
func (m *mirrored) keeps(what, file string, not ...string) {
	m.place.t.Helper()
	if !m.exists("target/" + file) {
		m.place.t.Fatalf("%s: %q was deleted at the target", what, file)
	}
	for _, f := range not {
		if m.exists("target/" + f) {
			m.place.t.Errorf("%s: %q is still at the target", what, f)
		}
	}
}

func (m *mirrored) unmounts(n int) {
	m.place.t.Helper()
	eventually(m.place.t, "the log to tell of the unmount", func() bool {
		return strings.Count(m.out.String(), "its file system was unmounted") == n
	})
}

func (m *mirrored) ask(args ...string) string {
	m.place.t.Helper()
	r := start(m.place.t, append(args, m.path("config.lua"))...)
	if code := r.wait(); code != 0 && (args[0] != "status" || code > status.Critical) {
		m.place.t.Fatalf("%q ends with %d: %s", args, code, r.out)
	}
	return r.out.String()
}

// §9: what was unmounted below a source stays at the target, whatever happens to its mount point and whatever syncs from
// scratch, until it is mounted again or somebody resumes.
func TestUnmountedStays(t *testing.T) {
	t.Parallel()
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		sub := "above/" + oddName
		p.write("source/above/beside", "b")
		unmount := p.disk("source/"+sub, "dir/f", "g")
		m := newMirrored(t, p, func(delay string) string {
			return strings.Replace(ps.config(`name = "web"`), "delay = 0.2", "delay = "+delay, 1)
		})
		unmount()
		m.unmounts(1)
		if err := os.Chtimes(p.path("source/"+sub), time.Now(), time.Now()); err != nil {
			t.Fatal(err)
		}
		m.marked()
		m.keeps("touched", sub+"/dir/f")
		m.again()
		m.keeps("a changed definition", sub+"/dir/f")
		m.signal(syscall.SIGHUP)
		m.logs("goes on: its definition is the same")
		p.write("source/"+sub+"/dir/h", "h")
		m.sameFile("source/"+sub+"/dir/h", "target/"+sub+"/dir/h")
		p.remove("source/" + sub + "/dir")
		m.marked()
		m.keeps("a file beside it is deleted", sub+"/dir/f")
		p.remove("source/above")
		m.marked()
		m.keeps("the directory above is deleted", sub+"/dir/f", "above/beside")
		m.again()
		m.keeps("the mount point is gone", sub+"/dir/f")
		if text := m.ask("status"); !strings.Contains(text, "not mounted: "+p.source+"/above/sub *[a]?") || !strings.Contains(text, ": in step") {
			t.Errorf("status: %s", text)
		}

		unmount = p.disk("source/"+sub, "dir/f", "new")
		m.same()
		unmount()
		m.unmounts(2)
		m.marked()
		p.rename("source/above", "source/other")
		m.marked()
		m.keepsOne("a directory above is renamed", "above/"+oddName, "other/"+oddName)
		m.again()
		m.keepsOne("a directory above is renamed", "above/"+oddName, "other/"+oddName)
		p.disk("source/other/"+oddName, "dir/f", "newer")()
		p.disk("source/other/"+oddName, "dir/f", "newest")
		m.same()
		m.stop()
	})
}

// keepsOne fails the test unless dir/f is in one of two directories of the target.
func (m *mirrored) keepsOne(what, a, b string) {
	m.place.t.Helper()
	if !m.exists("target/"+a+"/dir/f") && !m.exists("target/"+b+"/dir/f") {
		m.place.t.Fatalf("%s: it was deleted at the target", what)
	}
}

// beside returns a config for one of the presets that needs no server, with extra keys.
func beside(name, extra string) func(delay string) string {
	return func(delay string) string {
		return fmt.Sprintf(`sync { default.%s, name = "web", source = "$SOURCE", target = "$TARGET", delay = %s, %s }`, name, delay, extra)
	}
}

// ways are those in which rsync can be told what to do, and the mirror in process.
var ways = map[string]func(delay string) string{
	"direct":   beside("direct", ""),
	"exact":    beside("rsync", "rsync = { archive = true }"),
	"filter":   beside("rsync", `rsync = { archive = true, transfer = "filter" }`),
	"excluded": beside("rsync", `filter = { "+ /a/***" }, exclude = { "*.no" }, rsync = { archive = true, delete_excluded = true, _extra = { "--include=/a/***" } }`),
}

func eachWay(t *testing.T, f func(t *testing.T, p *place, config func(delay string) string)) {
	for name, config := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, newPlace(t), config)
		})
	}
}

// §9: several mount points, one in another, unmounted at once, while nobody looks, or although they are in use.
func TestUnmountedAtOnce(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, p *place, config func(string) string) {
		p.disk("source/a/outer", "f", "gone/f")
		p.disk("source/a/outer/inner", "f")
		p.disk("source/b", "f")
		m := newMirrored(t, p, config)
		all := []string{"a/outer/f", "a/outer/gone/f", "a/outer/inner/f", "b/f"}
		m.signal(syscall.SIGSTOP)
		inUse, err := os.Open(p.path("source/b/f"))
		if err != nil {
			t.Fatal(err)
		}
		defer inUse.Close()
		for _, name := range []string{"a/outer/inner", "a/outer", "b"} {
			if err := unix.Unmount(p.path("source/"+name), unix.MNT_DETACH); err != nil {
				t.Fatal(err)
			}
		}
		p.remove("source/a")
		m.conf(config("0.3"))
		m.signal(syscall.SIGHUP)
		m.signal(syscall.SIGCONT)
		m.unmounts(3)
		eventually(t, "another startup", func() bool { return strings.Count(m.out.String(), "startup done") > 1 })
		m.marked()
		for _, f := range all {
			m.keeps("unmounted while nobody looked", f)
		}
		status := m.ask("status", "-json")
		for _, name := range []string{"a/outer", "a/outer/inner", "b"} {
			if !strings.Contains(status, `"`+p.path("source/"+name)+`"`) {
				t.Errorf("status does not tell of %s: %s", name, status)
			}
		}

		// Only one of them is back, and not with all that it had.
		p.disk("source/a/outer", "f", "inner/other")
		m.sameFile("source/a/outer/f", "target/a/outer/f")
		eventually(t, "what is not in it any more to be deleted", func() bool { return !p.exists("target/a/outer/gone") })
		m.again()
		m.keeps("still away", "a/outer/inner/f", "a/outer/gone")
		m.keeps("still away", "b/f")
		m.ask("resume", "web")
		m.same()
		if out := m.ask("status"); strings.Contains(out, "not mounted") {
			t.Errorf("after resume: %s", out)
		}
		if r := start(t, "resume", "web", p.path("config.lua")); r.wait() == 0 || !strings.Contains(r.out.String(), "not on hold") {
			t.Errorf("nothing to resume: %s", r.out)
		}
		m.stop()
	})
}

// §9: an empty file system in the place of the one that was unmounted looks like a disk that is not there.
func TestMountedEmpty(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, p *place, config func(string) string) {
		unmount := p.disk("source/a/sub", "f")
		m := newMirrored(t, p, config)
		unmount()
		m.unmounts(1)
		unmount = p.disk("source/a/sub")
		m.logs("an empty file system is mounted there")
		m.marked()
		m.keeps("empty", "a/sub/f")
		m.again()
		m.keeps("empty, and a full sync", "a/sub/f")
		p.write("source/a/sub/new", "n")
		m.sameFile("source/a/sub/new", "target/a/sub/new")
		if err := os.Remove(p.path("source/a/sub/new")); err != nil {
			t.Fatal(err)
		}
		unmount()
		p.disk("source/a/sub", "f", "g")
		m.same()
		m.stop()
	})
}

// §9: what takes the place of a mount point does not take what was mounted there from the target.
func TestMountPointReplaced(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, p *place, config func(string) string) {
		unmount := p.disk("source/a/sub", "dir/f")
		m := newMirrored(t, p, config)
		unmount()
		m.unmounts(1)
		p.remove("source/a/sub")
		p.write("source/a/sub", "a file by now")
		m.logs("trying again")
		m.keeps("a file in its place", "a/sub/dir/f")
		p.remove("source/a/sub")
		p.write("source/x/dir/other", "o")
		p.rename("source/x", "source/a/sub")
		m.sameFile("source/a/sub/dir/other", "target/a/sub/dir/other")
		m.keeps("another directory in its place", "a/sub/dir/f")
		p.rename("source/a/sub/dir", "source/a/dir")
		m.sameFile("source/a/dir/other", "target/a/dir/other")
		m.keeps("a directory is moved out of it", "a/sub/dir/f")
		m.ask("resume", "web")
		m.same()
		m.stop()
	})
}

// §9: a mount point that is renamed is renamed at the target, too, by those who know renames.
func TestUnmountedRenamed(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		unmount := p.disk("source/a/sub", "f")
		m := newMirrored(t, p, func(string) string { return ps.config(`name = "web"`) })
		unmount()
		m.unmounts(1)
		m.marked()
		eventually(t, "nothing to be done", func() bool { return strings.Contains(m.ask("status"), ": in step") })
		p.rename("source/a/sub", "source/a/new")
		if ps.name == "rsync" {
			m.marked()
			m.keeps("renamed", "a/sub/f")
		} else {
			eventually(t, "the rename at the target", func() bool { return p.exists("target/a/new/f") && !p.exists("target/a/sub") })
		}
		if out := m.ask("status"); !strings.Contains(out, "not mounted: "+p.source+"/a/new") {
			t.Errorf("status: %s", out)
		}
		p.disk("source/a/new", "f", "g")
		m.same()
		m.stop()
	})
}

// §9: a script of one's own is told of no deletion, and can ask what is not mounted.
func TestUnmountedForScripts(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("source/mark0", "m")
	unmount := p.disk("source/a/sub", "dir/f")
	m := newMirrored(t, p, func(delay string) string {
		return `sync { name = "web", source = "$SOURCE", target = "$TARGET/", delay = ` + delay + `,
			onStartup = function(event) spawn(event, "cp", "-a", event.source .. ".", event.target) end,
			onCreate = "cp -a ^sourcePath ^targetPathdir", onModify = "cp -a ^sourcePath ^targetPathname", onDelete = "rm -rf ^targetPathname",
			onMove = "mv ^o.targetPathname ^d.targetPathname",
			onAttrib = function(event) for _, path in ipairs(event.inlet.getUnmounted()) do log("Normal", "away: ", path) end end }`
	})
	unmount()
	m.unmounts(1)
	p.write("source/a/sub/new", "n")
	m.sameFile("source/a/sub/new", "target/a/sub/new")
	p.chmod("source/mark0", 0o600)
	m.logs("away: /a/sub/")
	p.remove("source/a/sub")
	m.marked()
	m.keeps("its mount point is deleted", "a/sub/dir/f")
	p.remove("source/a")
	m.marked()
	m.keeps("the directory above is deleted", "a/sub/dir/f")
	m.ask("resume", "web")
	eventually(t, "what was resumed to be deleted", func() bool { return !p.exists("target/a") })
	m.stop()
}
