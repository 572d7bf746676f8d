package inventory

import (
	"strings"
)

// locate returns the directory that path is in, and its name there; the source
// itself has no name. A missing directory on the way is made if wanted, else the
// result is nil.
func (c *Inventory) locate(path string, wanted bool) (d *Dir, name string, isDir bool) {
	d = &c.top
	rest, isDir := strings.CutSuffix(path, "/")
	for {
		name, below, more := strings.Cut(rest, "/")
		if !more {
			return d, name, isDir
		}
		kid := d.dirs[name]
		if kid == nil {
			if !wanted {
				return nil, "", isDir
			}
			kid = d.make(name, ghost)
		}
		d, rest = kid, below
	}
}

// Add notes that path, relative to the source, exists; a directory ends in a
// slash. One that was lost is there again and no loss.
func (c *Inventory) Add(path string) {
	d, name, isDir := c.locate(path, true)
	if name != "" {
		c.add(d, name, isDir)
	}
}

func (c *Inventory) add(d *Dir, name string, isDir bool) *Dir {
	if isDir {
		kid := d.dirs[name]
		if kid == nil {
			kid = d.make(name, ghost)
		}
		if m, ok := d.files[name]; ok && m&gone != 0 { // another type of entry took the name
			delete(d.files, name)
			if kid.mark == ghost {
				kid.mark = m
			} else {
				c.lost--
			}
		}
		kid.mark = c.arrive(kid.mark)
		return kid
	}
	was, ok := d.files[name]
	if !ok {
		was = ghost
		if kid := d.dirs[name]; kid != nil && kid.mark&gone != 0 {
			was, kid.mark = kid.mark, ghost
			kid.prune()
		}
	}
	d.set(name, c.arrive(was))
	return nil
}

// arrive returns the mark of an entry that is there and had the mark m.
func (c *Inventory) arrive(m mark) mark {
	switch {
	case m.present():
		return m
	case m&gone != 0:
		c.lost--
		c.present++
		return known
	}
	c.present++
	c.young++
	c.births[c.now%slots]++
	return mark(c.now)
}

// stays returns the directories of kept that are below path, as true, and those above them, as false.
func (c *Inventory) stays(path string, kept []string) map[*Dir]bool {
	var found map[*Dir]bool
	for _, dir := range kept {
		if !strings.HasPrefix(dir, path) {
			continue
		}
		d, name, _ := c.locate(dir, false)
		if d == nil || d.dirs[name] == nil {
			continue
		}
		if found == nil {
			found = map[*Dir]bool{}
		}
		for ; d != nil; d = d.parent {
			if !found[d] {
				found[d] = false
			}
		}
		d, name, _ = c.locate(dir, false)
		found[d.dirs[name]] = true
	}
	return found
}

func (c *Inventory) removeFile(d *Dir, name string, m mark) {
	switch {
	case !m.present():
	case c.uncount(m):
		delete(d.files, name)
	default:
		d.files[name] = c.bury(d, name, false)
	}
}

// uncount takes an entry out of the count, and reports whether it appeared within the window.
func (c *Inventory) uncount(m mark) (young bool) {
	switch {
	case m&gone != 0:
		c.lost--
	case m != ghost:
		c.present--
		if young = m != known && tick(m)+slots > c.now; young {
			c.young--
			c.births[tick(m)%slots]--
		}
	}
	return young
}

func (c *Inventory) bury(d *Dir, name string, isDir bool) mark {
	c.lost++
	c.losses = append(c.losses, loss{dir: d, name: name, at: c.now, isDir: isDir})
	return gone | mark(c.now)
}

// Move notes that an entry was renamed, a directory with all that is below it.
func (c *Inventory) Move(from, to string) {
	d, name, isDir := c.locate(from, false)
	into, dest, _ := c.locate(to, true)
	if dest == "" {
		return
	}
	switch {
	case d == nil:
	case !isDir:
		if m, ok := d.files[name]; ok && m.present() {
			delete(d.files, name)
			c.put(into, dest, m)
			d.prune()
			return
		}
	default:
		if kid := d.dirs[name]; kid != nil && kid.mark&gone == 0 && !into.within(kid) {
			delete(d.dirs, name)
			c.graft(into, dest, kid)
			d.prune()
			return
		}
	}
	c.add(into, dest, isDir)
}

// within tells of what cannot be, but would make the tree a ring.
func (d *Dir) within(top *Dir) bool {
	for ; d != nil; d = d.parent {
		if d == top {
			return true
		}
	}
	return false
}

// put places a file that was counted already. It replaces what has its name.
func (c *Inventory) put(d *Dir, name string, m mark) {
	have, ok := d.files[name]
	switch {
	case m.present():
		if ok {
			c.uncount(have)
		}
		d.set(name, m)
	case ok:
		c.uncount(m)
	default:
		c.lost--
		d.set(name, c.bury(d, strings.Clone(name), false))
	}
}

// graft places a directory that was counted already. What was lost below one
// that it replaces stays lost, unless it has an entry of that name.
func (c *Inventory) graft(into *Dir, name string, kid *Dir) {
	have := into.dirs[name]
	if have == nil {
		if kid.name != name {
			kid.name = strings.Clone(name)
		}
		if kid.mark&gone != 0 { // its loss names the directory it was in
			c.lost--
			kid.mark = c.bury(into, kid.name, true)
		}
		into.link(kid)
		return
	}
	for name, m := range kid.files {
		c.put(have, name, m)
	}
	for name, sub := range kid.dirs {
		c.graft(have, name, sub)
	}
	switch {
	case kid.mark.present():
		c.uncount(have.mark)
		have.mark = kid.mark
	case have.mark == ghost && kid.mark&gone != 0:
		c.lost--
		have.mark = c.bury(into, have.name, true)
	default:
		c.uncount(kid.mark)
	}
	kid.files, kid.dirs = nil, nil
}
