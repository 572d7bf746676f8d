package mirror

import (
	"errors"
	"io/fs"

	"lsyncgo/engine/fsat"
)

var (
	errInTheWay = errors.New("a directory is in the way that could not be removed")
	errMayStay  = errors.New("a directory is in the way, and nothing may be deleted")
)

// supersede puts the entry from of a in the place of have, which is the entry to of b and has the path path. One of
// the two is a directory, which rename does not replace. What was there keeps its place until from has it, and is
// removed then; if it cannot be removed it gets its place again.
func (m *mirror) supersede(a *fsat.Dir, from string, b *fsat.Dir, to, path string, have fsat.Stat) error {
	if err := m.stop(); err != nil {
		return err
	}
	if have.Kind == fsat.Directory {
		if !m.o.Delete {
			return errMayStay
		}
		if m.stays(b, to, path) {
			// What stays does so in its place, and the rest goes.
			if !m.remove(b, to, path, have) {
				return errInTheWay
			}
			return a.Rename(from, b, to)
		}
	}
	d, old, err := a.Swap(from, b, to)
	if errors.Is(err, fs.ErrNotExist) { // it went away
		return a.Rename(from, b, to)
	}
	if err != nil {
		return err
	}
	now, err := d.Lstat(old)
	if err == nil && m.remove(d, old, path, now) || fsat.IsGone(err) {
		return nil
	}
	if err := a.Unswap(from, b, to, d, old); err != nil {
		return err
	}
	if err := m.stop(); err != nil {
		return err
	}
	return errInTheWay
}

// stays tells whether something in the directory name of d, whose path is path, may not be removed, or may be there unseen.
func (m *mirror) stays(d *fsat.Dir, name, path string) (stays bool) {
	if m.holds(path) || m.keeps(path, fsat.Directory) {
		return true
	}
	if m.o.Excluded == nil {
		return false
	}
	err := d.Within(name, func(sub *fsat.Dir) error {
		list, err := sub.List()
		for _, e := range list {
			k := e.Kind
			if k == fsat.Unknown {
				if st, err := sub.Lstat(e.Name); err == nil {
					k = st.Kind
				}
			}
			inner := path + "/" + e.Name
			if m.halted() || sub.Lost() || m.spared(inner, k) || k == fsat.Directory && m.stays(sub, e.Name, inner) {
				stays = true
				break
			}
		}
		return err
	})
	return stays || err != nil && !fsat.IsGone(err)
}
