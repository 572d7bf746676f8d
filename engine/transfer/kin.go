package transfer

import "math"

// findKin marks all names of the files that were brought into step under some
// of their names only: the target's other names may still hold the file of
// before. It returns whether there are any.
func (m *mirror) findKin() bool {
	wanted := m.links.partial()
	if len(wanted) == 0 || m.marks.mark&whole != 0 || m.halted() {
		return false
	}
	m.marks = node{}
	root, err := m.src.below("")
	if err != nil {
		m.fail("", "read", err)
		return false
	}
	defer root.close()
	m.scan(root, "", nil, wanted)
	return len(m.marks.children) > 0
}

// scan looks for names of the wanted files, of which it counts down how many
// names are still to be found. A directory that cannot be read is a failure,
// since the names in it stay stale.
func (m *mirror) scan(d *dir, rel string, path []string, wanted map[inode]uint64) {
	list, err := d.list()
	if err != nil {
		if !gone(err) {
			m.fail(rel, "read", err)
		}
		return
	}
	for _, e := range list {
		if len(wanted) == 0 || d.away() || m.halted() {
			return
		}
		s, err := d.lstat(e.name)
		_, sought := wanted[s.inode]
		if err != nil || s.kind != directory && s.nlink < 2 && !sought || m.spared(rel+e.name, s.kind) {
			continue
		}
		if s.kind == directory {
			m.scanBelow(d, rel, append(path, e.name), wanted)
			continue
		}
		if n, ok := wanted[s.inode]; ok {
			m.marks.at(append(path, e.name)).mark |= named
			if wanted[s.inode] = n - 1; n == 1 {
				delete(wanted, s.inode)
			}
		}
	}
}

func (m *mirror) scanBelow(d *dir, rel string, path []string, wanted map[inode]uint64) {
	name := path[len(path)-1]
	err := d.within(name, func(sub *dir) error {
		m.scan(sub, rel+name+"/", path, wanted)
		return nil
	})
	if err != nil && !gone(err) {
		m.fail(rel+name, "read", err)
	}
}

// partial returns the files of the source that the target has under some of
// their names only, with the number of names they have.
func (l *links) partial() map[inode]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[inode]uint64{}
	for id := range l.sought {
		if l.groups[id] == nil { // else it was looked at under another name
			out[id] = math.MaxUint64 // it may have lost all but one
		}
	}
	for id, g := range l.groups {
		if g.torn || g.partial && g.names < g.nlink {
			out[id] = g.nlink
		}
	}
	return out
}
