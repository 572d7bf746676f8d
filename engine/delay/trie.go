package delay

import "strings"

// end is where a delay touches the tree.
type end struct {
	delay *Delay
	node  *node
	// left and right are the children in the node's entries.
	left, right *end

	// blocker is the newest older delay at this node or above it, if the delay
	// is blocked by one; prev and next chain the ends with the same blocker.
	blocker    *Delay
	prev, next *end

	// gap counts the ends strictly below the node that are older than this
	// one and younger than its predecessor at the node.
	gap uint32
}

// node is a path with ends at it or below it. The slash of a directory is not
// part of it: a file and a directory that follow each other under one name
// are related.
type node struct {
	parent  *node
	segment string // part of the path of some delay
	entries entries
	after   uint32 // as gap, for the ends younger than all entries
	kids    uint32
}

// place names a node. One map for all of them takes a fraction of what a map
// in each directory would.
type place struct {
	parent  *node
	segment string
}

type trie struct {
	root  *node
	nodes map[place]*node
	peak  int // most nodes since the map was made
}

func newTrie() trie { return trie{root: &node{}, nodes: map[place]*node{}} }

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

// sight is what find saw on the way to a path.
type sight struct {
	node   *node  // the last one that exists
	rest   string // the path from there on
	exact  bool   // node is the path's
	newest *end   // the newest end at the path or above
}

// find follows path as far as there are nodes.
func (t *trie) find(path string) sight {
	s := sight{node: t.root, rest: path}
	for {
		if e := s.node.entries.last(); e != nil && (s.newest == nil || e.delay.seq > s.newest.delay.seq) {
			s.newest = e
		}
		first, rest, ok := segments(s.rest)
		if !ok {
			s.exact = true
			return s
		}
		n := t.nodes[place{s.node, first}]
		if n == nil {
			return s
		}
		s.node, s.rest = n, rest
	}
}

// sameNode returns the newest related end if it is at the path's own node.
func (s sight) sameNode() *end {
	if s.exact && s.newest != nil && s.newest.node == s.node && s.node.after == 0 {
		return s.newest
	}
	return nil
}

// occupied reports whether a related delay decides against a Move: anything
// below the path, or a newest one at it or above that is not a barrier.
func (s sight) occupied() bool {
	return s.exact && s.node.kids > 0 || s.newest != nil && !s.newest.delay.barrier()
}

// insert places e, the youngest of all ends, at the path that s was found for,
// and makes the nodes that are missing.
func (t *trie) insert(e *end, s sight) {
	n := s.node
	first, rest, ok := segments(s.rest)
	for ok {
		var child *node
		parent, segment := n, first
		if first, rest, ok = segments(rest); !ok && e == &e.delay.origin {
			child = &e.delay.home
		} else {
			child = new(node)
		}
		child.parent, child.segment = parent, segment
		t.nodes[place{parent, segment}] = child
		parent.kids++
		n = child
	}
	t.peak = max(t.peak, len(t.nodes))
	t.place(e, n)
}

// place appends e, the youngest of all ends, to the entries of n.
func (t *trie) place(e *end, n *node) {
	e.node = n
	e.gap, n.after = n.after, 0
	n.entries.append(e)
	for a := n.parent; a != nil; a = a.parent {
		a.after++
	}
}

// withdraw takes e out and calls freed for each delay that has nothing older
// below one of its ends any more.
func (t *trie) withdraw(e *end, freed func(*Delay)) {
	n, seq := e.node, e.delay.seq
	n.entries.remove(e)
	if younger := n.entries.after(seq); younger != nil {
		younger.gap += e.gap
	} else {
		n.after += e.gap
	}
	for a := n.parent; a != nil; a = a.parent {
		younger := a.entries.after(seq)
		if younger == nil {
			a.after--
			continue
		}
		if younger.gap--; younger.gap == 0 {
			freed(younger.delay)
		}
	}
	e.node = nil
	t.prune(n)
}

// prune drops n and the nodes above it that nothing needs any more.
func (t *trie) prune(n *node) {
	for n.entries.root == nil && n.kids == 0 && n.parent != nil {
		delete(t.nodes, place{n.parent, n.segment})
		n = n.parent
		n.kids--
	}
	t.shrink()
}

// shrink makes a new map when few of its nodes are left: a map keeps the memory
// of its largest size.
func (t *trie) shrink() {
	if t.peak < 1024 || len(t.nodes) > t.peak/8 {
		return
	}
	nodes := make(map[place]*node, len(t.nodes))
	for p, n := range t.nodes {
		nodes[p] = n
	}
	t.nodes, t.peak = nodes, len(nodes)
}
