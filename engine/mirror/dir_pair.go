package mirror

import (
	"errors"
	"io/fs"
	"slices"
	"sync/atomic"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// dirPair is one directory on both sides while work goes on in it. Its metadata
// is set when the last of that work is done, because each entry made or removed
// changes the directory's time, and may need write permission.
type dirPair struct {
	m      *mirror
	parent *dirPair
	rel    string     // "" or "a/b/"
	dirty  *dirtyNode // what is marked below; may be nil
	// src is nil if the source has no such directory but one above it was
	// not itself named: what is marked below is removed, the rest stays.
	src *fsat.Dir

	copier.Place // of the target

	whole       bool       // everything is compared, not only what is marked
	written     bool       // equal size and time prove nothing
	renamed     bool       // because the source directory got its name meanwhile
	isNew       bool       // the target directory was made by us just now
	perm        uint32     // of the target directory as found
	sequential  bool       // see enterAlone
	detached    bool       // moved meanwhile: nothing more can be done here
	otherWriter int64      // can have put other entries of the target in the place of those in it; see strangers
	occupies    fsat.Inode // the target directory, until all in it is done
	exposed     bool       // the target directory itself may be another one, which somebody who is not its owner put there

	// unfinished: the target may hold something in it or below that the source does not have there.
	unfinished atomic.Bool

	pending atomic.Int32 // pieces of work that are not done yet
}

// workItem is one entry to look at.
type workItem struct {
	name   string
	dirty  *dirtyNode // may be nil
	absent bool       // the target is known not to have it
}

func (t workItem) flags() dirtyFlags {
	if t.dirty == nil {
		return 0
	}
	return t.dirty.flags
}

// chunk is how many entries are handed to another goroutine at once.
const chunk = 32

// descend works on all entries, some of it in other goroutines, and gives up
// the caller's share of p.
func (p *dirPair) descend() {
	list := p.workItems()
	for len(list) > 0 {
		n := min(chunk, len(list))
		part := list[:n]
		list = list[n:]
		p.fork(len(list) > 0, func() {
			for _, t := range part {
				if p.detached || p.m.halted() {
					return
				}
				p.entry(t)
				if p.m.o.Fsync && p.m.batch.full() {
					p.m.flush()
				}
			}
		})
	}
	if p.sequential {
		p.m.flush()
	}
	p.release()
}

// fork runs work as a share of p: in a goroutine of its own if one is free.
// Work that finds none is done here, so nobody ever waits for a free one.
func (p *dirPair) fork(worth bool, work func()) {
	p.pending.Add(1)
	if worth && !p.sequential {
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
func (p *dirPair) release() {
	if p.pending.Add(-1) > 0 {
		return
	}
	if p.sequential && p.parent.sequential {
		p.parent.resume(p) // before finish, which may take our right to go through p
	}
	if p.detached {
		p.unfinished.Store(true)
		p.passUnfinished()
	} else {
		p.finish()
		p.flushMounted()
	}
	p.vacate()
	if p.parent == nil {
		return
	}
	if p.src != nil {
		p.src.Close()
	}
	p.Dst.Close()
	if !p.sequential {
		fsat.ReleaseDirs(dirsOfPlace)
	}
	p.parent.release()
}

// workItems lists the entries to look at.
func (p *dirPair) workItems() []workItem {
	if p.whole {
		return p.compare()
	}
	if p.dirty == nil {
		return nil
	}
	list := make([]workItem, 0, len(p.dirty.children))
	for name, n := range p.dirty.children {
		list = append(list, workItem{name: name, dirty: n, absent: p.isNew})
	}
	return list
}

// compare lists everything that either side has. Extras come first: removing
// them may make the room that the rest needs.
func (p *dirPair) compare() []workItem {
	source, err := p.src.List()
	if err != nil {
		p.lost("", "read", err)
		return nil
	}
	seen := make(map[string]bool, len(source))
	for _, e := range source {
		seen[e.Name] = true
	}
	var list []workItem
	there := map[string]bool{}
	if !p.isNew {
		target, err := p.Dst.List()
		if err != nil {
			p.fail("", "read", copier.AtTarget(err))
			return nil
		}
		for _, e := range target {
			if seen[e.Name] {
				there[e.Name] = true
			} else {
				list = append(list, p.workItem(e.Name, false))
			}
			seen[e.Name] = true
		}
	}
	list = slices.Grow(list, len(source))
	for _, e := range source {
		list = append(list, p.workItem(e.Name, !there[e.Name]))
	}
	if p.dirty != nil {
		for name, n := range p.dirty.children {
			if !seen[name] {
				list = append(list, workItem{name: name, dirty: n})
			}
		}
	}
	return list
}

func (p *dirPair) workItem(name string, absent bool) workItem {
	t := workItem{name: name, absent: absent}
	if p.dirty != nil {
		t.dirty = p.dirty.children[name]
	}
	return t
}

// entry makes one entry of the target what the source has now.
func (p *dirPair) entry(t workItem) {
	if p.src == nil {
		p.gone(t)
		return
	}
	s, err := p.src.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.gone(t)
		return
	case err != nil:
		p.fail(t.name, "look at", err)
		return
	case p.excluded(t.name, s.Kind):
		if !t.absent {
			p.unfinished.Store(true)
		}
		return
	}
	var have fsat.Stat
	if !t.absent {
		if have, err = p.Dst.Lstat(t.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.fail(t.name, "look at", copier.AtTarget(err))
			return
		}
	}
	switch s.Kind {
	case fsat.Directory:
		p.directory(t, s, have)
	case fsat.Regular:
		p.regular(t, s, have)
	case fsat.Symlink:
		p.symlink(t.name, s, have)
	case fsat.Socket, fsat.Unknown:
		p.m.note("%s%s: sockets are not mirrored", p.rel, t.name)
		p.gone(t)
	default:
		p.special(t.name, s, have)
	}
}

func (p *dirPair) excluded(name string, k fsat.Kind) bool {
	if p.m.o.Excluded == nil {
		return false
	}
	path := p.rel + name
	if k == fsat.Directory {
		path += "/"
	}
	return p.m.o.Excluded(path)
}

// gone handles an entry that the source does not have.
func (p *dirPair) gone(t workItem) {
	m := p.m
	if m.protection.points != nil {
		m.missed(p.rel + t.name)
	}
	ours := fsat.IsTemp(t.name)
	if ours && !fsat.IsForeignTemp(t.name) && t.flags()&named == 0 {
		p.unfinished.Store(true)
		return // being written by another run of this process
	}
	if !m.o.Delete && !ours {
		p.unfinished.Store(true)
		return
	}
	have, err := p.Dst.Lstat(t.name)
	if err != nil {
		if !fsat.IsGone(err) {
			p.fail(t.name, "look at", copier.AtTarget(err))
		}
		return
	}
	if ours && (t.flags()&named == 0 || !m.o.Delete) && !p.Dst.IsLeftover(t.name, have) {
		p.unfinished.Store(true)
		return // being written by another process
	}
	switch {
	case !ours && p.excluded(t.name, have.Kind):
		p.unfinished.Store(true)
	case !m.sourceStill():
	case t.dirty != nil && t.dirty.flags&named == 0 && !p.whole:
		p.removeDirty(t, have)
	default:
		if !m.remove(p.Dst, t.name, p.rel+t.name, have) {
			p.unfinished.Store(true)
		}
	}
}

// removeDirty removes what is marked below a directory that the source lacks although
// nobody has said so yet. It may have been renamed: then what it still holds
// moves with it, once that is told.
func (p *dirPair) removeDirty(t workItem, have fsat.Stat) {
	if have.Kind != fsat.Directory {
		return
	}
	dst, err := p.openTarget(t.name, have)
	if err != nil {
		p.fail(t.name, "open", copier.AtTarget(err))
		return
	}
	c := &dirPair{m: p.m, parent: p, rel: p.rel + t.name + "/", dirty: t.dirty, Place: copier.Place{Copier: p.m.Copier, Dst: dst}}
	c.inspect(have)
	p.enter(c)
}

// directory makes a directory and goes on with what is below it.
func (p *dirPair) directory(t workItem, s, have fsat.Stat) {
	m := p.m
	if s.Inode == m.dstID && s.Ino != 0 {
		m.note("%s%s/ is the target and is not mirrored into itself", p.rel, t.name)
		return
	}
	src, err := p.src.OpenDir(t.name)
	if err != nil {
		p.lost(t.name, "read", err)
		return
	}
	// What was opened decides on who may get in, and not what had the name before.
	if s, err = src.Stat(); err != nil {
		src.Close()
		p.lost(t.name, "look at", err)
		return
	}
	if m.protection.points != nil {
		m.entered(src, p.rel+t.name+"/")
	}
	c := &dirPair{m: m, parent: p, rel: p.rel + t.name + "/", dirty: t.dirty, src: src, Place: copier.Place{Copier: m.Copier}, renamed: p.renamedSince(s, have)}
	c.written = p.written || t.flags()&written != 0 || c.renamed
	if have, err = p.openOrMake(c, t.name, s, have); err != nil {
		src.Close()
		p.fail(t.name, "create", copier.AtTarget(err))
		return
	}
	c.whole = c.whole || p.whole || t.flags()&whole != 0 || c.incomplete(t.flags(), s, have)
	p.enter(c)
}

// incomplete tells whether more of a directory may be missing than is marked.
func (p *dirPair) incomplete(k dirtyFlags, s, have fsat.Stat) bool {
	switch {
	case p.isNew:
		return k&announced == 0 || k&moved != 0
	case k&moved != 0:
		// A directory whose every change was mirrored has the source's time.
		return !p.m.o.Times || p.m.o.Excluded != nil || s.Mtime != have.Mtime
	}
	return false
}

// enter hands the share of c to a free worker.
func (p *dirPair) enter(c *dirPair) {
	p.pending.Add(1) // until c is closed, which may be after its own goroutine ended
	c.pending.Store(1)
	if c.sequential = p.sequential || !fsat.ReserveDirs(dirsOfPlace); c.sequential {
		p.enterAlone(c)
		return
	}
	p.fork(c.whole || c.dirty != nil && len(c.dirty.children) > 0, c.descend)
}

// lost records that something of the source, "" for the directory itself,
// cannot be had: gone is no failure, an event will tell.
func (p *dirPair) lost(name, verb string, err error) {
	if fsat.IsGone(err) && !copier.IsAtTarget(err) {
		p.m.vanished.Add(1)
		p.unfinished.Store(true)
		return
	}
	p.fail(name, verb, err)
}

// fail records what became of an entry, "" for the directory itself.
func (p *dirPair) fail(name, verb string, err error) {
	p.unfinished.Store(true)
	p.m.fail(p.rel+name, verb, err)
}
