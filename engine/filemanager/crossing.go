package filemanager

import (
	"errors"
	"fmt"
	"io/fs"

	"lsyncgo/engine/fsat"
)

// moveByCopy copies, verifies, has the disk keep the copy, publishes it, and removes the source. A note beside the copy says that
// from the moment on when the copy is published the source is to go: see [Recover].
func (t *transfer) moveByCopy() error {
	temp, made, err := t.copyTo()
	if err != nil {
		return err
	}
	note := ""
	if err = t.verify(temp, made); err == nil {
		err = t.Stop()
	}
	if err == nil {
		note, err = writeNote(t.to.Dst, noteOf(t, made))
	}
	if err != nil {
		_ = t.discard(temp)
		return err
	}
	defer func() {
		if note != "" {
			_ = t.to.Dst.Unlink(note)
		}
	}()
	if err := t.publishCopy(temp, made); err != nil {
		return err
	}
	if err := t.to.Dst.Sync(); err != nil {
		return fmt.Errorf("write the directory of %s to the disk: %w; it is at both places", t.op.Dest.Path(), err)
	}
	if err := t.removeSource(); err != nil {
		if t.Stop() != nil {
			note = "" // stays, for Recover to finish
		}
		return fmt.Errorf("it is at both places: %w", err)
	}
	return nil
}

func noteOf(t *transfer, made fsat.Inode) note {
	return note{Dest: []byte(t.toName), Copy: made, Source: t.s.Inode, SourcePath: []byte(t.op.Source.Path()), Kind: t.s.Kind}
}

// verify compares the copy with the source, and writes it to the disk.
func (t *transfer) verify(temp string, made fsat.Inode) error {
	t.copied = make(map[fsat.Inode]version)
	if err := t.compare(t.src, t.name, t.op.Source.Path(), t.to.Dst, temp); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	now, err := t.to.Dst.Lstat(temp)
	if err == nil && now.Inode != made {
		err = fsat.ErrReplaced
	}
	switch {
	case err != nil:
	case now.Kind == fsat.Directory:
		err = t.to.Dst.SyncFS()
	case now.Kind == fsat.Regular:
		err = syncFile(t.to.Dst, temp)
	}
	if err != nil {
		return fmt.Errorf("write %s to the disk: %w", t.op.Dest.Path(), err)
	}
	return nil
}

func syncFile(d *fsat.Dir, name string) error {
	f, err := d.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return f.Sync()
}

var errDiffers = errors.New("the copy is not like the original")

// compare tells whether the entry copy of to holds what name of from does, and remembers the files that it compared.
func (r *run) compare(from *fsat.Dir, name, path string, to *fsat.Dir, copied string) error {
	if err := r.Stop(); err != nil {
		return err
	}
	s, err := from.Lstat(name)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	have, err := to.Lstat(copied)
	if err != nil {
		return fmt.Errorf("look at the copy of %s: %w", path, err)
	}
	same := s.Kind == have.Kind && s.Rdev == have.Rdev
	switch {
	case !same:
	case s.Kind == fsat.Directory:
		return r.compareBelow(from, name, path, to, copied)
	case s.Kind == fsat.Regular:
		var in fsat.File
		if in, err = from.Open(name); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		same = s.Size == have.Size && r.SameFile(in, to, copied, s, have.Inode)
		_ = in.Close()
	case s.Kind == fsat.Symlink:
		var a, b string
		if a, err = from.Readlink(name); err == nil {
			b, err = to.Readlink(copied)
		}
		same = err == nil && a == b
	}
	if !same {
		return fmt.Errorf("%s: %w", path, errDiffers)
	}
	if r.copied != nil {
		r.copied[s.Inode] = version{s.Size, s.Mtime}
	}
	return nil
}

func (r *run) compareBelow(from *fsat.Dir, name, path string, to *fsat.Dir, copied string) error {
	return from.Within(name, func(a *fsat.Dir) error {
		return to.Within(copied, func(b *fsat.Dir) error {
			list, err := a.List()
			if err != nil {
				return err
			}
			for _, e := range list {
				if err := r.compare(a, e.Name, path+"/"+e.Name, b, e.Name); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// removeSource removes what was copied.
func (t *transfer) removeSource() error {
	now, err := t.src.Lstat(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at %s: %w", t.op.Source.Path(), err)
	case now.Inode != t.s.Inode || now.Kind != t.s.Kind || now.Kind != fsat.Directory && t.changed(now):
		return fmt.Errorf("%s: %w", t.op.Source.Path(), errChangedSince)
	case now.Kind == fsat.Directory:
		return t.removeTree(t.src, t.name, now, t.changed)
	}
	if err := t.src.Unlink(t.name); err != nil {
		return fmt.Errorf("remove %s: %w", t.op.Source.Path(), err)
	}
	return nil
}

// changed tells whether a file is not what was copied and compared.
func (r *run) changed(now fsat.Stat) bool {
	was, known := r.copied[now.Inode]
	return !known || was != version{now.Size, now.Mtime}
}
