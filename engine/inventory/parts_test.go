package inventory_test

import (
	"fmt"
	"testing"

	"lsyncgo/engine/inventory"
)

// finish does all of a change, by the smallest parts.
func finish(w *inventory.Work) {
	for w.Do(1) {
	}
}

// §10: what a count has found is taken in in parts that are as large as is wished, and so is the loss of a directory.
func TestWorkInParts(t *testing.T) {
	const files, perDir, part = 20_000, 100, 500
	inParts := func(what string, n *inventory.Inventory, w *inventory.Work, lost int) {
		before, parts := n.Lost(), 1
		for ; w.Do(part); parts++ {
			if now := n.Lost(); now-before > part {
				t.Errorf("%s: %d lost in one part", what, now-before)
			}
			before = n.Lost()
		}
		if n.Lost() != lost || parts < files/part {
			t.Errorf("%s: %d lost in %d parts, want %d in %d", what, n.Lost(), parts, lost, files/part)
		}
	}
	n, entries, _ := build(files, perDir)
	n.Advance(start, start)
	same, _, _ := build(files, perDir)
	inParts("the same", n, n.Update(same), 0)
	inParts("nothing", n, n.Update(count("new")), entries)
	n = inventory.New()
	d := n.Put(n.Top(), "d", true)
	for i := range files {
		n.Put(d, fmt.Sprint(i), false)
	}
	n.Advance(start, start)
	inParts("a directory", n, n.Remove("d/"), files+1)
}
