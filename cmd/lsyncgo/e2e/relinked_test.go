package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// release makes a directory as a deployment does: with the times of an archive, so that files of the same size differ in content only.
func (p *place) release(name string, files ...string) {
	p.t.Helper()
	p.mkdir(name)
	stamp := time.Unix(1e9, 0)
	for i := 0; i < len(files); i += 2 {
		p.write(name+"/"+files[i], files[i+1])
		if err := os.Chtimes(p.path(name+"/"+files[i]), stamp, stamp); err != nil {
			p.t.Fatal(err)
		}
	}
}

// relink points a link to another directory at once, as deployments do.
func (p *place) relink(to, name string) {
	p.t.Helper()
	if err := os.Symlink(to, p.path(name+".new")); err != nil {
		p.t.Fatal(err)
	}
	p.rename(name+".new", name)
}

// §9: the source is a link, and is pointed to another release: the target becomes that one.
func TestSourceRelinked(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.release("rel/1/data", "version", "one", "only/1", "", "dir", "")
		p.release("rel/2/data", "version", "two", "dir/f", "")
		p.release("rel/3/data", "version", "six")
		p.relink("rel/1", "current")
		p.relink("current/data", "www")
		p.source = p.path("www")
		d := daemon(t, p.defined(ps, ""))
		p.sameTrees(p.path("rel/1/data"), p.target)
		p.relink("rel/2", "current")
		p.sameTrees(p.path("rel/2/data"), p.target)
		d.logs("web: source " + p.source + " leads to " + p.path("rel/2/data") + "/ now, no longer to " + p.path("rel/1/data") + "/")
		p.remove("rel/1")
		p.write("rel/2/data/later", "later")
		p.sameTrees(p.path("rel/2/data"), p.target)
		st := start(t, "status", p.path("config.lua"))
		if st.wait(); !strings.Contains(st.out.String(), p.path("rel/2/data")+"/ (where "+p.source+" leads)") {
			t.Errorf("status does not say where the link leads: %s", st.out)
		}

		// Nowhere for a while: the source is lost.
		p.remove("www")
		d.logs("is lost")
		p.write("rel/2/data/meanwhile", "1")
		p.relink("rel/2/data", "www")
		p.sameTrees(p.path("rel/2/data"), p.target)

		// A reload before anybody could have noticed, and one after it.
		p.relink("rel/3/data", "www")
		p.reload(ps, d)
		p.sameTrees(p.path("rel/3/data"), p.target)
		p.relink("rel/2/data", "www")
		p.sameTrees(p.path("rel/2/data"), p.target)
		d.signal(syscall.SIGHUP)
		p.write("rel/2/data/last", "1")
		p.sameTrees(p.path("rel/2/data"), p.target)
		d.stop()
	})
}

// §9: where a link leads to nothing that can be the source, the target is left alone.
func TestSourceRelinkedHeld(t *testing.T) {
	t.Parallel()
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.release("rel/1", "a", "1", "b", "2", "c", "3", "d", "4")
		p.release("rel/2", "a", "1", "b", "2", "c", "3", "e", "5")
		p.release("few", "a", "7")
		p.mkdir("empty")
		p.relink("rel/1", "current")
		p.source = p.path("current")
		d := daemon(t, p.defined(ps, "guard = { maxDelete = 2 }, "))
		p.sameTrees(p.path("rel/1"), p.target)

		p.relink("empty", "current")
		p.holds(d, "a disk may not be mounted", "target/d", "4")
		p.relink("rel/2", "current")
		p.sameTrees(p.path("rel/2"), p.target)

		p.relink("few", "current")
		p.holds(d, "would delete more than 2 entries", "target/b", "2")
		p.resume(p.path("config.lua"))
		p.sameTrees(p.path("few"), p.target)

		p.remove("current")
		p.link("rel/1", "current") // a stranger's
		p.holds(d, "is not followed", "target/a", "7")
		p.relink("rel/1", "current")
		p.sameTrees(p.path("rel/1"), p.target)
		d.stop()
	})
}

// §9: a link that is pointed to a directory around the target, or in it, is not followed: the mirror would eat its source.
func TestSourceRelinkedAround(t *testing.T) {
	t.Parallel()
	eachLocal(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.release("rel/1", "a", "1", "dir/b", "2")
		p.relink("rel/1", "current")
		p.source = p.path("current")
		d := daemon(t, p.defined(ps, ""))
		p.sameTrees(p.path("rel/1"), p.target)
		p.relink("target/dir", "current")
		p.holds(d, "holds the source", "target/a", "1")
		p.relink("target", "current")
		p.holds(d, "is the source", "target/a", "1")
		p.relink("rel/1", "current")
		p.write("rel/1/c", "3")
		p.sameTrees(p.path("rel/1"), p.target)
		d.stop()
	})
}

// §9: a single pass that waits for its source takes what its links lead to in the end.
func TestSourceLinkedLater(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.release("rel/1", "a", "1")
	p.source = p.path("current")
	d := start(t, "-nodaemon", p.defined(preset{name: "direct"}, ""))
	d.logs("cannot watch")
	p.relink("rel/1", "current")
	p.sameTrees(p.path("rel/1"), p.target)
	d.stop()
}
