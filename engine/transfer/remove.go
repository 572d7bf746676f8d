package transfer

import (
	"errors"
	"io/fs"
	"syscall"
)

// remove takes name, and everything below it, out of the target directory d. Path is where it belongs, by which
// rules know it. It reports its failures, and returns whether name is gone.
func (m *mirror) remove(d *dir, name, path string, have stat) bool {
	if m.halted() || m.keeps(path, have.kind) {
		return false
	}
	if have.kind == directory {
		return m.removeDir(d, name, path, have)
	}
	err := m.force(d, func() error { return d.unlink(name) })
	if err != nil && !gone(err) {
		m.fail(path, "remove", atTarget(err))
		return false
	}
	m.removed.Add(1)
	return true
}

func (m *mirror) removeDir(d *dir, name, path string, have stat) bool {
	if have.inode == m.srcID && have.ino != 0 {
		m.fail(path, "remove", errors.New("refused: this is the source"))
		return false
	}
	kept, err := m.empty(d, name, path, have)
	if err == nil && kept {
		return false
	}
	if err == nil {
		err = m.force(d, func() error { return d.rmdir(name) })
	}
	if err != nil && !gone(err) {
		m.fail(path, "remove", atTarget(err))
		return false
	}
	m.removed.Add(1)
	return true
}

// empty removes what is in the directory name; kept tells that something has
// to stay, or could not be removed and was reported.
func (m *mirror) empty(d *dir, name, path string, have stat) (kept bool, err error) {
	if !m.privileged && have.perm&0o700 != 0o700 {
		if err := d.enable(name, have); err != nil {
			return false, err
		}
	}
	err = d.within(name, func(sub *dir) error {
		list, err := sub.list()
		if err != nil {
			return err
		}
		for _, e := range list {
			st := stat{kind: e.kind}
			if e.kind == directory || e.kind == unknown {
				if st, err = sub.lstat(e.name); err != nil {
					continue // gone; rmdir tells if not
				}
			}
			inner := path + "/" + e.name
			if m.spared(inner, st.kind) || !m.remove(sub, e.name, inner, st) {
				kept = true
			}
			if sub.away() {
				return nil // as was reported
			}
		}
		return nil
	})
	return kept, err
}

func (m *mirror) spared(path string, k kind) bool {
	if m.o.Excluded == nil {
		return false
	}
	if k == directory {
		path += "/"
	}
	return m.o.Excluded(path)
}

// force tries again after giving us the right to change d, if that was missing.
// The time and mode of d are set when the work in it is done.
func (m *mirror) force(d *dir, do func() error) error {
	err := do()
	if m.privileged || !errors.Is(err, syscall.EACCES) {
		return err
	}
	have, serr := d.stat()
	if serr != nil || errors.Is(err, fs.ErrNotExist) || d.self().chmod(have.perm|0o700, have) != nil {
		return err
	}
	return do()
}

// enable gives us all rights on the directory name, which cannot be opened without.
func (d *dir) enable(name string, have stat) error {
	x, have, err := d.pin(name, have)
	if err != nil {
		return err
	}
	defer x.close()
	return x.chmod(have.perm|0o700, have)
}
