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

// openParent opens the directory that p is in, and returns its last name. Missing directories are made as create says, unless
// that is nil.
func openParent(p filerule.Place, create *newDirectories) (*fsat.Dir, string, error) {
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
	for errors.Is(err, fs.ErrNotExist) && create != nil && filepath.Dir(tree) != tree {
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
	if create != nil {
		at, err = dir.MkdirAll(above, create.perm, create.made)
	} else {
		at, err = dir.OpenBelow(strings.Join(above, "/"))
	}
	if err != nil {
		return nil, "", err
	}
	return at, name, nil
}

// newDirectories says how missing directories are made.
type newDirectories struct {
	perm uint32                // at first
	made func(*fsat.Dir) error // nil: they stay as they are then
}

// newDirectories have the mode and owner of the rule. Without a mode the umask decides, and with one nobody gets in before it is set.
func (r *run) newDirectories() *newDirectories {
	uid, gid := -1, -1
	if r.op.User.Given {
		uid = int(r.op.User.ID)
	}
	if r.op.Group.Given {
		gid = int(r.op.Group.ID)
	}
	n := &newDirectories{perm: 0o777}
	if r.op.DirMode.Given {
		n.perm = 0o700
	}
	if uid < 0 && gid < 0 && !r.op.DirMode.Given {
		return n
	}
	n.made = func(d *fsat.Dir) error {
		if uid >= 0 || gid >= 0 {
			if err := d.Self().ChownChecked(uid, gid); err != nil {
				return err
			}
		}
		if !r.op.DirMode.Given {
			return nil
		}
		return d.Self().Chmod(r.op.DirMode.Perm, fsat.Stat{Kind: fsat.Directory})
	}
	return n
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
