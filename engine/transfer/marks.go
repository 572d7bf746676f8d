package transfer

import (
	"errors"
	"strings"
)

// mark says what is known of a path that ops named.
type mark uint8

const (
	// named: the entry itself is to be made equal, not only what is below it.
	named mark = 1 << iota
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

// node is one path segment. The nodes of a batch form a tree, so that each
// directory is opened once however many ops are below it.
type node struct {
	mark     mark
	children map[string]*node
}

// errOutside refuses paths that are no paths below the root.
var errOutside = errors.New("refused: the path does not stay below the root")

// segments splits a relative path; the root has none.
func segments(path string) ([]string, error) {
	var out []string
	for s := range strings.SplitSeq(path, "/") {
		switch {
		case s == "":
		case s == "." || s == ".." || strings.IndexByte(s, 0) >= 0:
			return nil, errOutside
		default:
			out = append(out, s)
		}
	}
	return out, nil
}

// at returns the node of path, made if needed.
func (n *node) at(path []string) *node {
	for _, s := range path {
		next := n.children[s]
		if next == nil {
			next = &node{}
			if n.children == nil {
				n.children = make(map[string]*node)
			}
			n.children[s] = next
		}
		n = next
	}
	return n
}

// rename moves the marks at and below from, which happened before the move, to
// where their entries are now.
func (n *node) rename(from, to []string) {
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

func (n *node) merge(o *node) {
	n.mark |= o.mark
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
