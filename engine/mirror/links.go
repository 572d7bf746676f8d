package mirror

import (
	"errors"
	"io/fs"
	"sync"
	"syscall"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat"
)

// links remembers which files of both sides have several names.
type links struct {
	mu     sync.Mutex // guards the maps
	groups map[fsat.Inode]*group
	claims map[fsat.Inode]fsat.Inode
	sought map[fsat.Inode]bool // were changed by a name that may be gone by now
}

// addFormer notes files of the source that had a name which may be gone by now.
func (l *links) addFormer(files []event.File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range files {
		if l.sought == nil {
			l.sought = make(map[fsat.Inode]bool)
		}
		l.sought[fsat.Inode{Dev: f.Device, Ino: f.Inode}] = true
	}
}

// group is one file of the source with several names.
type group struct {
	mu       sync.Mutex // held while one of the names is worked on; guards the rest
	known    bool       // path has it at the target
	verified bool       // its data was copied or compared, not only its size and time
	path     string
	id       fsat.Inode // at the target

	unnamed bool // path may not have it before the next flush

	partial      bool   // the target has a new file for it, or too few names
	split        bool   // names that were looked at are different files
	names, nlink uint64 // how many of its names were looked at, and how many there are
}

func (l *links) group(id fsat.Inode) *group {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.groups[id]
	if g == nil {
		g = &group{}
		if l.groups == nil {
			l.groups = make(map[fsat.Inode]*group)
		}
		l.groups[id] = g
	}
	return g
}

// claim tells whether the target's file have may be that of the source's s:
// two files of the source cannot share one.
func (l *links) claim(o Options, have, s fsat.Stat) bool {
	if !o.HardLinks || have.Nlink < 2 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claims == nil {
		l.claims = make(map[fsat.Inode]fsat.Inode)
	}
	owner, ok := l.claims[have.Inode]
	if !ok {
		l.claims[have.Inode] = s.Inode
	}
	return !ok || owner == s.Inode
}

// with calls f with the target's directory and name of g.
func (p *dirPair) with(g *group, f func(d *fsat.Dir, name string)) {
	segs, err := fsat.Segments(g.path)
	if err != nil {
		return
	}
	near := fsat.ParentCache{Root: p.m.dst}
	defer near.Close()
	if d, name, err := near.Parent(segs); err == nil {
		f(d, name)
	}
}

// confirm tells whether the target's file of g holds what name, which is s, holds.
func (p *dirPair) confirm(g *group, name string, s fsat.Stat) (same bool) {
	p.with(g, func(d *fsat.Dir, made string) {
		a, err := p.src.Open(name)
		if err != nil {
			return
		}
		defer func() { _ = a.Close() }()
		same = p.SameFile(a, d, made, s, g.id)
	})
	return same
}

// linkTo makes name another name of g; false if it has to be copied instead.
func (p *dirPair) linkTo(g *group, name string, have fsat.Stat) (done bool) {
	if have.Inode == g.id && have.Kind == fsat.Regular {
		return true
	}
	p.with(g, func(d *fsat.Dir, made string) {
		x, _, err := d.Pin(made, fsat.Stat{Inode: g.id, Kind: fsat.Regular})
		if err != nil {
			return
		}
		defer x.Close()
		err = p.linkPinned(x, name, have)
		switch {
		case err == nil:
			done = true
			p.m.linked.Add(1)
		case errors.Is(err, fs.ErrNotExist): // it went away, and a copy tells what became of it
		case p.cannotLink(err):
		default:
			// A copy keeps the data, but is no second name.
			done = !errors.Is(err, syscall.EMLINK) && !copier.Refused(err)
			p.m.fail(p.rel+name, "link", copier.AtTarget(err))
		}
	})
	return done
}

func (p *dirPair) linkPinned(x fsat.Pinned, name string, have fsat.Stat) error {
	if have.Kind == fsat.Unknown {
		if err := x.Link(p.Dst, name); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	temp := p.Dst.TempName(name)
	if err := x.Link(p.Dst, temp); err != nil {
		return err
	}
	err := p.put(temp, name, have)
	// rename does nothing if both are names of one file already.
	_ = p.Dst.Unlink(temp)
	return err
}

// cannotLink tells whether err is what a file system answers to every hard link, and says so once. Some answer EPERM, as
// the kernel does where only this file may not be linked: a stranger's (protected_hardlinks) or an immutable one.
func (p *dirPair) cannotLink(err error) bool {
	switch {
	case errors.Is(err, syscall.EXDEV):
		p.m.warn("target %s: hard links between its file systems cannot be kept: %v", p.m.o.Target, err)
		return true
	case errors.Is(err, fsat.ErrNoProc), !copier.Refused(err):
		return false
	}
	return p.Lacks(p.Dev, copier.Linking, func(x fsat.Pinned) error {
		temp := p.Dst.TempName("probe")
		err := x.Link(p.Dst, temp)
		if err == nil {
			_ = p.Dst.Unlink(temp)
		}
		return err
	})
}
