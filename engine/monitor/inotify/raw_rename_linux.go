package inotify

import (
	"slices"
	"time"

	"lsyncgo/engine/monitor/inotify/kernel"
)

// renameRaw reports a whole rename to every raw tree that has either end, and calls move where both are.
// One directory may be in a tree twice (bind mounts): ends are matched in order.
func (w *watcher) renameRaw(from, to kernel.Record, move func(t *rawTree, from, to entry)) {
	targets := slices.Clone(w.raws.nodes[to.WD])
	for _, a := range w.rawNodes(from.WD) {
		if a.has(dead) {
			continue
		}
		t := a.raw()
		i := slices.IndexFunc(targets, func(b *node) bool { return !b.has(dead) && b.raw() == t })
		if i < 0 {
			t.handle(a, from)
			continue
		}
		b := targets[i]
		targets = slices.Delete(targets, i, i+1)
		t.leaves(entry{a, from.Name})
		t.leaves(entry{b, to.Name})
		t.tell(a, from, "")
		t.tell(b, to, t.pathname(entry{a, from.Name}))
		if move != nil {
			move(t, entry{a, from.Name}, entry{b, to.Name})
		}
	}
	for _, b := range targets {
		if !b.has(dead) {
			b.raw().handle(b, to)
		}
	}
}

// move gives a directory that was renamed its new path.
func (t *rawTree) move(from, to entry) {
	t.pathOf = nil
	kid, old := from.dir.child(from.name), to.dir.child(to.name)
	switch {
	case old == nil:
	case old == kid:
		return
	case kid != nil && old.wd == kid.wd: // a walk was faster than this event
		t.drop(old)
	default:
		t.stray(old) // it was empty, and is overwritten
	}
	switch {
	case kid == nil:
		t.appeared(to)
	case to.dir.within(kid): // a watch in it has landed on a directory that is elsewhere
		t.stray(kid)
		t.appeared(to)
	default:
		kid.unlink()
		t.relink(kid, to)
	}
}

// exchange gives directories whose names were swapped the path of each other. With only one of the names known as that of a directory
// the kernel's events are the same if that was renamed and got its name back.
func (t *rawTree) exchange(a, b entry) {
	t.pathOf = nil
	first, second := a.dir.child(a.name), b.dir.child(b.name)
	if first != nil && second != nil && first != second {
		first.unlink()
		second.unlink()
		t.relink(first, b)
		t.relink(second, a)
		return
	}
	for n, e := range map[*node]entry{first: b, second: a} {
		if n != nil {
			t.unverified[n] = time.Time{}
			t.appeared(e)
		}
	}
}

// relink gives a node its new place, or ends its watch if nothing of that is wanted.
func (t *rawTree) relink(n *node, e entry) {
	if t.excluded(t.pathname(e)) {
		n.parent = nil
		t.drop(n)
		return
	}
	e.dir.link(n, e.name)
	t.unverified[n] = time.Time{}
}
