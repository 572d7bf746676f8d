package delay

import "strings"

// end is where a delay touches the tree.
type end struct {
	delay *Delay
	node  *node
	more  *relations // nil: all zero
}

// relate returns the relations of e to be changed.
func (e *end) relate() *relations {
	if e.more == nil {
		e.more = new(relations)
	}
	return e.more
}

func (e *end) blocker() *Delay {
	if e.more == nil {
		return nil
	}
	return e.more.blocker
}

func (e *end) olderBelow() uint32 {
	if e.more == nil {
		return 0
	}
	return e.more.olderBelow
}

// node is a path with ends at it or below it. The slash of a directory is not
// part of it: a file and a directory that follow each other under one name
// are related. Parent and segment never change, and outlive what is in the trie: paths are made of them.
type node struct {
	parent     *node // nil: the root
	segment    string
	entries    entries
	chain      *node  // the next in its bucket
	olderBelow uint32 // as that of an end, for ends younger than all entries
	kids       uint32
}

type trie struct {
	root  *node
	nodes nodeTable
}

func newTrie() trie { return trie{root: &node{}, nodes: newNodeTable()} }

// segments splits a path as the trie does. The root has none.
func segments(path string) (first, rest string, ok bool) {
	if path == "" || path == "/" {
		return "", "", false
	}
	first, rest, _ = strings.Cut(path, "/")
	return first, rest, true
}

// related reports whether one path is the other or above it.
func related(a, b string) bool {
	for {
		x, restA, okA := segments(a)
		y, restB, okB := segments(b)
		if !okA || !okB {
			return true
		}
		if x != y {
			return false
		}
		a, b = restA, restB
	}
}

// match is what find saw on the way to a path.
type match struct {
	node   *node  // the last one that exists
	rest   string // the path from there on
	exact  bool   // node is the path's
	newest *end   // the newest end at the path or above
}

// find follows path as far as there are nodes.
func (t *trie) find(path string) match {
	s := match{node: t.root, rest: path}
	for {
		if e := s.node.entries.last(); e != nil && (s.newest == nil || e.delay.seq > s.newest.delay.seq) {
			s.newest = e
		}
		first, rest, ok := segments(s.rest)
		if !ok {
			s.exact = true
			return s
		}
		n := t.nodes.find(s.node, first)
		if n == nil {
			return s
		}
		s.node, s.rest = n, rest
	}
}

// sameNode returns the newest related end if it is at the path's own node.
func (s match) sameNode() *end {
	if s.exact && s.newest != nil && s.newest.node == s.node && s.node.olderBelow == 0 {
		return s.newest
	}
	return nil
}

// occupied reports whether a related delay decides against a Move: anything
// below the path, or a newest one at it or above that is not a barrier.
func (s match) occupied() bool {
	return s.exact && s.node.kids > 0 || s.newest != nil && !s.newest.delay.barrier()
}

// insert places e, the youngest of all ends, at the path that s was found for,
// and makes the nodes that are missing.
func (t *trie) insert(e *end, s match) {
	n := s.node
	first, rest, ok := segments(s.rest)
	for ok {
		var child *node
		parent, segment := n, first
		if first, rest, ok = segments(rest); !ok && e == &e.delay.origin {
			child = &e.delay.selfNode
		} else {
			child = new(node)
		}
		child.parent, child.segment = parent, strings.Clone(segment) // it may be a part of a long path
		t.nodes.insert(child)
		parent.kids++
		n = child
	}
	t.place(e, n)
}

// place appends e, the youngest of all ends, to the entries of n.
func (t *trie) place(e *end, n *node) {
	e.node = n
	if n.olderBelow > 0 {
		e.relate().olderBelow, n.olderBelow = n.olderBelow, 0
	}
	n.entries.append(e)
	for a := n.parent; a != nil; a = a.parent {
		a.olderBelow++
	}
}

// withdraw takes e out and calls freed for each delay that has nothing older
// below one of its ends any more. The end keeps its node for its path.
func (t *trie) withdraw(e *end, freed func(*Delay)) {
	n, seq := e.node, e.delay.seq
	n.entries.remove(e)
	if below := e.olderBelow(); below == 0 {
		// nothing to hand on
	} else if younger := n.entries.after(seq); younger != nil {
		younger.relate().olderBelow += below
	} else {
		n.olderBelow += below
	}
	for a := n.parent; a != nil; a = a.parent {
		younger := a.entries.after(seq)
		if younger == nil {
			a.olderBelow--
			continue
		}
		if younger.more.olderBelow--; younger.more.olderBelow == 0 {
			freed(younger.delay)
		}
	}
	t.prune(n)
}

// prune drops n and the nodes above it that nothing needs any more.
func (t *trie) prune(n *node) {
	for n.entries.root == nil && n.kids == 0 && n.parent != nil {
		t.nodes.remove(n)
		n = n.parent
		n.kids--
	}
}
