package e2e

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// when adds Lua to a config that runs once there is a file of that name in the scratch directory.
func when(name, lua string) string {
	return fmt.Sprintf(`
		local function look()
			if lsyncd.get_file_size("$DIR/%s") then %s else alarm(now() + 0.1, look) end
		end
		alarm(now(), look)`, name, lua)
}

// §5: what rmExclude takes back is new, and from then on it is watched.
func TestUncovered(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/dir/hidden/deep/a", "1")
		p.write("source/dir/f.tmp", "1")
		p.write("source/seen", "1")
		config := "local mirror = " + ps.config(`exclude = { "/dir/hidden/", "*.tmp" }`) +
			when("uncover", `mirror.rmExclude("/dir/hidden/") mirror.rmExclude("*.tmp")`)
		d := daemon(t, p.config(config))
		d.logs("startup done")
		if p.exists("target/dir/hidden") || p.exists("target/dir/f.tmp") {
			t.Error("what is excluded was sent")
		}
		p.write("uncover", "")
		p.same()
		p.write("source/dir/hidden/deep/b", "2")
		p.write("source/dir/hidden/new/c", "3")
		p.same()
		d.stop()
	})
}

// §9: a directory that is renamed leaves behind what was excluded by its old name.
func TestRenamedFromExclude(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/old/cache", "c")
		p.write("source/old/f", "1")
		d := daemon(t, p.config(ps.config(`exclude = "/old/cache"`)))
		d.logs("startup done")
		p.rename("source/old", "source/new")
		p.same()
		d.stop()
	})
}

// §9: what a receiver that was killed has left goes with the next transfer, also if the config changes meanwhile.
func TestKilledReceiver(t *testing.T) {
	t.Parallel()
	for _, transfer := range []string{"plan", "filter"} {
		t.Run(transfer, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			// It writes when it has all of its input, as rsync does.
			p.wrapper("rsync", `if [ -e hit ]; then cat >/dev/null; mv hit was-hit; echo half >target/dir/.f.aB3xYz; kill -KILL $$; fi`)
			config := func(delay string) string {
				return p.config(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = ` + delay +
					`, delete = "running", rsync = { binary = "$DIR/bin/rsync", archive = true, transfer = "` + transfer + `" } }`)
			}
			p.write("source/dir/f", "1")
			p.write("target/dir/.kept.by", "not rsync's")
			p.write("target/dir/extra", "the startup deletes nothing")
			d := daemon(t, config("0.1"))
			p.sameFile("source/dir/f", "target/dir/f")
			p.write("hit", "")
			p.write("source/dir/f", "22")
			p.sameFile("source/dir/f", "target/dir/f")
			eventually(t, "no temporary file", func() bool { return !p.exists("target/dir/.f.aB3xYz") })

			p.remove("was-hit")
			p.write("hit", "")
			p.write("source/dir/f", "333")
			eventually(t, "the second hit", func() bool { return p.exists("was-hit") })
			config("0.2")
			d.signal(syscall.SIGHUP)
			// The startup might take the change along, and it deletes nothing here.
			eventually(t, "the startup with the new config", func() bool { return strings.Count(d.out.String(), "startup done") == 2 })
			p.write("source/dir/g", "1")
			p.sameFile("source/dir/g", "target/dir/g")
			eventually(t, "no temporary file", func() bool { return !p.exists("target/dir/.f.aB3xYz") })
			if transfer == "filter" && !p.exists("target/dir/extra") {
				t.Error("more was deleted than temporary files")
			}
			d.stop()
		})
	}
}

// bind shows the directory at from also at to, as if a disk were mounted there, and returns what ends that.
func (p *place) bind(from, to string) (unmount func()) {
	p.t.Helper()
	if err := unix.Mount(p.path(from), p.path(to), "", unix.MS_BIND, ""); err != nil {
		p.t.Fatalf("mounting is not permitted here: %v; run as root, or in a container with CAP_SYS_ADMIN", err)
	}
	var once sync.Once
	unmount = func() {
		once.Do(func() {
			if err := unix.Unmount(p.path(to), unix.MNT_DETACH); err != nil {
				p.t.Errorf("unmount: %v", err)
			}
		})
	}
	p.t.Cleanup(unmount)
	return unmount
}

// §9: a local target whose disk is not mounted is away: nothing is written below its mount point, and it gets
// what it missed when it is back.
func TestTargetUnmounted(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"direct", "rsync"} {
		for _, below := range []string{"", "/target"} {
			t.Run(name+below, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.mkdir("disk")
				p.mkdir("mounted")
				p.mount("disk", "size=4m")
				unmount := p.bind("disk", "mounted")
				p.target = p.path("mounted" + below)
				p.write("source/a", "1")
				d := daemon(t, p.config(preset{name: name}.config("")))
				p.same()
				unmount()
				p.mkdir("mounted" + below)
				p.write("source/b", "2")
				p.remove("source/a")
				d.logs("nothing is mounted at")
				d.logs("trying again")
				if p.exists("mounted" + below + "/b") {
					t.Error("it was written to the mount point")
				}
				p.bind("disk", "mounted")
				p.same()
				d.stop()
			})
		}
	}
}

// §9: a local target that was removed, or is another directory than before, gets everything.
func TestTargetReplaced(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"direct", "rsync"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.write("source/dir/a", "1")
			d := daemon(t, p.config(preset{name: name}.config("")))
			p.same()
			p.rename("target", "away")
			p.mkdir("target")
			p.write("source/b", "2")
			p.same()
			p.remove("target")
			p.write("source/b", "3")
			p.same()
			eventually(t, "two syncs from scratch to be told", func() bool { return strings.Count(d.out.String(), "syncing all of it again") == 2 })
			d.stop()
		})
	}
}

// §9: an empty source deletes nothing on another host either, until somebody says so.
func TestEmptySourceOfRemoteTarget(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	ps := preset{name: "rsyncssh", server: newSSHD(t)}
	p.write("target/precious", "only copy")
	config := p.config(`settings { pidfile = "$DIR/pid" }` + "\n" + ps.config(`name = "web"`))
	d := daemon(t, config)
	d.logs("is empty and the target is not")
	p.write("source/new", "n")
	if p.content("target/precious") != "only copy" {
		t.Error("the target was emptied")
	}
	if r := start(t, "resume", "web", config); r.wait() != 0 {
		t.Errorf("resume: %s", r.out)
	}
	p.same()
	d.stop()

	// With an empty target there is nothing to lose, and nothing to ask.
	p.remove("source/new")
	p.remove("target/new")
	d = daemon(t, config)
	d.logs("startup done")
	d.stop()
}

// §3: what is mounted over a source is another source, which is watched once somebody has said that it is right.
func TestMountedOverSource(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("target/a", "1")
	p.write("disk/a", "1")
	config := p.config(`settings { pidfile = "$DIR/pid" }
		sync { default.rsync, name = "web", source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { archive = true } }`)
	d := daemon(t, config)
	d.logs("may not be mounted")
	p.bind("disk", "source")
	d.logs("came back as another directory")
	if r := start(t, "resume", "web", config); r.wait() != 0 {
		t.Errorf("resume: %s", r.out)
	}
	d.logs("startup done")
	p.write("source/b", "2")
	p.same()
	d.stop()
}

// §9: options that make rsync follow symbolic links do so for changes, too.
func TestFollowedLinks(t *testing.T) {
	t.Parallel()
	for _, option := range []string{"copy_links", "copy_dirlinks", "copy_unsafe_links"} {
		t.Run(option, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.write("elsewhere/sub/a", "1")
			d := daemon(t, p.config(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { `+option+` = true } }`))
			d.logs("startup done")
			if err := os.Symlink("../elsewhere", p.path("source/link")); err != nil {
				t.Fatal(err)
			}
			p.sameFile("elsewhere/sub/a", "target/link/sub/a")
			d.stop()
		})
	}
}

// §3: what is mounted below a source belongs to it, and what is unmounted is not deleted.
func TestMountedBelowSource(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/a", "1")
		p.mkdir("source/sub dir")
		p.write("disk/dir/b", "2")
		d := daemon(t, p.config(ps.config("")))
		p.same()
		unmount := p.bind("disk", "source/sub dir")
		p.same()
		p.write("source/sub dir/dir/b", "22")
		p.write("source/sub dir/new/c", "3")
		p.same()
		p.write("source/sub dir/dir/b", "222")
		unmount()
		d.logs("its file system was unmounted")
		p.write("source/a", "11")
		p.sameFile("source/a", "target/a")
		if !p.exists("target/sub dir/dir/b") {
			t.Error("what was unmounted was deleted")
		}
		p.bind("disk", "source/sub dir")
		p.write("source/sub dir/new/c", "33")
		p.same()
		d.stop()
	})
}

// §3: a directory that could not be read for want of a permission anywhere above it is watched, and sent, when
// the permission is there.
func TestPermissionAbove(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"direct", "rsync"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.write("source/p/q/f", "1")
			d := p.unprivileged(p.config(preset{name: name}.config("")))
			d.logs("startup done")
			p.chmod("source/p", 0o600)
			p.write("source/p/q/new/a", "1")
			d.logs("give this user read and search permission")
			p.chmod("source/p", 0o755)
			p.sameFile("source/p/q/new/a", "target/p/q/new/a")
			p.write("source/p/q/new/b", "2")
			p.sameFile("source/p/q/new/b", "target/p/q/new/b")
			d.stop()
		})
	}
}

// §9: a file that was changed by a name that it has not any more is changed under its other names.
func TestChangedByAFormerName(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		for _, name := range []string{"a", "c", "e"} {
			p.write("source/"+name, "1")
			p.mkdir("source/other")
			if err := os.Link(p.path("source/"+name), p.path("source/other/"+name)); err != nil {
				t.Fatal(err)
			}
		}
		d := daemon(t, p.config(ps.config("delay = 2")))
		p.same()
		for _, name := range []string{"a", "c", "e"} {
			p.write("source/"+name, "22")
			d.logs("Modify " + p.path("source/"+name))
		}
		p.write("source/x", "3")
		p.remove("source/a")
		p.rename("source/x", "source/c")
		p.mkdir("outside")
		p.rename("source/e", "outside/e")
		p.same()
		d.stop()
	})
}
