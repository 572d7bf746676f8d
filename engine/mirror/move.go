package mirror

import (
	"errors"
	"io/fs"
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/fsat"
)

// take marks what the ops name. Renames are made at once, in order, so that
// all marks hold the paths that the entries have afterwards.
func (m *mirror) take(ops []Op) {
	v := newMover(m, ops)
	defer v.forget()
	for i, op := range ops {
		if m.halted() {
			return
		}
		if m.o.HardLinks {
			m.links.addFormer(op.Files)
		}
		switch op.Kind {
		case event.Move:
			v.move(i, op)
		case event.Create, event.Modify, event.Attrib, event.Delete, event.Full:
			m.want(op.Path, marksOf(op))
		default:
			m.fail(op.Path, "act on", errors.New(op.Kind.String()+" is no change of a file"))
		}
	}
}

func marksOf(op Op) dirtyFlags {
	k := named
	switch op.Kind {
	case event.Create:
		k |= written
		if event.IsDir(op.Path) {
			k |= announced
		}
	case event.Modify:
		k |= written
	case event.Delete:
		// If it is there again, nothing of the old one is.
		k |= written | whole
	}
	if event.Whole(op.Kind, event.IsDir(op.Path), op.Tree) {
		k |= whole
	}
	return k
}

// mover makes the renames of a batch at the target.
type mover struct {
	m        *mirror
	src      fsat.ParentCache
	from, to fsat.ParentCache // at the target
	// The last op that makes a path appear, and the last that renames it
	// away: they explain why the source does not look as an earlier move left it.
	appears, leaves map[string]int
}

func newMover(m *mirror, ops []Op) *mover {
	v := &mover{m: m, src: fsat.ParentCache{Root: m.src}, from: fsat.ParentCache{Root: m.dst}, to: fsat.ParentCache{Root: m.dst},
		appears: map[string]int{}, leaves: map[string]int{}}
	moves := false
	for _, op := range ops {
		moves = moves || op.Kind == event.Move
	}
	for i, op := range ops {
		switch {
		case !moves:
		case op.Kind == event.Move:
			v.leaves[bare(op.Path)] = i
			v.appears[bare(op.Dest)] = i
		case op.Kind == event.Create, op.Kind == event.Modify:
			v.appears[bare(op.Path)] = i
		}
	}
	return v
}

func bare(path string) string { return strings.Trim(path, "/") }

func (v *mover) forget() {
	v.src.Close()
	v.from.Close()
	v.to.Close()
}

// move renames at the target, or marks both ends to be looked at.
func (v *mover) move(i int, op Op) {
	m := v.m
	from, err := fsat.Segments(op.Path)
	to, err2 := fsat.Segments(op.Dest)
	if err = errors.Join(err, err2); err != nil || len(from) == 0 || len(to) == 0 {
		m.fail(op.Path, "move", fsat.ErrOutside)
		return
	}
	if !m.o.Delete {
		m.dirty.at(to).flags |= named | written | whole
		return
	}
	returns := v.appears[bare(op.Path)] > i
	passes := v.leaves[bare(op.Dest)] > i
	k := named | written | whole
	if v.rename(from, to, returns, passes) {
		m.moved.Add(1)
		m.dirty.rename(from, to)
		k = named | moved
	}
	m.dirty.at(from).flags |= k
	m.dirty.at(to).flags |= k
}

// rename tells whether the target's entry was renamed. That is done if it is
// what the source has at to now, and if the source's from is free. A later op
// may excuse either: the path returns, or to was only passed through.
func (v *mover) rename(from, to []string, returns, passes bool) bool {
	have, err := v.from.Lstat(from)
	if err != nil {
		return false
	}
	s, err := v.src.Lstat(to)
	if (err != nil || s.Kind != have.Kind) && !passes {
		return false
	}
	if _, err = v.src.Lstat(from); !fsat.IsGone(err) && !returns {
		return false
	}
	if v.m.o.Excluded != nil && (v.hidden(from, have.Kind) || v.hidden(to, have.Kind)) {
		return false
	}
	if !v.parents(to) {
		return false
	}
	a, name, err := v.from.Parent(from)
	if err != nil {
		return false
	}
	b, toName, err := v.to.Parent(to)
	if err != nil {
		return false
	}
	old, err := b.Lstat(toName)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && old.Kind != fsat.Directory && have.Kind != fsat.Directory:
		err = a.Rename(name, b, toName)
		v.verify(b, toName, to, have, err)
		return err == nil
	case err != nil, !v.m.sourceStill():
		return false
	}
	err = v.m.supersede(a, name, b, toName, strings.Join(to, "/"), old)
	v.verify(b, toName, to, have, err)
	v.forget() // what is open may have been removed
	return err == nil
}

// verify has all compared of what was moved, if it is not what was looked at.
func (v *mover) verify(d *fsat.Dir, name string, path []string, looked fsat.Stat, err error) {
	if err != nil {
		return
	}
	if now, err := d.Lstat(name); err != nil || now.Inode != looked.Inode {
		v.m.dirty.at(path).flags |= named | written | whole
	}
}

// hidden tells whether path or a directory above it is excluded.
func (v *mover) hidden(path []string, k fsat.Kind) bool {
	for i := range path {
		last := i == len(path)-1
		p := strings.Join(path[:i+1], "/")
		if !last || k == fsat.Directory {
			p += "/"
		}
		if v.m.o.Excluded(p) {
			return true
		}
	}
	return false
}

// parents makes the directories above to that only the target lacks.
func (v *mover) parents(to []string) bool {
	if _, _, err := v.to.Parent(to); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err == nil
	}
	for i := 1; i < len(to); i++ {
		above := to[:i]
		if have, err := v.to.Lstat(above); err == nil {
			if have.Kind != fsat.Directory {
				return false
			}
			continue
		}
		s, err := v.src.Lstat(above)
		if err != nil || s.Kind != fsat.Directory {
			return false
		}
		d, name, err := v.to.Parent(above)
		if err != nil || d.Mkdir(name, 0o700) != nil {
			return false
		}
		v.m.created.Add(1)
		if n := v.m.dirty.at(above); n.flags&announced == 0 {
			n.flags |= whole
		}
	}
	return true
}
