package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// §9: rsync is given the path that changed and reads no directory for it, not even the one that the
// path is in. The old way, which the config can ask for, reads it.
func TestExactPaths(t *testing.T) {
	t.Parallel()
	for transfer, read := range map[string]bool{"plan": false, "filter": true} {
		t.Run(transfer, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.write("source/many/one", "1")
			p.write("source/many/two", "2")
			d := p.unprivileged(p.config(fmt.Sprintf(
				`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.1, rsync = { transfer = %q } }`, transfer)))
			d.logs("startup done")
			p.chmod("source/many", 0o311) // what is in it can be opened, but not listed
			p.write("source/many/one", "changed")
			if read {
				d.logs("ended with exit code 23")
			} else {
				p.sameFile("source/many/one", "target/many/one")
			}
			p.chmod("source/many", 0o755)
			d.stop()
		})
	}
}

// §9: what is listed although the directory it was in is gone takes that directory from the target, too.
func TestParentGone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.wrapper("rsync", `[ ! -e batch ] || { cat >input; exec <input; }`)
	p.write("source/a/b/c/file", "f")
	p.write("source/a/b/other", "o")
	p.write("source/kept", "k")
	d := daemon(t, p.config(strings.Replace(rsyncBy, "delay = 0.1", "delay = 1", 1)))
	p.same()
	d.logs("startup done")
	p.write("batch", "")
	p.write("source/a/b/c/file", "changed")
	p.write("source/a/b/new", "n")
	p.remove("source/a")
	eventually(t, "the parent to be gone", func() bool { return !p.exists("target/a") })
	p.same()
	if input := p.content("input"); input != "./a\x00" {
		t.Errorf("rsync was given %q", input)
	}
	d.stop()
}

// §9: when a file with several names changes, the others of its names stay the same file at the target.
func TestHardLinks(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/one", "first")
		p.mkdir("source/dir")
		for _, name := range []string{"source/two", "source/dir/three"} {
			if err := os.Link(p.path("source/one"), p.path(name)); err != nil {
				t.Fatal(err)
			}
		}
		d := daemon(t, p.config(ps.config("")))
		p.same()
		together := func() {
			t.Helper()
			p.same()
			if one := p.inode("target/one"); p.inode("target/two") != one || p.inode("target/dir/three") != one {
				t.Error("the names at the target are different files")
			}
		}
		together()
		f, err := os.OpenFile(p.path("source/two"), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(" and more"); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		together()
		p.chmod("source/dir/three", 0o600)
		together()
		if err := os.Link(p.path("source/two"), p.path("source/dir/four")); err != nil {
			t.Fatal(err)
		}
		together()
		if p.inode("target/dir/four") != p.inode("target/one") {
			t.Error("the new name is another file")
		}
		d.stop()
	})
}
