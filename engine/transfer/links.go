package transfer

import (
	"errors"
	"io/fs"
	"sync"
	"syscall"

	"lsyncgo/engine/event"
)

// links remembers which files of both sides have several names.
type links struct {
	mu     sync.Mutex // guards the maps
	groups map[inode]*group
	claims map[inode]inode
	sought map[inode]bool // were changed by a name that may be gone by now
}

// former notes files of the source that had a name which may be gone by now.
func (l *links) former(files []event.File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range files {
		if l.sought == nil {
			l.sought = make(map[inode]bool)
		}
		l.sought[inode{f.Device, f.Inode}] = true
	}
}

// group is one file of the source with several names.
type group struct {
	mu   sync.Mutex // held while one of the names is worked on; guards the rest
	made bool       // path has it at the target
	sure bool       // its data was copied or compared, not only its size and time
	path string
	id   inode // at the target

	unnamed bool // path may not have it before the next flush

	partial      bool   // the target has a new file for it, or too few names
	torn         bool   // names that were looked at are different files
	names, nlink uint64 // how many of its names were looked at, and how many there are
}

func (l *links) group(id inode) *group {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.groups[id]
	if g == nil {
		g = &group{}
		if l.groups == nil {
			l.groups = make(map[inode]*group)
		}
		l.groups[id] = g
	}
	return g
}

// claim tells whether the target's file have may be that of the source's s:
// two files of the source cannot share one.
func (l *links) claim(o Options, have, s stat) bool {
	if !o.HardLinks || have.nlink < 2 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claims == nil {
		l.claims = make(map[inode]inode)
	}
	owner, ok := l.claims[have.inode]
	if !ok {
		l.claims[have.inode] = s.inode
	}
	return !ok || owner == s.inode
}

// with calls f with the target's directory and name of g.
func (p *place) with(g *group, f func(d *dir, name string)) {
	segs, err := segments(g.path)
	if err != nil {
		return
	}
	near := nearby{root: p.m.dst}
	defer near.forget()
	if d, name, err := near.parent(segs); err == nil {
		f(d, name)
	}
}

// confirm tells whether the target's file of g holds what name, which is s, holds.
func (p *place) confirm(g *group, name string, s stat) (same bool) {
	p.with(g, func(d *dir, made string) {
		a, err := p.src.open(name)
		if err != nil {
			return
		}
		defer func() { _ = a.close() }()
		same = p.m.sameFile(a, d, made, s, g.id)
	})
	return same
}

// linkTo makes name another name of g; false if it has to be copied instead.
func (p *place) linkTo(g *group, name string, have stat) (done bool) {
	if have.inode == g.id && have.kind == regular {
		return true
	}
	p.with(g, func(d *dir, made string) {
		x, _, err := d.pin(made, stat{inode: g.id, kind: regular})
		if err != nil {
			return
		}
		defer x.close()
		err = p.linkPinned(x, name, have)
		switch {
		case err == nil:
			done = true
			p.m.linked.Add(1)
		case errors.Is(err, fs.ErrNotExist): // it went away, and a copy tells what became of it
		case p.cannotLink(err):
		default:
			// A copy keeps the data, but is no second name.
			done = !errors.Is(err, syscall.EMLINK) && !refused(err)
			p.m.fail(p.rel+name, "link", atTarget(err))
		}
	})
	return done
}

func (p *place) linkPinned(x pinned, name string, have stat) error {
	if have.kind == unknown {
		if err := x.link(p.dst, name); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	temp := p.dst.temp(name)
	if err := x.link(p.dst, temp); err != nil {
		return err
	}
	err := p.put(temp, name, have)
	// rename does nothing if both are names of one file already.
	_ = p.dst.unlink(temp)
	return err
}

// cannotLink tells whether err is what a file system answers to every hard link, and says so once. Some answer EPERM, as
// the kernel does where only this file may not be linked: a stranger's (protected_hardlinks) or an immutable one.
func (p *place) cannotLink(err error) bool {
	switch {
	case errors.Is(err, syscall.EXDEV):
		p.m.warn("target %s: hard links between its file systems cannot be kept: %v", p.m.o.Target, err)
		return true
	case errors.Is(err, errNoProc), !refused(err):
		return false
	}
	return p.lacks(p.dev, linking, func(x pinned) error {
		temp := p.dst.temp("probe")
		err := x.link(p.dst, temp)
		if err == nil {
			_ = p.dst.unlink(temp)
		}
		return err
	})
}
