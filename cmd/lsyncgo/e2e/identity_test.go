package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/root"
)

// stranger is a user who is neither root nor anybody else.
const stranger = 64002

// watched starts a daemon with a sync named web and waits for its startup.
func (p *place) watched(t *testing.T, ps preset) *process {
	t.Helper()
	d := daemon(t, p.defined(ps, ""))
	p.same()
	return d
}

// defined writes the config of the sync, with extra keys.
func (p *place) defined(ps preset, extra string) string {
	return p.config(`settings { insist = true, pidfile = "$DIR/pid" }` + "\n" + ps.config(`name = "web", `+extra))
}

// reload changes the definition.
func (p *place) reload(ps preset, d *process) {
	before := strings.Count(d.out.String(), "the new config is in force")
	p.defined(ps, "delay = 0.1")
	d.signal(syscall.SIGHUP)
	eventually(p.t, "the new config", func() bool { return strings.Count(d.out.String(), "the new config is in force") > before })
}

// holds waits for the hold and looks whether a file is still at the target.
func (p *place) holds(d *process, why, file, content string) {
	p.t.Helper()
	d.logs(why)
	st := start(p.t, "status", p.path("config.lua"))
	if st.wait(); !strings.Contains(st.out.String(), why) {
		p.t.Errorf("status does not say %q: %s", why, st.out)
	}
	if got := p.content(file); got != content {
		p.t.Errorf("%s is %q", file, got)
	}
}

// again removes what was renamed to away and makes a directory called name, on the same file system, that has its inode
// number if one of the next ones gets that: so it is on ext4, and not on tmpfs.
func (p *place) again(away, name string) {
	p.t.Helper()
	p.remake(away, name, 50)
}

// remake is again with so many tries, and reports whether the number is the same: it is free as soon as nobody has the
// old directory open.
func (p *place) remake(away, name string, tries int) (same bool) {
	p.t.Helper()
	before, err := root.Is(p.path(away))
	if err != nil {
		p.t.Fatal(err)
	}
	p.remove(away)
	for i := range tries {
		next := filepath.Join(filepath.Dir(name), fmt.Sprint("next", i))
		p.mkdir(next)
		now, err := root.Is(p.path(next))
		if err != nil {
			p.t.Fatal(err)
		}
		if same = now.Inode == before.Inode; same || i == tries-1 {
			p.rename(next, name)
			break
		}
	}
	return same
}

// link puts a link of a stranger at name.
func (p *place) link(to, name string) {
	p.t.Helper()
	err := os.Symlink(p.path(to), p.path(name))
	if err == nil {
		err = os.Lchown(p.path(name), stranger, stranger)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// §9: a source that was made again, with the same inode number, is another directory.
func TestSourceMadeAgain(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/dir/a", "1")
		d := p.watched(t, ps)
		p.rename("source", "away")
		d.logs("is lost")
		p.again("away", "source")
		p.holds(d, "came back as another directory", "target/dir/a", "1")
		p.write("source/b", "2")
		p.resume(p.path("config.lua"))
		p.same()
		d.stop()
	})
}

// §9: another file system in place of the source's is not the source, and the right one goes on by itself.
func TestSourceSwapped(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		for _, dir := range []string{"source", "right", "wrong"} {
			p.mkdir(dir)
		}
		p.mount("right", "size=4m")
		p.mount("wrong", "size=4m")
		p.write("right/a", "1")
		p.write("wrong/b", "2")
		unmount := p.bind("right", "source")
		d := p.watched(t, ps)
		unmount()
		d.logs("is lost")
		unmount = p.bind("wrong", "source")
		p.holds(d, "came back as another directory", "target/a", "1")
		unmount()
		p.write("right/c", "3")
		p.bind("right", "source")
		p.same()
		d.stop()
	})
}

// §9: the same source, emptied while it was away, deletes nothing until somebody says so.
func TestSourceReturnsEmpty(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/a", "1")
		d := p.watched(t, ps)
		p.rename("source", "away")
		d.logs("is lost")
		p.remove("away/a")
		p.rename("away", "source")
		p.holds(d, "a disk may not be mounted", "target/a", "1")
		p.resume(p.path("config.lua"))
		p.same()
		d.stop()
	})
}

// §9: a reload does not forget that the source is lost: what lies below its mount point is not the source.
func TestReloadWhileLost(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.mkdir("disk")
		p.write("source/NOT-MOUNTED", "")
		p.mount("disk", "size=4m")
		p.write("disk/a", "1")
		unmount := p.bind("disk", "source")
		d := p.watched(t, ps)
		unmount()
		d.logs("is lost")
		p.reload(ps, d)
		p.holds(d, "came back as another directory", "target/a", "1")
		p.write("disk/b", "2")
		p.bind("disk", "source")
		p.same()
		d.stop()
	})
}

// §9: nor if nothing is there to be watched.
func TestReloadWhileAway(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/a", "1")
		d := p.watched(t, ps)
		p.rename("source", "away")
		d.logs("is lost")
		p.reload(ps, d)
		d.logs("still on hold")
		p.write("away/b", "2")
		p.rename("away", "source")
		p.same()
		d.stop()
	})
}

// §9: a link of another user in place of the source, or above it, leads nowhere.
func TestSourceBehindLink(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.source = p.path("u/source")
		p.write("u/source/a", "1")
		p.write("victim/source/secret", "s")
		d := p.watched(t, ps)
		p.rename("u", "u.old")
		p.link("victim", "u")
		p.holds(d, "is not followed", "target/a", "1")
		if p.exists("target/secret") {
			t.Error("what the link leads to was sent")
		}
		p.remove("u")
		d.logs("is lost")
		p.rename("u.old", "u")
		p.write("u/source/b", "2")
		p.same()
		d.stop()
	})
}

// §9: nor does one that is there when the config is loaded.
func TestSourceIsLink(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("victim/secret", "s")
	p.mkdir("u")
	p.link("victim", "u/source")
	p.source = p.path("u/source")
	d := start(t, "-nodaemon", "-insist", p.defined(preset{name: "direct"}, ""))
	if code := d.wait(); code != 255 || !strings.Contains(d.out.String(), "is not followed") {
		t.Errorf("exit code %d: %s", code, d.out)
	}
	if p.exists("target/secret") {
		t.Error("what the link leads to was sent")
	}
}

func eachLocal(t *testing.T, f func(t *testing.T, ps preset)) {
	for _, name := range []string{"direct", "rsync"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, preset{name: name})
		})
	}
}

// §9: a target that is another directory, and not empty, is left alone until somebody says that it is right. A reload forgets nothing.
func TestTargetOther(t *testing.T) {
	t.Parallel()
	eachLocal(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/dir/a", "1")
		d := p.watched(t, ps)
		p.rename("target", "away")
		p.again("away", "target")
		p.write("target/precious", "only copy")
		p.write("source/b", "2")
		p.holds(d, "another directory than before", "target/precious", "only copy")
		p.reload(ps, d)
		d.logs("still on hold")
		p.write("source/c", "3")
		p.holds(d, "another directory than before", "target/precious", "only copy")
		if p.exists("target/b") || p.exists("target/c") {
			t.Error("it was written to another directory")
		}
		p.resume(p.path("config.lua"))
		p.same()
		d.stop()
	})
}

// §9: one that was made again, with the same inode number, or emptied, gets everything.
func TestTargetMadeAgain(t *testing.T) {
	t.Parallel()
	eachLocal(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/dir/a", "1")
		d := p.watched(t, ps)
		p.rename("target", "away")
		p.again("away", "target")
		p.write("source/b", "2")
		d.logs(`web: Full "": exit code 0`)
		p.same()
		p.remove("target/dir")
		p.remove("target/b")
		p.write("source/c", "3")
		p.same()
		d.stop() // then all that it printed is here
		if n := strings.Count(d.out.String(), "syncing all of it again"); n != 2 {
			t.Errorf("synced from scratch %d times", n)
		}
	})
}

// §9: a link of another user in place of the target, or above it, leads nowhere.
func TestTargetBehindLink(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"u/target", "u"} {
		t.Run(at, func(t *testing.T) {
			eachLocal(t, func(t *testing.T, ps preset) {
				p := newPlace(t)
				p.target = p.path("u/target")
				p.mkdir("u/target")
				p.write("source/a", "1")
				p.write("victim/precious", "only copy")
				p.write("victim/target/precious", "only copy")
				d := p.watched(t, ps)
				p.rename(at, "old")
				p.link("victim", at)
				p.write("source/b", "2")
				d.logs("is not followed")
				// Nor may he end the program by it, for which a startup that fails is a reason without insist.
				p.config(`settings { pidfile = "$DIR/pid" }` + "\n" + ps.config(`name = "web", delay = 0.1`))
				d.signal(syscall.SIGHUP)
				eventually(t, "the startup of the new definition", func() bool {
					_, after, reloaded := strings.Cut(d.out.String(), "the new config is in force")
					return reloaded && strings.Contains(after, "is not followed")
				})
				for _, name := range []string{"victim/precious", "victim/target/precious"} {
					if got := p.content(name); got != "only copy" {
						t.Errorf("%s: %q", name, got)
					}
				}
				if p.exists("victim/b") || p.exists("victim/target/b") {
					t.Error("it was written to where the link leads")
				}
				p.remove(at)
				p.rename("old", at)
				p.same()
				d.stop()
			})
		})
	}
}
