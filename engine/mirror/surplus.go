package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"lsyncgo/engine/fsat"
)

// Surplus counts what [Tree] would remove below sub, a directory relative to the
// roots or "" for all: entries that the target has and the source has not, a
// directory with all that is below it. It changes nothing. What is below a directory
// without the permission to read it counts nothing. The error says why it could not be counted.
func Surplus(ctx context.Context, o Options, sub string) (int, error) {
	m := &mirror{ctx: ctx, o: o}
	if err := m.open(); err != nil {
		return 0, err
	}
	defer m.close()
	n, err := m.surplusAt(sub)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("compare %s with %s: %w", o.Target, o.Source, err)
	}
	return n, nil
}

func (m *mirror) surplusAt(sub string) (int, error) {
	dst, err := m.dst.OpenBelow(sub)
	if fsat.IsGone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer dst.Close()
	src, err := m.src.OpenBelow(sub)
	if fsat.IsGone(err) {
		return m.all(dst, sub)
	}
	if err != nil {
		return 0, err
	}
	defer src.Close()
	return m.surplus(src, dst, sub)
}

// surplus compares two directories, and those below them that both sides have.
func (m *mirror) surplus(src, dst *fsat.Dir, rel string) (n int, err error) {
	source, err := src.List()
	if err != nil {
		return 0, err
	}
	has := make(map[string]bool, len(source))
	for _, e := range source {
		has[e.Name] = true
	}
	target, err := dst.List()
	if err != nil {
		return 0, err
	}
	for _, e := range target {
		if m.halted() {
			return n, nil
		}
		more, err := m.surplusEntry(src, dst, rel, e.Name, has[e.Name])
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return n, err
		}
		n += more
	}
	return n, nil
}

func (m *mirror) surplusEntry(src, dst *fsat.Dir, rel, name string, has bool) (int, error) {
	have, err := dst.Lstat(name)
	switch {
	case fsat.IsGone(err):
		return 0, nil
	case err != nil:
		return 0, err
	case m.spared(rel+name, have.Kind) || fsat.IsTemp(name) || m.keeps(rel+name, have.Kind):
		return 0, nil
	case !has && have.Kind != fsat.Directory:
		return 1, nil
	case have.Kind != fsat.Directory:
		return 0, nil // replaced at most
	}
	n := 0
	err = dst.Within(name, func(below *fsat.Dir) (err error) {
		if !has {
			n, err = m.all(below, rel+name+"/")
			if !m.holds(rel + name) { // else it stays for what is kept in it
				n++
			}
			return err
		}
		n, err = m.surplusBelow(src, below, rel, name)
		return err
	})
	return n, err
}

// surplusBelow compares the directory name of src, if it is one, with that of the target.
func (m *mirror) surplusBelow(src, below *fsat.Dir, rel, name string) (n int, err error) {
	opened := false
	err = src.Within(name, func(origin *fsat.Dir) (err error) {
		opened = true
		n, err = m.surplus(origin, below, rel+name+"/")
		return err
	})
	if opened || err == nil {
		return n, err
	}
	if s, serr := src.Lstat(name); serr == nil && s.Kind == fsat.Directory {
		return 0, err
	} else if serr != nil && !errors.Is(serr, fs.ErrNotExist) {
		return 0, serr
	}
	return m.all(below, rel+name+"/") // no directory any more
}

// all counts what is in a directory of the target and may be removed.
func (m *mirror) all(d *fsat.Dir, rel string) (n int, err error) {
	list, err := d.List()
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		if m.halted() {
			return n, nil
		}
		more, err := m.surplusEntry(nil, d, rel, e.Name, false)
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return n, err
		}
		n += more
	}
	return n, nil
}
