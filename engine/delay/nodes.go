package delay

import (
	"hash/maphash"
	"math/bits"
	"slices"
)

// nodeTable finds nodes by parent and segment. It chains them through the nodes themselves and grows and shrinks by one bucket at a
// time (linear hashing): a map of Go takes five times the memory, and one that doubled would stop the engine for it.
type nodeTable struct {
	seed    maphash.Seed
	buckets []*node
	count   int
}

type nodeKey struct {
	parent  *node
	segment string
}

func newNodeTable() nodeTable { return nodeTable{seed: maphash.MakeSeed(), buckets: make([]*node, 1)} }

// bucket returns the number of the bucket of a node: the low bits of the hash, one less where there are not so many buckets yet.
func (t *nodeTable) bucket(parent *node, segment string) int {
	h := maphash.Comparable(t.seed, nodeKey{parent, segment})
	width := bits.Len(uint(len(t.buckets) - 1))
	i := int(h & (1<<width - 1)) //nolint:gosec // it is below the number of buckets
	if i >= len(t.buckets) {
		i -= 1 << (width - 1)
	}
	return i
}

func (t *nodeTable) find(parent *node, segment string) *node {
	n := t.buckets[t.bucket(parent, segment)]
	for n != nil && (n.parent != parent || n.segment != segment) {
		n = n.chain
	}
	return n
}

func (t *nodeTable) insert(n *node) {
	t.link(n)
	t.count++
	if t.count > len(t.buckets) {
		t.buckets = append(t.buckets, nil)
		t.spread(t.sibling())
	}
}

func (t *nodeTable) link(n *node) {
	b := &t.buckets[t.bucket(n.parent, n.segment)]
	n.chain, *b = *b, n
}

// sibling is the bucket that the last one was a part of when it was not there.
func (t *nodeTable) sibling() int {
	last := len(t.buckets) - 1
	return last &^ (1 << (bits.Len(uint(last)) - 1))
}

// spread puts the nodes of a bucket where they belong now.
func (t *nodeTable) spread(bucket int) {
	n := t.buckets[bucket]
	t.buckets[bucket] = nil
	for n != nil {
		next := n.chain
		t.link(n)
		n = next
	}
}

func (t *nodeTable) remove(n *node) {
	at := &t.buckets[t.bucket(n.parent, n.segment)]
	for *at != n {
		at = &(*at).chain
	}
	*at, n.chain = n.chain, nil
	t.count--
	for len(t.buckets) > 2*t.count+1 {
		t.shrink()
	}
}

// shrink puts the last bucket into its sibling.
func (t *nodeTable) shrink() {
	last, into := len(t.buckets)-1, t.sibling()
	moving := t.buckets[last]
	t.buckets[last] = nil
	t.buckets = t.buckets[:last]
	for moving != nil {
		next := moving.chain
		moving.chain, t.buckets[into] = t.buckets[into], moving
		moving = next
	}
	if cap(t.buckets) > 4*last+64 {
		t.buckets = slices.Clip(slices.Clone(t.buckets))
	}
}
