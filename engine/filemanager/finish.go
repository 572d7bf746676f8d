package filemanager

import (
	"context"
	"errors"
	"io/fs"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// finish removes the source of a move whose copy was published in the directory d. A note that somebody has forged by having a
// file copied can have nothing removed but what a rule would move to where it is already.
func (r *recovery) finish(d *fsat.Dir, path string, n note) error {
	now, err := d.Lstat(string(n.Dest))
	if err != nil || now.Inode != n.Copy {
		return nil //nolint:nilerr // it was not published, and the source stays
	}
	op, ok := r.operation(n, path)
	if !ok {
		return nil // of a rule that is no more
	}
	src, name, err := openParent(op.Source, nil)
	if fsat.IsGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer src.Close()
	s, err := src.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (s.Inode != n.Source || s.Kind != n.Kind) {
		return nil // it was removed, and what is there is new
	}
	if err != nil {
		return err
	}
	t := transfer{run: &run{ctx: r.ctx, op: op, dev: s.Dev, copied: make(map[fsat.Inode]version)}, src: src, name: name, s: s}
	t.run.Copier = copier.New(copier.Options{Stop: func() error { return context.Cause(r.ctx) }, Warn: r.warn})
	if s.Kind == fsat.Directory {
		t.compareLeft(src, name, d, string(n.Dest))
	} else if err := t.compare(src, name, op.Source.Path(), d, string(n.Dest)); err != nil {
		return err
	}
	if err := t.removeSource(); err != nil {
		return err
	}
	r.warn("%s: finished", op.Describe())
	return nil
}

// compareLeft remembers what is left of a directory and is in its copy.
func (r *run) compareLeft(from *fsat.Dir, name string, to *fsat.Dir, copied string) {
	_ = from.Within(name, func(a *fsat.Dir) error {
		return to.Within(copied, func(b *fsat.Dir) error {
			list, err := a.List()
			for _, e := range list {
				if s, err := a.Lstat(e.Name); err == nil && s.Kind == fsat.Directory {
					r.compareLeft(a, e.Name, b, e.Name)
				} else if err == nil {
					_ = r.compare(a, e.Name, name+"/"+e.Name, b, e.Name) // what differs stays, and is counted there
				}
			}
			return err
		})
	})
}
