package inventory_test

import (
	"testing"
	"time"

	"lsyncgo/engine/inventory"
)

// §9: what a new count could not look at is no loss.
func TestKeep(t *testing.T) {
	n := count("a/disk/1", "a/disk/d/2", "a/3", "b")
	n.Advance(start, start)
	finish(n.Remove("a/disk/d/2")) // lost before
	finish(n.Update(count("b"), "a/disk/", "none/"))
	// a/3 and what was lost before; what is above a kept directory is kept.
	if n.Lost() != 2 || n.Known() != 7 {
		t.Errorf("lost %d of %d, %q", n.Lost(), n.Known(), n.First(9))
	}
}

// §9: a directory is deleted, save for what is kept in it.
func TestRemoveBut(t *testing.T) {
	n := count("a/disk/1", "a/disk/d/2", "a/3", "a/e/4", "b")
	n.Advance(start, start)
	finish(n.Remove("a/", "a/disk/", "none/"))
	if n.Lost() != 3 || n.Known() != 9 { // a/3 a/e/ a/e/4
		t.Errorf("lost %d of %d, %q", n.Lost(), n.Known(), n.First(9))
	}
	finish(n.Remove("a/disk/d/", "a/disk/"))
	if n.Lost() != 5 {
		t.Errorf("lost %d, %q: what is kept holds nothing back that is deleted in it", n.Lost(), n.First(9))
	}
	finish(n.Remove("a/"))
	later := start.Add(2 * inventory.Window)
	n.Advance(later, later.Add(time.Second))
	if n.Lost() != 0 || n.Known() != 1 {
		t.Errorf("in the end lost %d of %d, %q", n.Lost(), n.Known(), n.First(9))
	}
}
