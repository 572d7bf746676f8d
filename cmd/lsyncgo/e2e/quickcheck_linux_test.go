package e2e

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
)

// arrive puts a file with this content and an old time at name, so that nothing is seen of it but its being there.
func (p *place) arrive(name, content string) {
	p.t.Helper()
	p.write("arriving", content)
	at := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := errors.Join(os.Chtimes(p.path("arriving"), at, at), os.Rename(p.path("arriving"), p.path(name))); err != nil {
		p.t.Fatal(err)
	}
}

// §9: what has changed is sent, also if its size and time are what they were.
func TestSameSizeSameTime(t *testing.T) {
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		for _, name := range []string{"a", "d/b", "e/c"} {
			p.write("source/"+name, "x")
			p.arrive("source/"+name, "before")
		}
		d := daemon(t, "-pidfile", p.path("pid"), p.config(ps.config("")))
		d.logs("startup done")
		p.same()
		p.arrive("source/a", "after1")
		eventually(t, "the file", func() bool { return p.content("target/a") == "after1" })
		// With what is not sent anew: a file of which only attributes change, and one that goes.
		before := p.inode("target/d/b")
		p.arrive("source/a", "after2")
		p.remove("source/e/c")
		if err := os.Chmod(p.path("source/d/b"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.mkdir("tree/sub")
		p.arrive("tree/sub/x", "before")
		p.rename("tree", "source/tree")
		eventually(t, "the file", func() bool { return p.content("target/a") == "after2" })
		p.same()
		if p.inode("target/d/b") != before {
			t.Error("a file of which only the mode changed was written again")
		}
		eventually(t, "an empty queue", p.idle)
		p.mkdir("tree/sub")
		p.arrive("tree/sub/x", "after3")
		p.remove("source/tree")
		p.rename("tree", "source/tree")
		eventually(t, "the tree", func() bool { return p.content("target/tree/sub/x") == "after3" })
		p.same()
		d.stop()
	})
}

// §9: what has changed is sent also by a rsync that looks through directories, of which it reads nothing else.
func TestSameSizeSameTimeFiltered(t *testing.T) {
	t.Parallel()
	for _, options := range []string{`transfer = "filter"`, "copy_links = true"} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			for _, name := range []string{"d/a", "d/other", "first", "second"} {
				p.write("source/"+name, "x")
				p.arrive("source/"+name, "before")
			}
			p.arrive("source/second", "after2")
			if err := os.Symlink("first", p.path("source/link")); err != nil {
				t.Fatal(err)
			}
			d := daemon(t, p.config(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.2, rsync = { archive = true, `+options+` } }`))
			d.logs("startup done")
			before := p.inode("target/d/other")
			p.arrive("source/d/a", "after1")
			if err := errors.Join(os.Symlink("second", p.path("arriving")), os.Rename(p.path("arriving"), p.path("source/link"))); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the file, and the link", func() bool {
				return p.content("target/d/a") == "after1" && p.content("target/link") == "after2"
			})
			if p.inode("target/d/other") != before {
				t.Error("what is beside it was written again")
			}
			d.stop()
		})
	}
}

// §9: at a local target a file of another user is not given away, and no file of another user becomes ours.
func TestStrangersFile(t *testing.T) {
	t.Parallel()
	for _, r := range rsyncs(t) {
		t.Run(r.version, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.mkdir("source/d")
			d := daemon(t, p.config(fmt.Sprintf(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.2, rsync = { archive = true, binary = %q } }`, r.path)))
			d.logs("startup done")
			for i, owner := range []int{65534, 0} {
				name := fmt.Sprintf("d/file%d", i)
				p.arrive("target/"+name, "theirs")
				other := 65534 - owner // of the source's
				if err := errors.Join(os.Chown(p.path("target/"+name), owner, owner), os.Link(p.path("target/"+name), p.path("held"+fmt.Sprint(i)))); err != nil {
					t.Fatal(err)
				}
				p.write("arriving", "secret")
				if err := os.Chown(p.path("arriving"), other, other); err != nil {
					t.Fatal(err)
				}
				p.arrive("source/"+name, "secret")
				eventually(t, "the file", func() bool { return p.content("target/"+name) == "secret" })
				p.same()
				var held, ours syscall.Stat_t
				if err := errors.Join(syscall.Stat(p.path("held"+fmt.Sprint(i)), &held), syscall.Stat(p.path("target/"+name), &ours)); err != nil {
					t.Fatal(err)
				}
				if int(held.Uid) != owner || held.Ino == ours.Ino || p.content("held"+fmt.Sprint(i)) != "theirs" || int(ours.Uid) != other {
					t.Errorf("what the user holds is %+v, the target's is %+v", held, ours)
				}
			}
			d.stop()
		})
	}
}
