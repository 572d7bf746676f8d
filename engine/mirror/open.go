package mirror

import (
	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// openOrMake opens the target directory of c, which replaces anything that is none, and returns what it is.
func (p *dirPair) openOrMake(c *dirPair, name string, s, have fsat.Stat) (fsat.Stat, error) {
	made := have.Kind != fsat.Directory
	perm := uint32(0o700)
	if made {
		if !p.m.o.Perms {
			perm |= s.Perm & 0o777
		}
		if err := p.makeDir(name, perm, have); err != nil {
			return fsat.Stat{}, err
		}
		p.m.created.Add(1)
		have = fsat.Stat{Kind: fsat.Directory, Perm: perm}
	}
	var err error
	if c.Dst, err = p.openTarget(name, have); err != nil {
		return fsat.Stat{}, err
	}
	found := have.Perm
	if have, err = c.Dst.Stat(); err == nil {
		err = c.occupy(have)
	}
	if err != nil {
		c.Dst.Close()
		return fsat.Stat{}, err
	}
	c.isNew = made && (!p.OthersWrite || c.Dst.Empty())
	c.whole = made && !c.isNew
	if c.isNew {
		c.inspect(have)
		return have, nil
	}
	err = c.restrict(s, have)
	c.perm = found // before openTarget
	if err != nil {
		c.vacate()
		c.Dst.Close()
	}
	return have, err
}

// makeDir makes a directory in the place of have.
func (p *dirPair) makeDir(name string, perm uint32, have fsat.Stat) error {
	if have.Kind == fsat.Unknown {
		return p.Dst.Mkdir(name, perm)
	}
	temp := p.Dst.TempName(name)
	if err := p.Dst.Mkdir(temp, perm); err != nil {
		return err
	}
	err := p.m.supersede(p.Dst, temp, p.Dst, name, p.rel+name, have)
	if err != nil {
		_ = p.Dst.Rmdir(temp)
	}
	return err
}

// openTarget opens a directory of the target so that its entries can be changed.
func (p *dirPair) openTarget(name string, have fsat.Stat) (*fsat.Dir, error) {
	if !p.m.Privileged && have.Perm&0o700 != 0o700 {
		if err := p.Dst.GrantOwner(name, have); err != nil {
			return nil, err
		}
	}
	return p.Dst.OpenDir(name)
}

// open prepares the root.
func (p *dirPair) open() error {
	s, err := p.src.Stat()
	if err != nil {
		return err
	}
	have, err := p.Dst.Stat()
	if err == nil {
		p.Dev, p.renamed = have.Dev, p.renamedSince(s, have)
		p.written = p.written || p.renamed || p.m.o.Unlike
		err = p.restrict(s, have)
	}
	return copier.AtTarget(err)
}

// inspect is what is found out about the target directory of p, now that it is open: from the descriptor, since
// another directory may have its name.
func (p *dirPair) inspect(have fsat.Stat) map[string]string {
	p.Look(have)
	p.perm = have.Perm
	if p.otherWriter = nobodyElse; p.parent != nil {
		p.otherWriter = p.parent.otherWriter
		p.exposed = !p.isNew && p.parent.strangers(have.UID)
	}
	switch {
	case have.Perm&0o022 != 0:
		p.otherWriter = several
	case have.UID == p.m.UID || p.otherWriter == int64(have.UID):
	case p.otherWriter == nobodyElse:
		p.otherWriter = int64(have.UID)
	default:
		p.otherWriter = several
	}
	if !p.m.o.Xattrs {
		return nil
	}
	attrs, err := p.Dst.Self().Attrs().Read()
	if err != nil {
		return nil // finish tells
	}
	p.DefaultACL = attrs[fsat.DefaultACL] != ""
	return attrs
}

// restrict takes from a directory that is there already what the source's does not allow (any more), before
// anything gets in it. [dirPair.finish] gives what the source allows when all in it is done.
func (p *dirPair) restrict(s, have fsat.Stat) error {
	m, x := p.m, p.Dst.Self()
	attrs := p.inspect(have)
	uid, gid := -1, -1
	if have.UID != s.UID || have.GID != s.GID {
		uid, gid = p.Reowns(s, have)
	}
	if uid >= 0 && have.UID != m.UID {
		// Its owner could take back at once what is taken from him.
		if err := x.ChownChecked(int(m.UID), -1); err != nil {
			return err
		}
		have.UID = m.UID
	}
	perm := have.Perm
	if m.o.Perms {
		perm &= s.Perm | ^uint32(0o777)
		perm |= s.Perm & fsat.Sticky
		if gid >= 0 || p.widerACL(attrs) {
			perm &^= 0o070 // which bounds named users and groups, too
		}
	}
	if !m.Privileged {
		perm |= 0o700
	}
	err := p.restrictMode(perm, have)
	p.OthersWrite = have.UID != m.UID || perm&0o022 != 0
	if have.Perm = perm; err == nil && p.exposed && p.opens(s, have) {
		p.whole, p.written = true, true
	}
	return err
}

// widerACL tells whether the target directory's ACL gives rights to users or groups whom the source's does not name alike.
func (p *dirPair) widerACL(attrs map[string]string) bool {
	if attrs[fsat.AccessACL] == "" || p.src == nil {
		return false
	}
	want, err := p.src.Self().Attrs().Read()
	return err != nil || want[fsat.AccessACL] != attrs[fsat.AccessACL]
}
