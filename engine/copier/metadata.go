package copier

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"lsyncgo/engine/fsat"
)

// change gives an inode of the target the owner, attributes, mode and time of one of the source.
type change struct {
	p       *Place
	to      fsat.Pinned
	s, have fsat.Stat
	// want and old are the extended attributes of both, as far as they are mirrored.
	want, old map[string]string
	changed   bool // what may have changed the mode
	refused   []error
}

// keeper reads what is to be kept. plain tells that to has no extended attributes.
func (p *Place) keeper(to fsat.Pinned, from fsat.Attrs, s, have fsat.Stat, plain bool) (*change, error) {
	k := &change{p: p, to: to, s: s, have: have}
	if !p.Xattrs || s.Kind == fsat.Symlink {
		return k, nil
	}
	var err error
	if k.want, err = from.Read(); err != nil {
		return nil, err
	}
	if p.Harmless {
		delete(k.want, fsat.Capability)
	}
	if !plain {
		if k.old, err = to.Attrs().Read(); err != nil {
			return nil, AtTarget(err)
		}
	}
	return k, nil
}

// ApplyMetadata makes the metadata of to equal. A [refusal] tells that all of it was done that the target permits.
func (p *Place) ApplyMetadata(to fsat.Pinned, from fsat.Attrs, s, have fsat.Stat, plain bool) error {
	k, err := p.keeper(to, from, s, have, plain)
	if err != nil {
		return err
	}
	return k.apply()
}

// apply follows the order that is forced: chown clears setuid and capabilities, an ACL sets the mode, all of
// them need a mode that permits it, and nobody may get in before he is meant to.
func (k *change) apply() error {
	for _, step := range []func() error{k.owner, k.attributes, k.mode, k.time} {
		if err := step(); err != nil {
			return AtTarget(err)
		}
	}
	if len(k.refused) > 0 {
		return refusal{AtTarget(errors.Join(k.refused...))}
	}
	return nil
}

// permitted is the mode to set: setuid of one user must not become setuid of another.
func permitted(s, have fsat.Stat) uint32 {
	perm := s.Perm
	if s.UID != have.UID {
		perm &^= fsat.Setuid
	}
	if s.GID != have.GID && s.Kind != fsat.Directory {
		perm &^= fsat.Setgid
	}
	return perm
}

// owners returns the user and group to set, -1 for one that stays.
func (c *Copier) owners(s, have fsat.Stat) (uid, gid int) {
	uid, gid = -1, -1
	if s.UID != have.UID && c.Privileged && c.Owner {
		uid = int(s.UID)
	}
	if s.GID != have.GID && (c.Privileged || c.groups[s.GID]) && c.Owner {
		gid = int(s.GID)
	}
	return uid, gid
}

// Reowns is owners unless the file system of p keeps none.
func (p *Place) Reowns(s, have fsat.Stat) (uid, gid int) {
	uid, gid = p.owners(s, have)
	if uid >= 0 || gid >= 0 {
		if p.Lacks(have.Dev, Owning, func(x fsat.Pinned) error { return x.ChownChecked(uid, gid) }) {
			return -1, -1
		}
	}
	return uid, gid
}

func (k *change) owner() error {
	p := k.p
	uid, gid := p.owners(k.s, k.have)
	if uid < 0 && gid < 0 || k.p.Known(k.have.Dev, Owning) {
		return nil
	}
	if open := k.have.Perm &^ k.s.Perm & 0o777; open != 0 && p.Perms && k.s.Kind != fsat.Symlink && k.s.Kind != fsat.Directory {
		// The new owner or group does not get for a moment what it may not have.
		if err := k.to.Chmod(k.have.Perm&0o777&^open, k.s); err == nil {
			k.changed = true
		}
	}
	err := k.to.ChownChecked(uid, gid)
	if err != nil {
		return k.refuse(err, Owning, func(x fsat.Pinned) error { return x.ChownChecked(uid, gid) })
	}
	k.changed = true
	if uid >= 0 {
		k.have.UID = k.s.UID
	}
	if gid >= 0 {
		k.have.GID = k.s.GID
	}
	return nil
}

// refuse notes err, unless the whole file system refuses that: then it has been said. It returns what is none.
func (k *change) refuse(err error, f Feature, try func(fsat.Pinned) error) error {
	switch {
	case !Refused(err):
		return err
	case !errors.Is(err, syscall.EINVAL) && k.p.Lacks(k.have.Dev, f, try): // EINVAL is about a value
	default:
		k.refused = append(k.refused, err)
	}
	return nil
}

// attributes makes the extended attributes equal.
func (k *change) attributes() error {
	for name := range k.old {
		if _, ok := k.want[name]; !ok {
			if err := k.attribute(name, "", func(x fsat.Pinned) error { return x.RemoveXattr(name) }); err != nil {
				return err
			}
		}
	}
	for name, value := range k.want {
		if v, ok := k.old[name]; !ok || v != value {
			if err := k.attribute(name, value, func(x fsat.Pinned) error { return x.SetXattr(name, value, k.s) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *change) attribute(name, value string, do func(fsat.Pinned) error) error {
	f := FeatureOf(name)
	if k.p.Known(k.have.Dev, f) {
		return nil
	}
	err := do(k.to)
	if errors.Is(err, fs.ErrPermission) && !k.p.Privileged && k.to.Chmod(k.have.Perm&0o777|0o600, k.s) == nil {
		k.changed = true
		err = do(k.to)
	}
	switch {
	case err == nil:
		k.changed = true
		return nil
	case Full(err), errors.Is(err, syscall.E2BIG), errors.Is(err, syscall.ERANGE):
		// File systems bound the attributes of one file, which is no full disk.
		k.refused = append(k.refused, attributeError{name, err})
		return nil
	}
	probe := name
	if name == fsat.DefaultACL {
		probe = fsat.AccessACL // files have the other one only
	}
	before := len(k.refused)
	err = k.refuse(err, f, func(x fsat.Pinned) error {
		own, err := x.Stat()
		if err != nil {
			return err
		}
		return x.SetXattr(probe, value, own)
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

// FeatureOf is what a file system lacks that refuses the attribute name to all files.
func FeatureOf(name string) Feature {
	if strings.HasPrefix(name, "system.posix_acl_") {
		return "ACLs"
	}
	class, _, _ := strings.Cut(name, ".")
	return Feature("attributes " + class + ".*")
}

func (k *change) mode() error {
	p := k.p
	perm := permitted(k.s, k.have)
	if !p.Perms || k.s.Kind == fsat.Symlink || !k.changed && perm == k.have.Perm || k.p.Known(k.have.Dev, Modes) {
		return nil
	}
	err := k.to.Chmod(perm, k.s)
	if errors.Is(err, fsat.ErrForeign) {
		k.refused = append(k.refused, err)
		err = k.to.Chmod(perm&0o777, k.s)
	}
	if err == nil {
		return nil
	}
	return k.refuse(err, Modes, func(x fsat.Pinned) error { return x.ChmodChecked(perm & 0o777) })
}

func (k *change) time() error {
	if !k.p.Times || k.s.Mtime == k.have.Mtime {
		return nil
	}
	err := k.to.SetTime(k.s.Mtime)
	if err != nil && Refused(err) {
		k.refused = append(k.refused, err)
		return nil
	}
	return err
}
