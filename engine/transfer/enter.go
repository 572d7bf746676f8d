package transfer

const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default"
)

// openOrMake opens the target directory of c, which replaces anything that is none, and returns what it is.
func (p *place) openOrMake(c *place, name string, s, have stat) (stat, error) {
	made := have.kind != directory
	perm := uint32(0o700)
	if made {
		if !p.m.o.Perms {
			perm |= s.perm & 0o777
		}
		if err := p.makeDir(name, perm, have); err != nil {
			return stat{}, err
		}
		p.m.created.Add(1)
		have = stat{kind: directory, perm: perm}
	}
	var err error
	if c.dst, err = p.openTarget(name, have); err != nil {
		return stat{}, err
	}
	found := have.perm
	if have, err = c.dst.stat(); err == nil {
		err = c.occupy(have)
	}
	if err != nil {
		c.dst.close()
		return stat{}, err
	}
	c.fresh = made && (!p.shared || c.dst.empty())
	c.whole = made && !c.fresh
	if c.fresh {
		c.begun(have)
		return have, nil
	}
	err = c.narrow(s, have)
	c.perm = found // before openTarget
	if err != nil {
		c.vacate()
		c.dst.close()
	}
	return have, err
}

// makeDir makes a directory in the place of have.
func (p *place) makeDir(name string, perm uint32, have stat) error {
	if have.kind == unknown {
		return p.dst.mkdir(name, perm)
	}
	temp := p.dst.temp(name)
	if err := p.dst.mkdir(temp, perm); err != nil {
		return err
	}
	err := p.m.supersede(p.dst, temp, p.dst, name, p.rel+name, have)
	if err != nil {
		_ = p.dst.rmdir(temp)
	}
	return err
}

// openTarget opens a directory of the target so that its entries can be changed.
func (p *place) openTarget(name string, have stat) (*dir, error) {
	if !p.m.privileged && have.perm&0o700 != 0o700 {
		if err := p.dst.enable(name, have); err != nil {
			return nil, err
		}
	}
	return p.dst.sub(name)
}

// open prepares the root.
func (p *place) open() error {
	s, err := p.src.stat()
	if err != nil {
		return err
	}
	have, err := p.dst.stat()
	if err == nil {
		p.dev, p.renamed = have.dev, p.newName(s, have)
		p.written = p.written || p.renamed || p.m.o.Unlike
		err = p.narrow(s, have)
	}
	return atTarget(err)
}

// begun is what is found out about the target directory of p, now that it is open: from the descriptor, since
// another directory may have its name.
func (p *place) begun(have stat) map[string]string {
	p.dev, p.perm = have.dev, have.perm
	p.shared = have.uid != p.m.uid || have.perm&0o022 != 0
	if p.who = nobodyElse; p.up != nil {
		p.who = p.up.who
		p.exposed = !p.fresh && p.up.strangers(have.uid)
	}
	switch {
	case have.perm&0o022 != 0:
		p.who = several
	case have.uid == p.m.uid || p.who == int64(have.uid):
	case p.who == nobodyElse:
		p.who = int64(have.uid)
	default:
		p.who = several
	}
	if !p.m.o.Xattrs {
		return nil
	}
	attrs, err := p.dst.self().attrs().xattrs()
	if err != nil {
		return nil // finish tells
	}
	p.bequeaths = attrs[defaultACL] != ""
	return attrs
}

// plain tells that what is made in p has no extended attributes: the owner of a directory can give it an ACL for
// new entries at any time.
func (p *place) plain() bool { return !p.bequeaths && p.dst != nil && !p.shared }

// narrow takes from a directory that is there already what the source's does not allow (any more), before
// anything gets in it. [place.finish] gives what the source allows when all in it is done.
func (p *place) narrow(s, have stat) error {
	m, x := p.m, p.dst.self()
	attrs := p.begun(have)
	uid, gid := -1, -1
	if have.uid != s.uid || have.gid != s.gid {
		uid, gid = p.reowns(s, have)
	}
	if uid >= 0 && have.uid != m.uid {
		// Its owner could take back at once what is taken from him.
		if err := x.give(int(m.uid), -1); err != nil {
			return err
		}
		have.uid = m.uid
	}
	perm := have.perm
	if m.o.Perms {
		perm &= s.perm | ^uint32(0o777)
		perm |= s.perm & sticky
		if gid >= 0 || p.widerACL(attrs) {
			perm &^= 0o070 // which bounds named users and groups, too
		}
	}
	if !m.privileged {
		perm |= 0o700
	}
	err := p.tighten(perm, have)
	p.shared = have.uid != m.uid || perm&0o022 != 0
	if have.perm = perm; err == nil && p.exposed && p.opens(s, have) {
		p.whole, p.written = true, true
	}
	return err
}

// widerACL tells whether the target directory's ACL gives rights to users or groups whom the source's does not name alike.
func (p *place) widerACL(attrs map[string]string) bool {
	if attrs[accessACL] == "" || p.src == nil {
		return false
	}
	want, err := p.src.self().attrs().xattrs()
	return err != nil || want[accessACL] != attrs[accessACL]
}

// empty tells whether nothing is in a directory that we have just made: what has the name by now may be another one.
func (d *dir) empty() bool {
	list, err := d.list()
	return d.rewind() == nil && err == nil && len(list) == 0
}
