package transfer

import (
	"errors"
	"io/fs"
	"slices"
	"sync/atomic"
)

// place is one directory on both sides while work goes on in it. Its metadata
// is set when the last of that work is done, because each entry made or removed
// changes the directory's time, and may need write permission.
type place struct {
	m    *mirror
	up   *place
	rel  string // "" or "a/b/"
	node *node  // what is marked below; may be nil
	// src is nil if the source has no such directory but one above it was
	// not itself named: what is marked below is removed, the rest stays.
	src, dst *dir

	whole     bool   // everything is compared, not only what is marked
	written   bool   // equal size and time prove nothing
	renamed   bool   // because the source directory got its name meanwhile
	fresh     bool   // the target directory was made by us just now
	perm      uint32 // of the target directory as found
	bequeaths bool   // new entries get an ACL from the directory
	shared    bool   // others can change what is in it
	dev       uint64 // of the target directory
	lone      bool   // see enterAlone
	away      bool   // moved meanwhile: nothing more can be done here
	who       int64  // can have put other entries of the target in the place of those in it; see strangers
	occupies  inode  // the target directory, until all in it is done
	exposed   bool   // the target directory itself may be another one, which somebody who is not its owner put there

	// unfinished: the target may hold something in it or below that the source does not have there.
	unfinished atomic.Bool

	pending atomic.Int32 // pieces of work that are not done yet
}

// todo is one entry to look at.
type todo struct {
	name   string
	node   *node // may be nil
	absent bool  // the target is known not to have it
}

func (t todo) mark() mark {
	if t.node == nil {
		return 0
	}
	return t.node.mark
}

// chunk is how many entries are handed to another goroutine at once.
const chunk = 32

// descend works on all entries, some of it in other goroutines, and gives up
// the caller's share of p.
func (p *place) descend() {
	list := p.todos()
	for len(list) > 0 {
		n := min(chunk, len(list))
		part := list[:n]
		list = list[n:]
		p.fork(len(list) > 0, func() {
			for _, t := range part {
				if p.away || p.m.halted() {
					return
				}
				p.entry(t)
				if p.m.o.Fsync && p.m.batch.full() {
					p.m.flush()
				}
			}
		})
	}
	if p.lone {
		p.m.flush()
	}
	p.release()
}

// fork runs work as a share of p: in a goroutine of its own if one is free.
// Work that finds none is done here, so nobody ever waits for a free one.
func (p *place) fork(worth bool, work func()) {
	p.pending.Add(1)
	if worth && !p.lone {
		select {
		case p.m.tokens <- struct{}{}:
			p.m.workers.Go(func() {
				work()
				p.release()
				<-p.m.tokens
			})
			return
		default:
		}
	}
	work()
	p.release()
}

// release gives up one share; the last one closes the directory.
func (p *place) release() {
	if p.pending.Add(-1) > 0 {
		return
	}
	if p.lone && p.up.lone {
		p.up.back(p) // before finish, which may take our right to go through p
	}
	if p.away {
		p.unfinished.Store(true)
		p.tell()
	} else {
		p.finish()
		p.flushMounted()
	}
	p.vacate()
	if p.up == nil {
		return
	}
	if p.src != nil {
		p.src.close()
	}
	p.dst.close()
	if !p.lone {
		giveDirs(dirsOfPlace)
	}
	p.up.release()
}

// todos lists the entries to look at.
func (p *place) todos() []todo {
	if p.whole {
		return p.compare()
	}
	if p.node == nil {
		return nil
	}
	list := make([]todo, 0, len(p.node.children))
	for name, n := range p.node.children {
		list = append(list, todo{name: name, node: n, absent: p.fresh})
	}
	return list
}

// compare lists everything that either side has. Extras come first: removing
// them may make the room that the rest needs.
func (p *place) compare() []todo {
	source, err := p.src.list()
	if err != nil {
		p.lost("", "read", err)
		return nil
	}
	seen := make(map[string]bool, len(source))
	for _, e := range source {
		seen[e.name] = true
	}
	var list []todo
	there := map[string]bool{}
	if !p.fresh {
		target, err := p.dst.list()
		if err != nil {
			p.fail("", "read", atTarget(err))
			return nil
		}
		for _, e := range target {
			if seen[e.name] {
				there[e.name] = true
			} else {
				list = append(list, p.todo(e.name, false))
			}
			seen[e.name] = true
		}
	}
	list = slices.Grow(list, len(source))
	for _, e := range source {
		list = append(list, p.todo(e.name, !there[e.name]))
	}
	if p.node != nil {
		for name, n := range p.node.children {
			if !seen[name] {
				list = append(list, todo{name: name, node: n})
			}
		}
	}
	return list
}

func (p *place) todo(name string, absent bool) todo {
	t := todo{name: name, absent: absent}
	if p.node != nil {
		t.node = p.node.children[name]
	}
	return t
}

// entry makes one entry of the target what the source has now.
func (p *place) entry(t todo) {
	if p.src == nil {
		p.gone(t)
		return
	}
	s, err := p.src.lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.gone(t)
		return
	case err != nil:
		p.fail(t.name, "look at", err)
		return
	case p.excluded(t.name, s.kind):
		if !t.absent {
			p.unfinished.Store(true)
		}
		return
	}
	var have stat
	if !t.absent {
		if have, err = p.dst.lstat(t.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.fail(t.name, "look at", atTarget(err))
			return
		}
	}
	switch s.kind {
	case directory:
		p.directory(t, s, have)
	case regular:
		p.regular(t, s, have)
	case symlink:
		p.symlink(t.name, s, have)
	case socket, unknown:
		p.m.note("%s%s: sockets are not mirrored", p.rel, t.name)
		p.gone(t)
	default:
		p.special(t.name, s, have)
	}
}

func (p *place) excluded(name string, k kind) bool {
	if p.m.o.Excluded == nil {
		return false
	}
	path := p.rel + name
	if k == directory {
		path += "/"
	}
	return p.m.o.Excluded(path)
}

// gone handles an entry that the source does not have.
func (p *place) gone(t todo) {
	m := p.m
	if m.protection.points != nil {
		m.missed(p.rel + t.name)
	}
	ours := isTemp(t.name)
	if ours && !foreign(t.name) && t.mark()&named == 0 {
		p.unfinished.Store(true)
		return // being written by another run of this process
	}
	if !m.o.Delete && !ours {
		p.unfinished.Store(true)
		return
	}
	have, err := p.dst.lstat(t.name)
	if err != nil {
		if !gone(err) {
			p.fail(t.name, "look at", atTarget(err))
		}
		return
	}
	if ours && (t.mark()&named == 0 || !m.o.Delete) && !p.dst.leftover(t.name, have) {
		p.unfinished.Store(true)
		return // being written by another process
	}
	switch {
	case !ours && p.excluded(t.name, have.kind):
		p.unfinished.Store(true)
	case !m.sourceStill():
	case t.node != nil && t.node.mark&named == 0 && !p.whole:
		p.thin(t, have)
	default:
		if !m.remove(p.dst, t.name, p.rel+t.name, have) {
			p.unfinished.Store(true)
		}
	}
}

// thin removes what is marked below a directory that the source lacks although
// nobody has said so yet. It may have been renamed: then what it still holds
// moves with it, once that is told.
func (p *place) thin(t todo, have stat) {
	if have.kind != directory {
		return
	}
	dst, err := p.openTarget(t.name, have)
	if err != nil {
		p.fail(t.name, "open", atTarget(err))
		return
	}
	c := &place{m: p.m, up: p, rel: p.rel + t.name + "/", node: t.node, dst: dst}
	c.begun(have)
	p.enter(c)
}

// directory makes a directory and goes on with what is below it.
func (p *place) directory(t todo, s, have stat) {
	m := p.m
	if s.inode == m.dstID && s.ino != 0 {
		m.note("%s%s/ is the target and is not mirrored into itself", p.rel, t.name)
		return
	}
	src, err := p.src.sub(t.name)
	if err != nil {
		p.lost(t.name, "read", err)
		return
	}
	// What was opened decides on who may get in, and not what had the name before.
	if s, err = src.stat(); err != nil {
		src.close()
		p.lost(t.name, "look at", err)
		return
	}
	if m.protection.points != nil {
		m.entered(src, p.rel+t.name+"/")
	}
	c := &place{m: m, up: p, rel: p.rel + t.name + "/", node: t.node, src: src, renamed: p.newName(s, have)}
	c.written = p.written || t.mark()&written != 0 || c.renamed
	if have, err = p.openOrMake(c, t.name, s, have); err != nil {
		src.close()
		p.fail(t.name, "create", atTarget(err))
		return
	}
	c.whole = c.whole || p.whole || t.mark()&whole != 0 || c.incomplete(t.mark(), s, have)
	p.enter(c)
}

// incomplete tells whether more of a directory may be missing than is marked.
func (p *place) incomplete(k mark, s, have stat) bool {
	switch {
	case p.fresh:
		return k&announced == 0 || k&moved != 0
	case k&moved != 0:
		// A directory whose every change was mirrored has the source's time.
		return !p.m.o.Times || p.m.o.Excluded != nil || s.mtime != have.mtime
	}
	return false
}

// enter hands the share of c to whoever is free.
func (p *place) enter(c *place) {
	p.pending.Add(1) // until c is closed, which may be after its own goroutine ended
	c.pending.Store(1)
	if c.lone = p.lone || !takeDirs(dirsOfPlace); c.lone {
		p.enterAlone(c)
		return
	}
	p.fork(c.whole || c.node != nil && len(c.node.children) > 0, c.descend)
}

// lost records that something of the source, "" for the directory itself,
// cannot be had: gone is no failure, an event will tell.
func (p *place) lost(name, verb string, err error) {
	var t targetError
	if gone(err) && !errors.As(err, &t) {
		p.m.vanished.Add(1)
		p.unfinished.Store(true)
		return
	}
	p.fail(name, verb, err)
}

// fail records what became of an entry, "" for the directory itself.
func (p *place) fail(name, verb string, err error) {
	p.unfinished.Store(true)
	p.m.fail(p.rel+name, verb, err)
}
