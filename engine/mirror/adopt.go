package mirror

import (
	"errors"
	"maps"

	"lsyncgo/engine/fsat"
)

// adopt makes the metadata of an existing entry equal whose content is. false: it has to be made anew.
func (p *dirPair) adopt(name string, s, have fsat.Stat) (done bool, err error) {
	if same, err := p.equalMeta(name, s, have); err != nil || same {
		return same, err
	}
	from, now, err := p.src.Pin(name, s)
	if errors.Is(err, fsat.ErrReplaced) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer from.Close()
	if s.Size != now.Size || s.Mtime != now.Mtime {
		return false, nil // changed since it was compared
	}
	s = now
	to, have, err := p.dst.Pin(name, have)
	if errors.Is(err, fsat.ErrReplaced) {
		return false, nil
	}
	if err != nil {
		return false, atTarget(err)
	}
	defer to.Close()
	k, err := p.keeper(to, from.Attrs(), s, have, false)
	if err != nil || !k.adoptable() {
		return false, err
	}
	return true, k.apply()
}

// adoptable tells whether the entry may get what it lacks. Whoever can write in a directory of the target chooses
// what is there, and size and time are easily given, so that an existing inode gets no owner, no group that could do
// more with it than it can, and nothing that makes a program run as somebody else. One that has more names than the
// source's may have them outside the target.
func (k *metadataChange) adoptable() bool {
	m := k.p.m
	uid, gid := k.p.reowns(k.s, k.have)
	if m.privileged && uid >= 0 || m.privileged && gid >= 0 && k.gains() {
		return false
	}
	perm := permitted(k.s, k.have)
	changes := uid >= 0 || gid >= 0 || m.o.Perms && perm != k.have.Perm || !maps.Equal(k.want, k.old)
	switch {
	case k.s.Kind == fsat.Symlink, !changes:
		return true
	case m.privileged && k.have.Nlink > max(1, k.s.Nlink):
		return false
	case m.o.Perms && perm&(fsat.Setuid|fsat.Setgid) != 0:
		return false
	case k.p.strangers(k.have.UID) && (m.o.Perms && perm&^k.have.Perm&0o077 != 0 || k.want[fsat.AccessACL] != k.old[fsat.AccessACL]):
		return false // somebody might get to read what is not the source's
	}
	_, capable := k.want[fsat.Capability]
	return !capable || gid < 0 && k.want[fsat.Capability] == k.old[fsat.Capability]
}

// gains tells whether the group that the source has could do more with the file than everybody can.
func (k *metadataChange) gains() bool {
	_, acl := k.old[fsat.AccessACL]
	return acl || k.s.Perm>>3&^k.have.Perm&0o7 != 0
}
