package transfer

import (
	"errors"
	"io/fs"
	"syscall"
)

const (
	setuid = 0o4000
	setgid = 0o2000
)

// keep gives what to names the owner, attributes, mode and time of s. have is
// what it has; plain tells that it has no extended attributes. The order is
// forced: chown clears setuid and capabilities, an ACL sets the mode, and all
// of them need a mode that permits it.
func (m *mirror) keep(to, from ref, s, have stat, plain bool) error {
	chmod := false
	if m.o.Owner && (s.uid != have.uid || s.gid != have.gid) {
		given, err := m.give(to, s, &have)
		if err != nil {
			return atTarget(err)
		}
		chmod = given
	}
	if m.o.Xattrs && s.kind != symlink {
		changed, err := m.attributes(to, from, have, plain)
		if err != nil {
			return err
		}
		chmod = chmod || changed
	}
	if perm := permitted(s, have); m.o.Perms && s.kind != symlink && (chmod || perm != have.perm) {
		if err := to.chmod(perm); err != nil {
			return atTarget(err)
		}
	}
	if m.o.Times && s.mtime != have.mtime {
		return atTarget(to.setTime(s.mtime))
	}
	return nil
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

// give changes the owner as far as we may, and have with it.
func (m *mirror) give(to ref, s stat, have *stat) (bool, error) {
	uid, gid := -1, -1
	if s.uid != have.uid && m.privileged {
		uid = int(s.uid)
	}
	if s.gid != have.gid && (m.privileged || m.groups[s.gid]) {
		gid = int(s.gid)
	}
	if uid < 0 && gid < 0 || m.noOwners.Load() {
		return false, nil
	}
	err := to.chown(uid, gid)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EINVAL), unsupported(err):
		// FAT and network file systems keep no owners; a user namespace knows
		// only some; and a file of another user is not ours to give.
		if m.privileged && !m.noOwners.Swap(true) {
			m.note("target %s: owners cannot be kept: %v", m.o.Target, err)
		}
		return false, nil
	default:
		return false, err
	}
	if uid >= 0 {
		have.uid = s.uid
	}
	if gid >= 0 {
		have.gid = s.gid
	}
	return true, nil
}

// attributes makes the extended attributes equal.
func (m *mirror) attributes(to, from ref, have stat, plain bool) (changed bool, err error) {
	want, err := from.xattrs()
	if err != nil {
		return false, err
	}
	var old map[string]string
	if !plain {
		if old, err = to.xattrs(); err != nil {
			return false, atTarget(err)
		}
	}
	change := func(name string, do func() error) error {
		err := do()
		if errors.Is(err, fs.ErrPermission) && !m.privileged && to.chmod(have.perm|0o600) == nil {
			err = do()
		}
		switch {
		case err == nil:
			changed = true
		case errors.Is(err, fs.ErrPermission), unsupported(err):
			m.note("target %s: attribute %s cannot be kept: %v", m.o.Target, name, err)
			return nil
		}
		return err
	}
	for name := range old {
		if _, ok := want[name]; !ok {
			if err := change(name, func() error { return to.removeXattr(name) }); err != nil {
				return changed, err
			}
		}
	}
	for name, value := range want {
		if v, ok := old[name]; !ok || v != value {
			if err := change(name, func() error { return to.setXattr(name, value) }); err != nil {
				return changed, err
			}
		}
	}
	return changed, nil
}

func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EOPNOTSUPP)
}
