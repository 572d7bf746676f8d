package transfer

import (
	"errors"
	"maps"
)

// adopt makes the metadata of an existing entry equal whose content is. false: it has to be made anew.
func (p *place) adopt(name string, s, have stat) (done bool, err error) {
	if same, err := p.equalMeta(name, s, have); err != nil || same {
		return same, err
	}
	from, now, err := p.src.pin(name, s)
	if errors.Is(err, errReplaced) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer from.close()
	if s.size != now.size || s.mtime != now.mtime {
		return false, nil // changed since it was compared
	}
	s = now
	to, have, err := p.dst.pin(name, have)
	if errors.Is(err, errReplaced) {
		return false, nil
	}
	if err != nil {
		return false, atTarget(err)
	}
	defer to.close()
	k, err := p.keeper(to, from.attrs(), s, have, false)
	if err != nil || !k.adoptable() {
		return false, err
	}
	return true, k.apply()
}

// adoptable tells whether the entry may get what it lacks. Whoever can write in a directory of the target chooses
// what is there, and size and time are easily given, so that an existing inode gets no owner, no group that could do
// more with it than it can, and nothing that makes a program run as somebody else. One that has more names than the
// source's may have them outside the target.
func (k *keeping) adoptable() bool {
	m := k.p.m
	uid, gid := k.p.reowns(k.s, k.have)
	if m.privileged && uid >= 0 || m.privileged && gid >= 0 && k.gains() {
		return false
	}
	perm := permitted(k.s, k.have)
	changes := uid >= 0 || gid >= 0 || m.o.Perms && perm != k.have.perm || !maps.Equal(k.want, k.old)
	switch {
	case k.s.kind == symlink, !changes:
		return true
	case m.privileged && k.have.nlink > max(1, k.s.nlink):
		return false
	case m.o.Perms && perm&(setuid|setgid) != 0:
		return false
	case k.p.strangers(k.have.uid) && (m.o.Perms && perm&^k.have.perm&0o077 != 0 || k.want[accessACL] != k.old[accessACL]):
		return false // somebody might get to read what is not the source's
	}
	_, capable := k.want[capability]
	return !capable || gid < 0 && k.want[capability] == k.old[capability]
}

// gains tells whether the group that the source has could do more with the file than everybody can.
func (k *keeping) gains() bool {
	_, acl := k.old[accessACL]
	return acl || k.s.perm>>3&^k.have.perm&0o7 != 0
}
