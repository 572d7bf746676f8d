package mirror

import (
	"errors"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// tries is how often a file is copied that changes while it is read.
const tries = 3

var errChanged = errors.New("changed while it was copied, three times")

// regular makes a file equal.
func (p *dirPair) regular(t workItem, s, have fsat.Stat) {
	unverified := p.written || t.flags()&written != 0 || have.QuickMatch(s) && p.changedSince(s, have)
	if !p.m.o.HardLinks || s.Nlink < 2 {
		p.syncFile(t.name, s, have, unverified)
		return
	}
	g := p.m.links.group(s.Inode)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.names, g.nlink = g.names+1, s.Nlink
	if g.unnamed {
		p.m.flush()
		g.unnamed = false
	}
	if g.known && unverified && !g.verified {
		g.verified = p.confirm(g, t.name, s)
	}
	if g.known && (g.verified || !unverified) && p.linkTo(g, t.name, have) {
		return
	}
	if id, ok := p.syncFile(t.name, s, have, unverified); ok {
		copied := id != have.Inode
		g.split = g.split || g.known && g.id != id
		g.partial = g.partial || copied || have.Nlink < s.Nlink
		g.unnamed = copied
		g.known, g.verified, g.path, g.id = true, unverified || copied, p.rel+t.name, id
	}
}

// syncFile copies a file unless the target has it, and returns what the target's
// inode is then.
func (p *dirPair) syncFile(name string, s, have fsat.Stat, unverified bool) (fsat.Inode, bool) {
	m := p.m
	mine := have.Kind == fsat.Regular && m.links.claim(m.o, have, s)
	if mine && have.QuickMatch(s) && (!unverified && !p.m.o.Compare || p.sameData(name, s, have)) {
		done, err := p.adopt(name, s, have)
		if err != nil {
			p.lost(name, "set attributes of", err)
			return fsat.Inode{}, false
		}
		if done {
			if unverified && m.verifying {
				p.markVerified(name, s, have)
			}
			return have.Inode, true
		}
	}
	id, err := p.copy(name, s, have)
	if err != nil {
		verb := "read"
		if copier.IsAtTarget(err) {
			verb = "write"
		}
		p.lost(name, verb, err)
		return fsat.Inode{}, false
	}
	m.copied.Add(1)
	return id, true
}

// copy writes the file until the source holds still.
func (p *dirPair) copy(name string, s, have fsat.Stat) (fsat.Inode, error) {
	for range tries {
		id, err := p.replace(name, s, have)
		if !errors.Is(err, copier.ErrChanged) {
			if err == nil {
				p.m.bytes.Add(s.Size)
			}
			return id, err
		}
		if err := p.m.stop(); err != nil {
			return fsat.Inode{}, err
		}
		if s, err = p.src.Lstat(name); err != nil {
			return fsat.Inode{}, err
		}
		if s.Kind != fsat.Regular {
			break
		}
	}
	return fsat.Inode{}, errChanged
}

// replace writes a temporary file and renames it to name.
func (p *dirPair) replace(name string, s, have fsat.Stat) (fsat.Inode, error) {
	in, err := p.src.Open(name)
	if err != nil {
		return fsat.Inode{}, err
	}
	defer func() { _ = in.Close() }()
	temp := p.Dst.TempName(name)
	id, err := p.File(in, temp, s, have)
	less, err := copier.Partly(err)
	if err != nil {
		return fsat.Inode{}, err
	}
	if err := p.commit(temp, name, have, s.Size); err != nil {
		_ = p.Dst.Unlink(temp)
		return fsat.Inode{}, err
	}
	if less != nil {
		p.m.fail(p.rel+name, "set attributes of", less)
	}
	return id, nil
}

// put renames a finished temporary entry to name.
func (p *dirPair) put(temp, name string, have fsat.Stat) error {
	if have.Kind == fsat.Directory {
		return copier.AtTarget(p.m.supersede(p.Dst, temp, p.Dst, name, p.rel+name, have))
	}
	return copier.AtTarget(p.Dst.Rename(temp, p.Dst, name))
}

// sameData compares the contents of name on both sides. Any error makes them
// different: the copy that follows reports it.
func (p *dirPair) sameData(name string, s, have fsat.Stat) bool {
	a, err := p.src.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = a.Close() }()
	return p.SameFile(a, p.Dst, name, s, have.Inode)
}
