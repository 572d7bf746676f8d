// Package inventory knows what a source has, and how much of that was lost of late.
//
// Deletes are told one by one, and with a short delay they are acted on in small
// batches, none of which looks like a flood. So losses are counted within a window
// that slides: an entry is lost if it was known when the window began, is gone, and has not
// been created again. What comes and goes within the window is no loss, nor is what is
// renamed. A loss leaves the window when it is as old as Window and nothing is left
// to do about it, so that a target that is away for an hour hides no flood.
//
// The package is pure: it reads no clock, looks at no file system and holds no lock.
package inventory

import (
	"iter"
	"strings"
	"time"
)

// Window is how far back losses are added up.
const Window = 10 * time.Minute

// slots is into how many parts the window is divided: times are kept no finer.
const slots = 20

// tick is a time in slots.
type tick uint32

// origin is the tick of the first time seen; smaller numbers have a meaning as a mark.
const origin tick = slots + tick(ghost) + 1

// mark says what is known of an entry: known, ghost, the tick at which it
// appeared, or with the bit gone the tick at which it was lost.
type mark uint32

const (
	known mark = iota // known since before the window
	ghost             // not known: a directory that holds something known, or lost
)

const gone mark = 1 << 31

func (m mark) present() bool { return m != ghost && m&gone == 0 }

// Inventory is the entries of one source: files, directories, links. The zero value is
// not usable, New makes one. It belongs to one goroutine.
type Inventory struct {
	top   Dir
	epoch time.Time
	now   tick

	present  int        // entries there are
	young    int        // of these, appeared within the window
	births   [slots]int // young ones, by tick
	lost     int
	losses   []loss // in order of time; what was created again has a mark that does not fit
	oldest   int    // index of the first loss that is not done with
	forgiven int    // those before this index are forgiven
}

// Dir is a directory of a Inventory.
type Dir struct {
	parent *Dir
	name   string
	mark   mark
	files  map[string]mark // and links, and all that is no directory
	dirs   map[string]*Dir
}

// loss is an entry that was lost at a tick.
type loss struct {
	dir   *Dir
	name  string
	at    tick
	isDir bool
}

// New returns the inventory of an empty source.
func New() *Inventory { return &Inventory{now: origin} }

// Top is the source itself.
func (c *Inventory) Top() *Dir { return &c.top }

// Put notes an entry that was found by looking, in a directory that was found
// before. For a directory it returns that.
func (c *Inventory) Put(d *Dir, name string, isDir bool) *Dir {
	if isDir {
		if kid := d.dirs[name]; kid != nil {
			return kid
		}
		c.present++
		return d.make(name, known)
	}
	if _, ok := d.files[name]; !ok {
		c.present++
		d.set(name, known)
	}
	return nil
}

func (d *Dir) make(name string, m mark) *Dir {
	kid := &Dir{parent: d, name: strings.Clone(name), mark: m}
	d.link(kid)
	return kid
}

func (d *Dir) link(kid *Dir) {
	if d.dirs == nil {
		d.dirs = map[string]*Dir{}
	}
	kid.parent = d
	d.dirs[kid.name] = kid
}

// set clones the name of a new file: it may be a part of a long path.
func (d *Dir) set(name string, m mark) {
	if d.files == nil {
		d.files = map[string]mark{}
	}
	if _, ok := d.files[name]; !ok {
		name = strings.Clone(name)
	}
	d.files[name] = m
}

// prune takes out what holds nothing and is nothing.
func (d *Dir) prune() {
	for d.parent != nil && d.mark == ghost && len(d.files) == 0 && len(d.dirs) == 0 {
		delete(d.parent.dirs, d.name)
		d = d.parent
	}
}

// Known returns how many entries were known when the window began.
func (c *Inventory) Known() int { return c.present - c.young + c.lost }

// Lost returns how many of them are gone.
func (c *Inventory) Lost() int { return c.lost }

// Advance moves the window to now, which does not go back from call to call.
// Losses at or after pending stay: something that happened then is still to be done. If very many leave the window, or were
// forgiven, it takes out a part, which takes some milliseconds, and reports that there are more: until then Lost is too high.
func (c *Inventory) Advance(now, pending time.Time) (more bool) {
	t := c.tick(now)
	for ; c.now < t && c.young > 0; c.now++ {
		i := (c.now + 1) % slots
		c.young -= c.births[i]
		c.births[i] = 0
	}
	c.now = max(c.now, t)
	before := c.tick(pending)
	return c.forgetWhile(func(l *loss) bool { return l.at+slots <= c.now && l.at < before })
}

// maxForgotten is how many losses are taken out at once.
const maxForgotten = 5000

// forgetWhile takes out the oldest losses that are forgiven or old.
func (c *Inventory) forgetWhile(old func(l *loss) bool) (more bool) {
	for n := 0; c.oldest < len(c.losses); n++ {
		l := &c.losses[c.oldest]
		if c.oldest >= c.forgiven && !old(l) {
			break
		}
		if more = n == maxForgotten; more {
			break
		}
		c.forget(l)
		*l = loss{}
		c.oldest++
	}
	c.shrink()
	return more
}

// shrink gives the room of past losses back.
func (c *Inventory) shrink() {
	switch n := len(c.losses); {
	case c.oldest == n:
		c.losses, c.oldest, c.forgiven = nil, 0, 0
	case c.oldest > 1024 && c.oldest > n/2:
		c.losses = append([]loss(nil), c.losses[c.oldest:]...)
		c.forgiven -= min(c.forgiven, c.oldest)
		c.oldest = 0
	}
}

func (c *Inventory) tick(t time.Time) tick {
	if c.epoch.IsZero() {
		c.epoch = t
	}
	return origin + tick(max(0, t.Sub(c.epoch))/(Window/slots))
}

// forget ends the time of a loss. It does nothing if the entry was created again.
func (c *Inventory) forget(l *loss) {
	was := gone | mark(l.at)
	if !l.isDir {
		if m, ok := l.dir.files[l.name]; ok && m == was {
			delete(l.dir.files, l.name)
			c.lost--
			l.dir.prune()
		}
		return
	}
	if kid := l.dir.dirs[l.name]; kid != nil && kid.mark == was {
		kid.mark = ghost
		c.lost--
		kid.prune()
	}
}

// Forgive takes all losses for wanted: they are not known any more. If there are very many, Advance takes most of them out.
func (c *Inventory) Forgive() {
	c.forgiven = len(c.losses)
	c.forgetWhile(func(*loss) bool { return false })
}

// maxLooked bounds how many losses First looks at: a million may be below one directory.
const maxLooked = 10_000

// First returns up to n paths of what was lost, topmost directories only, the first loss first.
func (c *Inventory) First(n int) []string {
	var paths []string
	seen := map[string]bool{}
	for path := range c.lostPaths() {
		if len(paths) == n {
			break
		}
		if !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	return paths
}

func (c *Inventory) lostPaths() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, l := range c.losses[c.oldest:min(len(c.losses), c.oldest+maxLooked)] {
			d, path := l.dir, l.name
			if l.isDir {
				kid := d.dirs[l.name]
				if kid == nil || kid.mark != gone|mark(l.at) {
					continue
				}
				path += "/"
			} else if m, ok := d.files[l.name]; !ok || m != gone|mark(l.at) {
				continue
			}
			for ; d.parent != nil; d = d.parent {
				if d.mark&gone != 0 {
					path = d.name + "/"
				} else {
					path = d.name + "/" + path
				}
			}
			if !yield(path) {
				return
			}
		}
	}
}
