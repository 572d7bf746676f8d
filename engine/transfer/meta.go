package transfer

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"syscall"
)

const (
	setuid = 0o4000
	setgid = 0o2000
	sticky = 0o1000
)

// keeping gives an inode of the target the owner, attributes, mode and time of one of the source.
type keeping struct {
	p       *place
	to      pinned
	s, have stat
	// want and old are the extended attributes of both, as far as they are mirrored.
	want, old map[string]string
	changed   bool // what may have changed the mode
	refused   []error
}

// keeper reads what is to be kept. plain tells that to has no extended attributes.
func (p *place) keeper(to pinned, from ref, s, have stat, plain bool) (*keeping, error) {
	k := &keeping{p: p, to: to, s: s, have: have}
	if !p.m.o.Xattrs || s.kind == symlink {
		return k, nil
	}
	var err error
	if k.want, err = from.xattrs(); err != nil {
		return nil, err
	}
	if !plain {
		if k.old, err = to.attrs().xattrs(); err != nil {
			return nil, atTarget(err)
		}
	}
	return k, nil
}

// keep makes the metadata of to equal. A [refusal] tells that all of it was done that the target permits.
func (p *place) keep(to pinned, from ref, s, have stat, plain bool) error {
	k, err := p.keeper(to, from, s, have, plain)
	if err != nil {
		return err
	}
	return k.apply()
}

// apply follows the order that is forced: chown clears setuid and capabilities, an ACL sets the mode, all of
// them need a mode that permits it, and nobody may get in before he is meant to.
func (k *keeping) apply() error {
	for _, step := range []func() error{k.owner, k.attributes, k.mode, k.time} {
		if err := step(); err != nil {
			return atTarget(err)
		}
	}
	if len(k.refused) > 0 {
		return refusal{atTarget(errors.Join(k.refused...))}
	}
	return nil
}

// refusal is what became of an entry of which everything was done that the target did not refuse.
type refusal struct{ error }

func (e refusal) Unwrap() error { return e.error }

// refused tells of answers that concern one step and not the entry.
func refused(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) || unsupported(err) ||
		errors.Is(err, errNoProc) || errors.Is(err, errForeign)
}

func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EOPNOTSUPP)
}

// permitted is the mode to set: setuid of one user must not become setuid of another.
func permitted(s, have stat) uint32 {
	perm := s.perm
	if s.uid != have.uid {
		perm &^= setuid
	}
	if s.gid != have.gid && s.kind != directory {
		perm &^= setgid
	}
	return perm
}

// owners returns the user and group to set, -1 for one that stays.
func (m *mirror) owners(s, have stat) (uid, gid int) {
	uid, gid = -1, -1
	if s.uid != have.uid && m.privileged && m.o.Owner {
		uid = int(s.uid)
	}
	if s.gid != have.gid && (m.privileged || m.groups[s.gid]) && m.o.Owner {
		gid = int(s.gid)
	}
	return uid, gid
}

// reowns is owners unless the file system of p keeps none.
func (p *place) reowns(s, have stat) (uid, gid int) {
	uid, gid = p.m.owners(s, have)
	if uid >= 0 || gid >= 0 {
		if p.lacks(have.dev, owning, func(x pinned) error { return x.give(uid, gid) }) {
			return -1, -1
		}
	}
	return uid, gid
}

func (k *keeping) owner() error {
	m := k.p.m
	uid, gid := m.owners(k.s, k.have)
	if uid < 0 && gid < 0 || k.p.known(k.have.dev, owning) {
		return nil
	}
	if open := k.have.perm &^ k.s.perm & 0o777; open != 0 && m.o.Perms && k.s.kind != symlink && k.s.kind != directory {
		// The new owner or group does not get for a moment what it may not have.
		if err := k.to.chmod(k.have.perm&0o777&^open, k.s); err == nil {
			k.changed = true
		}
	}
	err := k.to.give(uid, gid)
	if err != nil {
		return k.refuse(err, owning, func(x pinned) error { return x.give(uid, gid) })
	}
	k.changed = true
	if uid >= 0 {
		k.have.uid = k.s.uid
	}
	if gid >= 0 {
		k.have.gid = k.s.gid
	}
	return nil
}

// refuse notes err, unless the whole file system refuses that: then it has been said. It returns what is none.
func (k *keeping) refuse(err error, f feature, try func(pinned) error) error {
	switch {
	case !refused(err):
		return err
	case !errors.Is(err, syscall.EINVAL) && k.p.lacks(k.have.dev, f, try): // EINVAL is about a value
	default:
		k.refused = append(k.refused, err)
	}
	return nil
}

// attributes makes the extended attributes equal.
func (k *keeping) attributes() error {
	for name := range k.old {
		if _, ok := k.want[name]; !ok {
			if err := k.attribute(name, "", func(x pinned) error { return x.removeXattr(name) }); err != nil {
				return err
			}
		}
	}
	for name, value := range k.want {
		if v, ok := k.old[name]; !ok || v != value {
			if err := k.attribute(name, value, func(x pinned) error { return x.setXattr(name, value, k.s) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *keeping) attribute(name, value string, do func(pinned) error) error {
	f := featureOf(name)
	if k.p.known(k.have.dev, f) {
		return nil
	}
	err := do(k.to)
	if errors.Is(err, fs.ErrPermission) && !k.p.m.privileged && k.to.chmod(k.have.perm&0o777|0o600, k.s) == nil {
		k.changed = true
		err = do(k.to)
	}
	switch {
	case err == nil:
		k.changed = true
		return nil
	case full(err), errors.Is(err, syscall.E2BIG), errors.Is(err, syscall.ERANGE):
		// File systems bound the attributes of one file, which is no full disk.
		k.refused = append(k.refused, attributeError{name, err})
		return nil
	}
	probe := name
	if name == defaultACL {
		probe = accessACL // files have the other one only
	}
	before := len(k.refused)
	err = k.refuse(err, f, func(x pinned) error {
		own, err := x.stat()
		if err != nil {
			return err
		}
		return x.setXattr(probe, value, own)
	})
	if len(k.refused) > before {
		k.refused[before] = attributeError{name, k.refused[before]}
	}
	return err
}

// attributeError says which attribute an error is about.
type attributeError struct {
	name string
	err  error
}

func (e attributeError) Error() string { return e.name + ": " + e.err.Error() }
func (e attributeError) Unwrap() error { return e.err }

// featureOf is what a file system lacks that refuses the attribute name to all files.
func featureOf(name string) feature {
	if strings.HasPrefix(name, "system.posix_acl_") {
		return "ACLs"
	}
	class, _, _ := strings.Cut(name, ".")
	return feature("attributes " + class + ".*")
}

func (k *keeping) mode() error {
	m := k.p.m
	perm := permitted(k.s, k.have)
	if !m.o.Perms || k.s.kind == symlink || !k.changed && perm == k.have.perm || k.p.known(k.have.dev, modes) {
		return nil
	}
	err := k.to.chmod(perm, k.s)
	if errors.Is(err, errForeign) {
		k.refused = append(k.refused, err)
		err = k.to.chmod(perm&0o777, k.s)
	}
	if err == nil {
		return nil
	}
	return k.refuse(err, modes, func(x pinned) error { return x.become(perm & 0o777) })
}

func (k *keeping) time() error {
	if !k.p.m.o.Times || k.s.mtime == k.have.mtime {
		return nil
	}
	err := k.to.setTime(k.s.mtime)
	if err != nil && refused(err) {
		k.refused = append(k.refused, err)
		return nil
	}
	return err
}

// equalMeta compares by name, which is enough to find that nothing has to be done.
func (p *place) equalMeta(name string, s, have stat) (bool, error) {
	m := p.m
	if uid, gid := p.reowns(s, have); uid >= 0 || gid >= 0 {
		return false, nil
	}
	if m.o.Perms && s.kind != symlink && permitted(s, have) != have.perm && !p.known(have.dev, modes) || m.o.Times && s.mtime != have.mtime {
		return false, nil
	}
	if !m.o.Xattrs || s.kind == symlink {
		return true, nil
	}
	want, err := p.src.ref(name).xattrs()
	if err != nil {
		return false, err
	}
	old, err := p.dst.ref(name).xattrs()
	return maps.Equal(want, old), atTarget(err)
}
