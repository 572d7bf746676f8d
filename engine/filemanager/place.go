package filemanager

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"lsyncgo/engine/filerule"
	"lsyncgo/engine/fsat"
	"lsyncgo/engine/root"
)

// openParent opens the directory that p is in, and returns its last name. made, unless it is nil, is called with directories that
// were missing and are made.
func openParent(p filerule.Place, made func(*fsat.Dir) error) (*fsat.Dir, string, error) {
	names, err := fsat.Segments(p.Rel)
	if err == nil && len(names) == 0 {
		err = fsat.ErrOutside
	}
	if err != nil {
		return nil, "", err
	}
	above, name := names[:len(names)-1], names[len(names)-1]
	tree := p.Tree
	top, err := root.Open(tree)
	for errors.Is(err, fs.ErrNotExist) && made != nil && filepath.Dir(tree) != tree {
		above = append([]string{filepath.Base(tree)}, above...)
		tree = filepath.Dir(tree)
		top, err = root.Open(tree)
	}
	if err != nil {
		return nil, "", err
	}
	defer top.Close()
	dir, err := fsat.OpenRoot(top)
	if err != nil {
		return nil, "", err
	}
	defer dir.Close()
	var at *fsat.Dir
	if made != nil {
		at, err = dir.MkdirAll(above, made)
	} else {
		at, err = dir.OpenBelow(strings.Join(above, "/"))
	}
	if err != nil {
		return nil, "", err
	}
	return at, name, nil
}

// newDirectory gives a directory that auto_create has made its owner and mode.
func (r *run) newDirectory(d *fsat.Dir) error {
	uid, gid := -1, -1
	if r.op.User.Given {
		uid = int(r.op.User.ID)
	}
	if r.op.Group.Given {
		gid = int(r.op.Group.ID)
	}
	if uid >= 0 || gid >= 0 {
		if err := d.Self().ChownChecked(uid, gid); err != nil {
			return err
		}
	}
	perm := uint32(0o755)
	if r.op.DirMode.Given {
		perm = r.op.DirMode.Perm
	}
	return d.Self().Chmod(perm, fsat.Stat{Kind: fsat.Directory})
}

// wanted is what a copy of s is to be like.
func (r *run) wanted(s fsat.Stat) fsat.Stat {
	mode := r.op.FileMode
	if s.Kind == fsat.Directory {
		mode = r.op.DirMode
	}
	if r.op.User.Given {
		s.UID = r.op.User.ID
	}
	if r.op.Group.Given {
		s.GID = r.op.Group.ID
	}
	switch {
	case mode.Given:
		s.Perm = mode.Perm
	case s.Kind != fsat.Directory:
		s.Perm &^= fsat.Setuid | fsat.Setgid
	}
	return s
}
