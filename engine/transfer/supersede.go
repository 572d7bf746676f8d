package transfer

import (
	"errors"
	"io/fs"
	"syscall"
)

var (
	errInTheWay = errors.New("a directory is in the way that could not be removed")
	errMayStay  = errors.New("a directory is in the way, and nothing may be deleted")
)

// supersede puts the entry from of a in the place of have, which is the entry to of b and has the path path. One of
// the two is a directory, which rename does not replace. What was there keeps its place until from has it, and is
// removed then; if it cannot be removed it gets its place again.
func (m *mirror) supersede(a *dir, from string, b *dir, to, path string, have stat) error {
	if err := m.stop(); err != nil {
		return err
	}
	if have.kind == directory {
		if !m.o.Delete {
			return errMayStay
		}
		if m.stays(b, to, path) {
			// What stays does so in its place, and the rest goes.
			if !m.remove(b, to, path, have) {
				return errInTheWay
			}
			return a.rename(from, b, to)
		}
	}
	d, old, err := swap(a, from, b, to)
	if errors.Is(err, fs.ErrNotExist) { // it went away
		return a.rename(from, b, to)
	}
	if err != nil {
		return err
	}
	now, err := d.lstat(old)
	if err == nil && m.remove(d, old, path, now) || gone(err) {
		return nil
	}
	if err := unswap(a, from, b, to, d, old); err != nil {
		return err
	}
	if err := m.stop(); err != nil {
		return err
	}
	return errInTheWay
}

// swap puts from in the place of to, and returns where is what was there.
func swap(a *dir, from string, b *dir, to string) (d *dir, old string, err error) {
	err = a.exchange(from, b, to)
	if err == nil {
		return a, from, nil
	}
	// Not every file system can; and no directory changes places with one that it is in.
	if !unsupported(err) && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOSYS) {
		return nil, "", err
	}
	old = b.temp(to)
	if err := b.rename(to, b, old); err != nil {
		return nil, "", err
	}
	if err := a.rename(from, b, to); err != nil {
		return nil, "", errors.Join(err, b.rename(old, b, to))
	}
	return b, old, nil
}

// unswap takes back what swap has done.
func unswap(a *dir, from string, b *dir, to string, d *dir, old string) error {
	if d == a && old == from {
		return a.exchange(from, b, to)
	}
	if err := b.rename(to, a, from); err != nil {
		return err
	}
	return d.rename(old, b, to)
}

// stays tells whether something in the directory name of d, whose path is path, may not be removed, or may be there unseen.
func (m *mirror) stays(d *dir, name, path string) (stays bool) {
	if m.holds(path) || m.keeps(path, directory) {
		return true
	}
	if m.o.Excluded == nil {
		return false
	}
	err := d.within(name, func(sub *dir) error {
		list, err := sub.list()
		for _, e := range list {
			k := e.kind
			if k == unknown {
				if st, err := sub.lstat(e.name); err == nil {
					k = st.kind
				}
			}
			inner := path + "/" + e.name
			if m.halted() || sub.away() || m.spared(inner, k) || k == directory && m.stays(sub, e.name, inner) {
				stays = true
				break
			}
		}
		return err
	})
	return stays || err != nil && !gone(err)
}
