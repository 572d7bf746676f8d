package inventory

import (
	"maps"
	"slices"
)

// Work is a change of very many entries, which is made in parts. Nothing else may be changed in between.
type Work struct {
	c     *Inventory
	stays map[*Dir]bool // see Inventory.stays
	stack []level
}

// level is a directory that is being compared with what a count has found there.
type level struct {
	d, found *Dir // found is nil: all of d is lost, but for what stays
	whole    bool // all of d stays, and only what was found is added

	files, dirs         []string // of d, still to be looked for in found
	foundFiles, newDirs []string // of found, still to be added to d
}

// Update makes c what a new count has found: what that does not have is lost, but for what is at and below the directories that
// are kept, and those above them.
func (c *Inventory) Update(found *Inventory, kept ...string) *Work {
	w := &Work{c: c, stays: c.stays("", kept)}
	w.enter(&c.top, &found.top, false)
	return w
}

// Remove notes that path is gone, a directory with all that is below it but for the directories
// that are kept, and those above them.
func (c *Inventory) Remove(path string, kept ...string) *Work {
	w := &Work{c: c}
	d, name, isDir := c.locate(path, false)
	switch {
	case d == nil || name == "":
	case !isDir:
		if m, ok := d.files[name]; ok {
			c.removeFile(d, name, m)
			d.prune()
		}
	default:
		if kid := d.dirs[name]; kid != nil {
			w.stays = c.stays(path, kept)
			w.lose(kid)
		}
	}
	return w
}

// Do looks at so many entries, and reports whether there are more.
func (w *Work) Do(most int) (more bool) {
	for ; most > 0 && len(w.stack) > 0; most-- {
		w.step(&w.stack[len(w.stack)-1])
	}
	return len(w.stack) > 0
}

func (w *Work) enter(d, found *Dir, whole bool) {
	l := level{d: d, found: found, whole: whole}
	if !whole {
		l.files, l.dirs = names(d.files), names(d.dirs)
	}
	if found != nil {
		l.foundFiles, l.newDirs = names(found.files), names(found.dirs)
	}
	w.stack = append(w.stack, l)
}

// names are in order, so that the same losses are told by the same paths. Only of very many they are not: to sort a million takes a second.
func names[V any](of map[string]V) []string {
	list := slices.Collect(maps.Keys(of))
	if len(list) <= maxForgotten {
		slices.Sort(list)
	}
	slices.Reverse(list) // they are taken from the end
	return list
}

func pop(list *[]string) string {
	last := len(*list) - 1
	name := (*list)[last]
	*list = (*list)[:last]
	return name
}

// step looks at the next entry.
func (w *Work) step(l *level) {
	c, d := w.c, l.d
	switch {
	case len(l.files) > 0:
		name := pop(&l.files)
		if m, ok := d.files[name]; ok && !l.found.hasFile(name) {
			c.removeFile(d, name, m)
		}
	case len(l.dirs) > 0:
		name := pop(&l.dirs)
		if kid := d.dirs[name]; kid != nil && l.found.sub(name) == nil {
			w.lose(kid)
		}
	case len(l.foundFiles) > 0:
		c.add(d, pop(&l.foundFiles), false)
	case len(l.newDirs) > 0:
		name := pop(&l.newDirs)
		found, kid := l.found, c.add(d, name, true)
		w.enter(kid, found.dirs[name], l.whole || w.stays[kid])
	default:
		w.leave()
	}
}

// lose begins with a directory that is gone.
func (w *Work) lose(d *Dir) {
	if !w.stays[d] {
		w.enter(d, nil, false)
	}
}

// leave ends with the directory that all is known of.
func (w *Work) leave() {
	l := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	if l.found != nil {
		return
	}
	switch _, partly := w.stays[l.d]; {
	case partly || !l.d.mark.present():
	case w.c.uncount(l.d.mark):
		l.d.mark = ghost
	default:
		l.d.mark = w.c.bury(l.d.parent, l.d.name, true)
	}
	l.d.prune()
}

func (d *Dir) hasFile(name string) bool {
	if d == nil {
		return false
	}
	_, ok := d.files[name]
	return ok
}

func (d *Dir) sub(name string) *Dir {
	if d == nil {
		return nil
	}
	return d.dirs[name]
}
