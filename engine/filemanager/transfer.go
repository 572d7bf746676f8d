package filemanager

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// transfer is a move or copy whose both directories are open.
type transfer struct {
	*run
	to copier.Place // the directory of the destination

	src    *fsat.Dir
	name   string
	s      fsat.Stat // of the source
	toName string
	have   fsat.Stat // of what has the destination's name, zero: nothing

	top    string // the temporary name of a copy
	linked map[fsat.Inode]*linked
}

// lookAhead refuses what would come to nothing before anything is done.
func (t *transfer) lookAhead() error {
	have, err := t.to.Dst.Lstat(t.toName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at %s: %w", t.op.Dest.Path(), err)
	case !t.op.Overwrite:
		return fmt.Errorf("%s: %w; remove it, or set overwrite = true", t.op.Dest.Path(), fs.ErrExist)
	}
	t.have = have
	if t.s.Kind == fsat.Directory && have.Inode == t.s.Inode && have.Ino != 0 {
		return errSame
	}
	from, err := t.src.Stat()
	if err != nil {
		return err
	}
	to, err := t.to.Dst.Stat()
	if err == nil && from.Inode == to.Inode && from.Ino != 0 && t.name == t.toName {
		err = errSame
	}
	return err
}

var errSame = errors.New("refused: the destination is the source")

// move renames, or copies and removes.
func (t *transfer) move() error {
	// The directories tell: in some file systems made of several, files have numbers of those.
	from, err := t.src.Stat()
	if err != nil {
		return err
	}
	if from.Dev == t.to.Dev && !(t.have.Ino != 0 && t.have.Inode == t.s.Inode) { // rename does nothing for two names of one file
		ready, err := t.prepare(t.src, t.name, t.s)
		if err != nil {
			return err
		}
		if ready {
			err = t.rename()
			if !errors.Is(err, syscall.EXDEV) {
				return err
			}
		}
	}
	return t.moveByCopy()
}

// prepare gives what is to be renamed the mode that it is to have, and takes what may do harm. ready is false if it has to be copied.
func (t *transfer) prepare(d *fsat.Dir, name string, s fsat.Stat) (ready bool, err error) {
	if err := t.Stop(); err != nil {
		return false, err
	}
	x, now, err := d.Pin(name, s)
	if err != nil {
		return false, fmt.Errorf("hold %s: %w", name, err)
	}
	defer x.Close()
	if now.Kind == fsat.Directory {
		if ready, err := t.prepareBelow(d, name); err != nil || !ready {
			return false, err
		}
		if now, err = x.Stat(); err != nil {
			return false, err
		}
	}
	want := t.wanted(now)
	if now.Kind != fsat.Directory {
		want.Nlink = 1
	}
	want.Mtime = now.Mtime
	here := copier.Place{Copier: t.Copier, Dst: d, Dev: now.Dev}
	ready, err = here.Adopt(x, x.Attrs(), want, now, nil)
	if err == nil && ready {
		if now, err = x.Stat(); err == nil {
			err = t.check(now)
		}
	}
	if err != nil {
		return false, fmt.Errorf("set attributes of %s: %w", name, err)
	}
	return ready, nil
}

func (t *transfer) prepareBelow(d *fsat.Dir, name string) (ready bool, err error) {
	ready = true
	err = d.Within(name, func(sub *fsat.Dir) error {
		list, err := sub.List()
		if err != nil {
			return err
		}
		for _, e := range list {
			s, err := sub.Lstat(e.Name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				ready, err = t.prepare(sub, e.Name, s)
			}
			if err != nil || !ready {
				return err
			}
		}
		return nil
	})
	return ready, err
}

// rename moves the source itself.
func (t *transfer) rename() error {
	if err := t.publish(t.src, t.name); err != nil {
		return err
	}
	now, err := t.to.Dst.Lstat(t.toName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // somebody has taken it already
	case err != nil || now.Inode == t.s.Inode:
		return err
	}
	// What was moved is not what was looked at and prepared.
	return errors.Join(fsat.ErrReplaced, t.to.Dst.RenameNew(t.toName, t.src, t.name))
}

// publish gives an entry the name of the destination.
func (t *transfer) publish(d *fsat.Dir, name string) error {
	switch {
	case t.have.Kind == fsat.Unknown:
		err := d.RenameNew(name, t.to.Dst, t.toName)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s: %w; remove it, or set overwrite = true", t.op.Dest.Path(), fs.ErrExist)
		}
		return err
	case t.have.Kind != fsat.Directory && t.s.Kind != fsat.Directory:
		return d.Rename(name, t.to.Dst, t.toName)
	}
	// Rename replaces no full directory. The old one is kept until the new one has the name.
	if d == t.to.Dst {
		err := d.Exchange(name, d, t.toName)
		if err == nil {
			return t.discard(name)
		}
		if !fsat.CannotExchange(err) {
			return err
		}
	}
	return t.aside(d, name) // the old one is not to be seen where the source was
}

// aside publishes an entry in the place of what has the name, which keeps a temporary one meanwhile.
func (t *transfer) aside(d *fsat.Dir, name string) error {
	to := t.to.Dst
	old := to.TempName(t.toName)
	note, err := writeNote(to, note{Dest: []byte(t.toName), Aside: []byte(old)})
	if err != nil {
		return err
	}
	err = d.RenameAside(name, to, t.toName, old)
	if uerr := to.Unlink(note); err == nil {
		err = uerr
	}
	if err != nil {
		return err
	}
	return t.discard(old)
}

// discard removes a temporary entry of the destination.
func (t *transfer) discard(name string) error {
	have, err := t.to.Dst.Lstat(name)
	if err != nil {
		return err
	}
	var reasons []error
	r := fsat.Remover{Fail: func(path string, err error) { reasons = append(reasons, fmt.Errorf("remove %s: %w", path, err)) }, Removed: func() {}}
	r.Remove(t.to.Dst, name, name, have)
	return errors.Join(reasons...)
}

// copy makes a copy and publishes it.
func (t *transfer) copy() error {
	temp, made, err := t.copyTo()
	if err != nil {
		return err
	}
	return t.publishCopy(temp, made)
}

// publishCopy gives a copy its name, or removes it.
func (t *transfer) publishCopy(temp string, made fsat.Inode) error {
	err := t.publish(t.to.Dst, temp)
	if err != nil {
		_ = t.discard(temp)
		return fmt.Errorf("write %s: %w", t.op.Dest.Path(), err)
	}
	now, err := t.to.Dst.Lstat(t.toName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // somebody has taken it already
	case err == nil && now.Inode != made:
		err = fsat.ErrReplaced
	}
	return err
}

// copyTo makes a copy of the source under a temporary name, which is removed if there is an error.
func (t *transfer) copyTo() (temp string, made fsat.Inode, err error) {
	temp = t.to.Dst.TempName(t.toName)
	t.top = temp
	var now fsat.Stat
	if err = t.copyEntry(t.src, t.name, t.op.Source.Path(), t.to, temp); err == nil {
		now, err = t.to.Dst.Lstat(temp)
	}
	if err == nil {
		if err = t.check(now); err != nil {
			err = fmt.Errorf("write %s: %w", t.op.Dest.Path(), err)
		}
	}
	if err != nil {
		if _, serr := t.to.Dst.Lstat(temp); serr == nil {
			_ = t.discard(temp)
		}
		return "", fsat.Inode{}, err
	}
	return temp, now.Inode, nil
}

// check tells whether an entry has got what a rule demands. Without the right to give it the rest of a copy is made all the same.
func (r *run) check(now fsat.Stat) error {
	want := r.wanted(now)
	switch {
	case now.UID != want.UID:
		return fmt.Errorf("its user cannot be set to %d", want.UID)
	case now.GID != want.GID:
		return fmt.Errorf("its group cannot be set to %d", want.GID)
	case now.Kind != fsat.Symlink && now.Perm != want.Perm:
		return fmt.Errorf("its mode cannot be set to %04o", want.Perm)
	}
	return nil
}

// tries is how often a file is copied that changes while it is read.
const tries = 3

// copyEntry copies name of src, whose path is path, to temp of p.
func (t *transfer) copyEntry(src *fsat.Dir, name, path string, p copier.Place, temp string) error {
	var err error
	for range tries {
		if err = t.Stop(); err != nil {
			return err
		}
		var s fsat.Stat
		if s, err = src.Lstat(name); err != nil {
			return fmt.Errorf("look at %s: %w", path, err)
		}
		several := s.Nlink > 1 && s.Kind != fsat.Directory && t.s.Kind == fsat.Directory
		if several && t.link(s, p, temp) {
			return nil
		}
		switch s.Kind {
		case fsat.Regular:
			err = t.copyFile(src, name, p, temp, s)
		case fsat.Directory:
			return t.copyDirectory(src, name, path, p, temp, s)
		case fsat.Socket, fsat.Unknown:
			err = errors.New("a socket cannot be copied")
		default:
			err = t.copySpecial(src, name, p, temp, s)
		}
		if err == nil && several {
			t.remember(s, path, p, temp)
		}
		if !errors.Is(err, copier.ErrChanged) {
			break
		}
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("copy %s: %w", path, err)
}

func (t *transfer) copyFile(src *fsat.Dir, name string, p copier.Place, temp string, s fsat.Stat) error {
	in, err := src.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	_, err = p.File(in, temp, t.wanted(s), fsat.Stat{})
	return err
}

func (t *transfer) copySpecial(src *fsat.Dir, name string, p copier.Place, temp string, s fsat.Stat) error {
	from, s, err := src.Pin(name, s)
	if err != nil {
		return err
	}
	defer from.Close()
	return p.Entry(from, temp, t.wanted(s))
}

func (t *transfer) copyDirectory(src *fsat.Dir, name, path string, p copier.Place, temp string, s fsat.Stat) error {
	if s.Dev != t.dev {
		return fmt.Errorf("copy %s: another file system is mounted there", path)
	}
	if s.Inode == t.temp && s.Ino != 0 {
		return fmt.Errorf("copy %s: the destination is in the directory that is to be copied", t.op.Source.Path())
	}
	made, err := p.Dst.Make(temp, 0o700)
	if err != nil {
		return fmt.Errorf("copy %s: %w", path, copier.AtTarget(err))
	}
	if t.temp.Ino == 0 {
		if now, err := made.Stat(); err == nil {
			t.temp = now.Inode
		}
	}
	made.Close()
	return src.Within(name, func(from *fsat.Dir) error {
		return p.Dst.Within(temp, func(to *fsat.Dir) error {
			return t.copyBelow(from, path, to)
		})
	})
}

func (t *transfer) copyBelow(from *fsat.Dir, path string, to *fsat.Dir) error {
	p, err := t.At(to)
	if err != nil {
		return fmt.Errorf("look at the copy of %s: %w", path, err)
	}
	list, err := from.List()
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	for _, e := range list {
		if err := t.copyEntry(from, e.Name, path+"/"+e.Name, p, e.Name); err != nil {
			return err
		}
	}
	s, err := from.Stat()
	var have fsat.Stat
	if err == nil {
		have, err = to.Stat()
	}
	if err == nil {
		err = p.ApplyMetadata(to.Self(), from.Self().Attrs(), t.wanted(s), have, false)
	}
	if err != nil {
		return fmt.Errorf("set attributes of the copy of %s: %w", path, err)
	}
	return nil
}
