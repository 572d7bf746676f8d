package copier

import (
	"maps"

	"lsyncgo/engine/fsat"
)

// Adopt makes the metadata of the existing entry to, which is have, what s and from tell, if it may get that. done is false
// if it may not: then the entry has to be made anew. strangers tells whether somebody who is not the owner of
// an entry may have put it there; nil: nobody.
func (p *Place) Adopt(to fsat.Pinned, from fsat.Attrs, s, have fsat.Stat, strangers func(uid uint32) bool) (done bool, err error) {
	k, err := p.keeper(to, from, s, have, false)
	if err != nil || !k.adoptable(strangers) {
		return false, err
	}
	return true, k.apply()
}

// adoptable tells whether the entry may get what it lacks. Users who can write in a directory of the target choose
// what is there, and size and time are easily given, so that an existing inode gets no owner, no group that could do
// more with it than it can, and nothing that makes a program run as somebody else. One that has more names than the
// source's may have them outside the target.
func (k *change) adoptable(strangers func(uid uint32) bool) bool {
	p := k.p
	uid, gid := p.Reowns(k.s, k.have)
	if p.Privileged && uid >= 0 || p.Privileged && gid >= 0 && k.gains() {
		return false
	}
	perm := permitted(k.s, k.have)
	changes := uid >= 0 || gid >= 0 || p.Perms && perm != k.have.Perm || !maps.Equal(k.want, k.old)
	switch {
	case k.s.Kind == fsat.Symlink, !changes:
		return true
	case p.Privileged && k.have.Nlink > max(1, k.s.Nlink):
		return false
	case p.Perms && perm&(fsat.Setuid|fsat.Setgid) != 0:
		return false
	case strangers != nil && strangers(k.have.UID) && (p.Perms && perm&^k.have.Perm&0o077 != 0 || k.want[fsat.AccessACL] != k.old[fsat.AccessACL]):
		return false // somebody might get to read what is not the source's
	}
	_, capable := k.want[fsat.Capability]
	return !capable || gid < 0 && k.want[fsat.Capability] == k.old[fsat.Capability]
}

// gains tells whether the group that the source has could do more with the file than everybody can.
func (k *change) gains() bool {
	_, acl := k.old[fsat.AccessACL]
	return acl || k.s.Perm>>3&^k.have.Perm&0o7 != 0
}

// SameMetadata compares by name, which is enough to find that nothing has to be done.
func (p *Place) SameMetadata(src *fsat.Dir, name string, s, have fsat.Stat) (bool, error) {
	if uid, gid := p.Reowns(s, have); uid >= 0 || gid >= 0 {
		return false, nil
	}
	if p.Perms && s.Kind != fsat.Symlink && permitted(s, have) != have.Perm && !p.Known(have.Dev, Modes) || p.Times && s.Mtime != have.Mtime {
		return false, nil
	}
	if !p.Xattrs || s.Kind == fsat.Symlink {
		return true, nil
	}
	want, err := src.Attrs(name).Read()
	if err != nil {
		return false, err
	}
	old, err := p.Dst.Attrs(name).Read()
	return maps.Equal(want, old), AtTarget(err)
}
