package inotify

import (
	"slices"
	"strings"

	dirs "lsyncgo/engine/tree"
)

// node is one directory of one tree. There are as many as directories, so it holds one
// name and few pointers; what only few directories need is in rare.
type node struct {
	parent   *node
	name     string // of the top: the root's path without its trailing slash
	children *node  // first of the list linked by next and prev
	next     *node
	prev     *node
	rare     *rare
	wd       int32 // -1: not watched
	flags    flags
}

type flags uint8

const (
	// dead: no longer in its tree.
	dead flags = 1 << iota
	// listed: found by the listing that is going on.
	listed
	// refused: the kernel denied the watch, for lack of permission.
	refused
	// unmounted: the watch ended because the file system went away.
	unmounted
)

// rare is what few directories have.
type rare struct {
	tree  *tree            // the top only
	raw   *rawTree         // instead of tree
	index map[string]*node // children by name, of directories with many
	seen  []dirs.Entry     // directories that are listed for lack of a watch
}

// manyChildren is the number from which a map beats walking the list.
const manyChildren = 16

func (n *node) extra() *rare {
	if n.rare == nil {
		n.rare = new(rare)
	}
	return n.rare
}

func (n *node) has(f flags) bool { return n.flags&f != 0 }

// top climbs to the node that has no parent.
func (n *node) top() *node {
	for n.parent != nil {
		n = n.parent
	}
	return n
}

// tree returns the tree that n is in.
func (n *node) tree() *tree { return n.top().rare.tree }

func (n *node) child(name string) *node {
	if n.rare != nil && n.rare.index != nil {
		return n.rare.index[name]
	}
	for k := n.children; k != nil; k = k.next {
		if k.name == name {
			return k
		}
	}
	return nil
}

// find returns the node of a directory below n, by its path with a slash at the end; nil if it has none.
func (n *node) find(dir string) *node {
	for name := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if n != nil && name != "" {
			n = n.child(name)
		}
	}
	return n
}

// link puts k into n; there must be no child of that name.
func (n *node) link(k *node, name string) {
	k.parent, k.name = n, name
	k.prev, k.next = nil, n.children
	if k.next != nil {
		k.next.prev = k
	}
	n.children = k
	if n.rare != nil && n.rare.index != nil {
		n.rare.index[name] = k
		return
	}
	count := 0
	for i := n.children; i != nil && count < manyChildren; i = i.next {
		count++
	}
	if count == manyChildren {
		index := make(map[string]*node, 2*manyChildren)
		for i := n.children; i != nil; i = i.next {
			index[i.name] = i
		}
		n.extra().index = index
	}
}

// unlink takes n out of its parent.
func (n *node) unlink() {
	p := n.parent
	if n.prev != nil {
		n.prev.next = n.next
	} else {
		p.children = n.next
	}
	if n.next != nil {
		n.next.prev = n.prev
	}
	n.prev, n.next = nil, nil
	if p.rare != nil && p.rare.index != nil {
		delete(p.rare.index, n.name)
	}
}

// below calls f for n and every directory below it, parents last, so that f may unlink.
func (n *node) below(f func(*node)) {
	for k := n.children; k != nil; {
		next := k.next
		k.below(f)
		k = next
	}
	f(n)
}

// within reports whether n is dir or below it.
func (n *node) within(dir *node) bool {
	for ; n != nil; n = n.parent {
		if n == dir {
			return true
		}
	}
	return false
}

// length is that of the path with a slash after every name.
func (n *node) length() int {
	size := 0
	for ; n != nil; n = n.parent {
		size += len(n.name) + 1
	}
	return size
}

// absolute appends the path of n with a trailing slash.
func (n *node) absolute(buf []byte) []byte {
	start, size := len(buf), n.length()
	buf = slices.Grow(buf, size)[:start+size]
	at := start + size
	for ; n != nil; n = n.parent {
		at--
		buf[at] = '/'
		at -= len(n.name)
		copy(buf[at:], n.name)
	}
	return buf
}

// entry names something in a directory. It stays right when the directory is renamed.
type entry struct {
	dir  *node
	name string
}
