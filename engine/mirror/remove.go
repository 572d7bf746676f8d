package mirror

import (
	"errors"
	"io/fs"
	"syscall"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// remove takes name, and everything below it, out of the target directory d. Path is where it belongs, by which
// rules know it. It reports its failures, and returns whether name is gone.
func (m *mirror) remove(d *fsat.Dir, name, path string, have fsat.Stat) bool {
	if m.halted() || m.keeps(path, have.Kind) {
		return false
	}
	if have.Kind == fsat.Directory {
		return m.removeDir(d, name, path, have)
	}
	err := m.force(d, func() error { return d.Unlink(name) })
	if err != nil && !fsat.IsGone(err) {
		m.fail(path, "remove", copier.AtTarget(err))
		return false
	}
	m.removed.Add(1)
	return true
}

func (m *mirror) removeDir(d *fsat.Dir, name, path string, have fsat.Stat) bool {
	if have.Inode == m.srcID && have.Ino != 0 {
		m.fail(path, "remove", errors.New("refused: this is the source"))
		return false
	}
	kept, err := m.empty(d, name, path, have)
	if err == nil && kept {
		return false
	}
	if err == nil {
		err = m.force(d, func() error { return d.Rmdir(name) })
	}
	if err != nil && !fsat.IsGone(err) {
		m.fail(path, "remove", copier.AtTarget(err))
		return false
	}
	m.removed.Add(1)
	return true
}

// empty removes what is in the directory name; kept tells that something has
// to stay, or could not be removed and was reported.
func (m *mirror) empty(d *fsat.Dir, name, path string, have fsat.Stat) (kept bool, err error) {
	if !m.Privileged && have.Perm&0o700 != 0o700 {
		if err := d.GrantOwner(name, have); err != nil {
			return false, err
		}
	}
	err = d.Within(name, func(sub *fsat.Dir) error {
		list, err := sub.List()
		if err != nil {
			return err
		}
		for _, e := range list {
			st := fsat.Stat{Kind: e.Kind}
			if e.Kind == fsat.Directory || e.Kind == fsat.Unknown {
				if st, err = sub.Lstat(e.Name); err != nil {
					continue // gone; rmdir tells if not
				}
			}
			inner := path + "/" + e.Name
			if m.spared(inner, st.Kind) || !m.remove(sub, e.Name, inner, st) {
				kept = true
			}
			if sub.Lost() {
				return nil // as was reported
			}
		}
		return nil
	})
	return kept, err
}

func (m *mirror) spared(path string, k fsat.Kind) bool {
	if m.o.Excluded == nil {
		return false
	}
	if k == fsat.Directory {
		path += "/"
	}
	return m.o.Excluded(path)
}

// force tries again after giving us the right to change d, if that was missing.
// The time and mode of d are set when the work in it is done.
func (m *mirror) force(d *fsat.Dir, do func() error) error {
	err := do()
	if m.Privileged || !errors.Is(err, syscall.EACCES) {
		return err
	}
	have, serr := d.Stat()
	if serr != nil || errors.Is(err, fs.ErrNotExist) || d.Self().Chmod(have.Perm|0o700, have) != nil {
		return err
	}
	return do()
}
