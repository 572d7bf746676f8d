package mirror

// dirtyFlags says what is known of a path that ops named.
type dirtyFlags uint8

const (
	// named: the entry itself is to be made equal, not only what is below it.
	named dirtyFlags = 1 << iota
	// written: its data may differ although size and time do not.
	written
	// whole: everything below it, too.
	whole
	// announced: a new directory whose contents have ops of their own.
	announced
	// moved: it was renamed at the target; its directory time tells whether
	// everything below came along.
	moved
)

// dirtyNode is one path segment. The nodes of a batch form a tree, so that each
// directory is opened once however many ops are below it.
type dirtyNode struct {
	flags    dirtyFlags
	children map[string]*dirtyNode
}

// at returns the node of path, made if needed.
func (n *dirtyNode) at(path []string) *dirtyNode {
	for _, s := range path {
		next := n.children[s]
		if next == nil {
			next = &dirtyNode{}
			if n.children == nil {
				n.children = make(map[string]*dirtyNode)
			}
			n.children[s] = next
		}
		n = next
	}
	return n
}

// rename moves the marks at and below from, which happened before the move, to
// where their entries are now.
func (n *dirtyNode) rename(from, to []string) {
	parent := n
	for _, s := range from[:len(from)-1] {
		if parent = parent.children[s]; parent == nil {
			return
		}
	}
	last := from[len(from)-1]
	taken := parent.children[last]
	if taken == nil {
		return
	}
	delete(parent.children, last)
	n.at(to).merge(taken)
}

func (n *dirtyNode) merge(o *dirtyNode) {
	n.flags |= o.flags
	if n.children == nil {
		n.children = o.children
		return
	}
	for name, child := range o.children {
		if mine := n.children[name]; mine != nil {
			mine.merge(child)
		} else {
			n.children[name] = child
		}
	}
}
