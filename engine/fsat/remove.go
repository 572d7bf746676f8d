package fsat

import (
	"errors"
	"io/fs"
	"syscall"
)

// Remover removes entries with all that is below them.
type Remover struct {
	// Stop ends the work; nil never does. It is asked before each entry.
	Stop func() bool
	// Keep tells what stays, and has said so if anybody is to know; nil: nothing. inner: it is below what Remove was called for.
	// Of an inner entry that is no directory only the kind is looked at, unless Look is set.
	Keep func(path string, have Stat, inner bool) bool
	Look bool
	// Fail is told what could not be removed, and Removed what was.
	Fail    func(path string, err error)
	Removed func()
}

// Remove takes name, and everything below it, out of the directory d. path is what Keep and Fail are told. It returns whether name is gone.
func (r *Remover) Remove(d *Dir, name, path string, have Stat) bool {
	return !r.stopped() && r.remove(d, name, path, have, false)
}

func (r *Remover) stopped() bool { return r.Stop != nil && r.Stop() }

func (r *Remover) remove(d *Dir, name, path string, have Stat, inner bool) bool {
	if r.Keep != nil && r.Keep(path, have, inner) {
		return false
	}
	var err error
	if have.Kind == Directory {
		kept, eerr := r.empty(d, name, path, have)
		if eerr == nil && kept {
			return false
		}
		if err = eerr; err == nil {
			err = force(d, func() error { return d.Rmdir(name) })
		}
	} else {
		err = force(d, func() error { return d.Unlink(name) })
	}
	if err != nil && !IsGone(err) {
		r.Fail(path, err)
		return false
	}
	r.Removed()
	return true
}

// empty removes what is in the directory name; kept tells that something has
// to stay, or could not be removed and was reported.
func (r *Remover) empty(d *Dir, name, path string, have Stat) (kept bool, err error) {
	if !Privileged() && have.Perm&0o700 != 0o700 {
		if err := d.GrantOwner(name, have); err != nil {
			return false, err
		}
	}
	err = d.Within(name, func(sub *Dir) error {
		list, err := sub.List()
		if err != nil {
			return err
		}
		for _, e := range list {
			if r.stopped() { // before the look, which is to be as late as can be
				kept = true
				break
			}
			st := Stat{Kind: e.Kind}
			if e.Kind == Directory || e.Kind == Unknown || r.Look {
				if st, err = sub.Lstat(e.Name); err != nil {
					continue // gone; rmdir tells if not
				}
			}
			if !r.remove(sub, e.Name, path+"/"+e.Name, st, true) {
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

// force tries again after giving us the right to change d, if that was missing.
func force(d *Dir, do func() error) error {
	err := do()
	if Privileged() || !errors.Is(err, syscall.EACCES) {
		return err
	}
	have, serr := d.Stat()
	if serr != nil || errors.Is(err, fs.ErrNotExist) || d.Self().Chmod(have.Perm|0o700, have) != nil {
		return err
	}
	return do()
}
