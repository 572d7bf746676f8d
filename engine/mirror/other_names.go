package mirror

import (
	"math"

	"lsyncgo/engine/fsat"
)

// findOtherNames marks all names of the files that were brought into step under some
// of their names only: the target's other names may still hold the file of
// before. It returns whether there are any.
func (m *mirror) findOtherNames() bool {
	wanted := m.links.partial()
	if len(wanted) == 0 || m.dirty.flags&whole != 0 || m.halted() {
		return false
	}
	m.dirty = dirtyNode{}
	root, err := m.src.OpenBelow("")
	if err != nil {
		m.fail("", "read", err)
		return false
	}
	defer root.Close()
	m.scan(root, "", nil, wanted)
	return len(m.dirty.children) > 0
}

// scan looks for names of the wanted files, of which it counts down how many
// names are still to be found. A directory that cannot be read is a failure,
// since the names in it stay stale.
func (m *mirror) scan(d *fsat.Dir, rel string, path []string, wanted map[fsat.Inode]uint64) {
	list, err := d.List()
	if err != nil {
		if !fsat.IsGone(err) {
			m.fail(rel, "read", err)
		}
		return
	}
	for _, e := range list {
		if len(wanted) == 0 || d.Lost() || m.halted() {
			return
		}
		s, err := d.Lstat(e.Name)
		_, sought := wanted[s.Inode]
		if err != nil || s.Kind != fsat.Directory && s.Nlink < 2 && !sought || m.spared(rel+e.Name, s.Kind) {
			continue
		}
		if s.Kind == fsat.Directory {
			m.scanBelow(d, rel, append(path, e.Name), wanted)
			continue
		}
		if n, ok := wanted[s.Inode]; ok {
			m.dirty.at(append(path, e.Name)).flags |= named
			if wanted[s.Inode] = n - 1; n == 1 {
				delete(wanted, s.Inode)
			}
		}
	}
}

func (m *mirror) scanBelow(d *fsat.Dir, rel string, path []string, wanted map[fsat.Inode]uint64) {
	name := path[len(path)-1]
	err := d.Within(name, func(sub *fsat.Dir) error {
		m.scan(sub, rel+name+"/", path, wanted)
		return nil
	})
	if err != nil && !fsat.IsGone(err) {
		m.fail(rel+name, "read", err)
	}
}

// partial returns the files of the source that the target has under some of
// their names only, with the number of names they have.
func (l *links) partial() map[fsat.Inode]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[fsat.Inode]uint64{}
	for id := range l.sought {
		if l.groups[id] == nil { // else it was looked at under another name
			out[id] = math.MaxUint64 // it may have lost all but one
		}
	}
	for id, g := range l.groups {
		if g.split || g.partial && g.names < g.nlink {
			out[id] = g.nlink
		}
	}
	return out
}
