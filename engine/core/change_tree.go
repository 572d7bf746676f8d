package core

import (
	"strings"

	"lsyncgo/engine/event"
)

// changeTree has changes by path. What is below a directory is taken out, or gets another name, at once, however much it is:
// each list of work that went through may name ten thousand directories, and a million changes may be left.
type changeTree struct{ top *change }

// change is one event that fails, or a directory above such, or both.
type change struct {
	parent *change // nil: the top, or taken out
	name   string
	below  map[string]*change
	count  int // changes at it and below it

	fails bool // it is a change itself
	kind  event.Kind
	isDir bool
	tree  bool
}

// len counts the changes.
func (t *changeTree) len() int { return t.top.count }

func newChangeTree() changeTree { return changeTree{new(change)} }

// holds reports whether a change that put has returned is still one.
func (t *changeTree) holds(c *change) bool {
	if !c.fails {
		return false
	}
	for c.parent != nil {
		c = c.parent
	}
	return c == t.top
}

// path is that of the change.
func (n *change) path() string {
	path := ""
	if n.isDir {
		path = "/"
	}
	for ; n.parent != nil; n = n.parent {
		if path = n.name + path; n.parent.parent != nil {
			path = "/" + path
		}
	}
	return path
}

// find returns the node of a path, nil if there is none.
func (t *changeTree) find(path string) *change {
	n := t.top
	for name := range names(path) {
		if n = n.below[name]; n == nil {
			return nil
		}
	}
	return n
}

// names yields the segments of a path. The root has none.
func names(path string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for rest := strings.TrimSuffix(path, "/"); rest != ""; {
			var name string
			if name, rest, _ = strings.Cut(rest, "/"); !yield(name) {
				return
			}
		}
	}
}

// has reports whether there is a change of the path.
func (t *changeTree) has(path string) bool {
	n := t.find(path)
	return n != nil && n.fails
}

// put adds a change, or makes it what there is of its path. It returns a new one, else nil.
func (t *changeTree) put(kind event.Kind, path string, tree bool) (added *change) {
	n := t.reach(path)
	if !n.fails {
		n.fails, n.tree, added = true, false, n
		n.add(1)
	}
	n.kind, n.isDir, n.tree = kind, event.IsDir(path), n.tree || tree
	return added
}

// reach returns the node of a path, and makes those that are missing.
func (t *changeTree) reach(path string) *change {
	n := t.top
	for name := range names(path) {
		next := n.below[name]
		if next == nil {
			next = &change{name: strings.Clone(name)} // it may be a part of a long path
			n.attach(next)
		}
		n = next
	}
	return n
}

func (n *change) attach(kid *change) {
	if n.below == nil {
		n.below = map[string]*change{}
	}
	n.below[kid.name], kid.parent = kid, n
}

// add changes the counts of n and all above it, and takes out what has no change at or below it any more.
func (n *change) add(count int) {
	for n != nil {
		n.count += count
		parent := n.parent
		if n.count == 0 {
			n.detach()
		}
		n = parent
	}
}

func (n *change) detach() {
	if n.parent != nil {
		delete(n.parent.below, n.name)
		n.parent = nil
	}
}

// cut takes n out with all that is below it, but for the counts of what is.
func (n *change) cut() {
	parent := n.parent
	n.detach()
	parent.add(-n.count)
}

// remove takes out the change of a path, and with whole set what is below it.
func (t *changeTree) remove(path string, whole bool) {
	switch n := t.find(path); {
	case n == nil:
	case n == t.top && whole:
		t.top = new(change)
	case whole:
		n.cut()
	case n.fails:
		n.fails = false
		n.add(-1)
	}
}

// move gives what is below a directory its new name.
func (t *changeTree) move(path, dest string) {
	n := t.find(path)
	if n == nil || n == t.top {
		return
	}
	n.cut()
	if n.fails {
		n.fails = false
		n.count--
	}
	if n.count > 0 {
		to := t.reach(dest)
		before := to.count
		join(to, n)
		grown := to.count - before
		to.count = before
		to.add(grown)
	}
}

// join puts all that is at and below two nodes into one of them, and returns that: moved, if that is a change, else old.
// Of two changes of one path that of moved stays.
func join(old, moved *change) *change {
	into, from := old, moved
	if moved.fails {
		into, from = moved, old
	}
	from.fails, from.parent = false, nil
	for name, kid := range from.below {
		if have := into.below[name]; have != nil {
			into.count -= have.count
			if into == moved {
				kid, have = have, kid
			}
			kid = join(have, kid)
		}
		into.attach(kid)
		into.count += kid.count
	}
	return into
}
