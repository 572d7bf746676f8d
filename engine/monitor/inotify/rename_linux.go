package inotify

import (
	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// rename works a whole rename into every tree that has either end.
func (w *watcher) rename(from, to kernel.Record) {
	// One inode may be in a tree twice (bind mounts): ends are matched in order, what is left over came or went.
	ends := map[*tree][2][]*node{}
	var order []*tree
	for i, wd := range [2]int32{from.WD, to.WD} {
		w.each(wd, func(t *tree, n *node) {
			e, ok := ends[t]
			if !ok {
				order = append(order, t)
			}
			e[i] = append(e[i], n)
			ends[t] = e
		})
	}
	for _, t := range order {
		e := ends[t]
		for len(e[0]) > 0 && len(e[1]) > 0 {
			t.rename(entry{e[0][0], from.Name}, entry{e[1][0], to.Name}, from, to)
			e[0], e[1] = e[0][1:], e[1][1:]
		}
		for _, n := range e[0] {
			if !n.has(dead) {
				t.handle(n, from)
			}
		}
		for _, n := range e[1] {
			if !n.has(dead) {
				t.handle(n, to)
			}
		}
	}
}

func (t *tree) rename(from, to entry, a, b kernel.Record) {
	switch { // one end may have died with what the other trees' or nodes' ends changed
	case from.dir.has(dead) && to.dir.has(dead):
		return
	case from.dir.has(dead):
		t.handle(to.dir, b)
		return
	case to.dir.has(dead):
		t.handle(from.dir, a)
		return
	}
	dir := a.Mask&unix.IN_ISDIR != 0
	path, dest := t.path(from, dir), t.path(to, dir)
	outFrom, outTo := t.excluded(path), t.excluded(dest)
	switch {
	case outFrom && outTo:
	case outFrom:
		t.handle(to.dir, b)
	case outTo:
		t.handle(from.dir, a)
	case dir:
		t.moveDir(from, to, path, dest)
	default:
		t.moveFile(from, to, path, dest)
	}
}

func (t *tree) moveFile(from, to entry, path, dest string) {
	h, pending := t.pendingCreates[from]
	_, written := t.written[from]
	t.forgetFile(from)
	t.forgetFile(to)
	if written {
		t.written[to] = struct{}{}
	}
	if pending {
		// The old name was reported only if a listing was faster than its Create.
		t.emit(event.Delete, path)
		t.pendingCreates[to] = h
		if h.until.IsZero() {
			t.uninspected = append(t.uninspected, to)
		} else {
			t.inspectLater(to, t.w.now)
		}
		return
	}
	t.emitMove(path, dest)
}

func (t *tree) moveDir(from, to entry, path, dest string) {
	if len(t.points)+len(t.mountedLast) > 0 {
		t.renameMounts(path, dest)
	}
	if t.Flat {
		t.emitMove(path, dest)
		return
	}
	kid, old := from.dir.child(from.name), to.dir.child(to.name)
	switch {
	case kid == nil:
		// It was gone from the old name before it could be watched, so what is in it is not known.
		t.removed(from, path)
		t.appeared(to, dest, asNew)
		return
	case to.dir.within(kid):
		// No directory moves into itself: one of the watches in it landed on a
		// directory that is elsewhere. Its name is unverified now, and will be walked.
		t.removed(from, path)
		t.moved = true
		t.unverify(from)
		return
	case old != nil && old != kid:
		t.drop(old) // it was empty, and is overwritten
	}
	t.emitMove(path, dest)
	delete(t.unverified, from)
	kid.unlink()
	to.dir.link(kid, to.name)
	t.w.relNode = nil
	t.moved = true
	t.unverify(to)
}

// exchange: two names were swapped. There is no event for that, so both are told as gone and new.
func (w *watcher) exchange(h kernel.Event) {
	for _, r := range []kernel.Record{h.Record, h.To} {
		w.each(r.WD, func(t *tree, n *node) {
			for _, dir := range []bool{false, true} {
				e := entry{n, r.Name}
				path := t.path(e, dir)
				if t.excluded(path) || (dir != (h.Mask&unix.IN_ISDIR != 0) && dir != (h.Back.Mask&unix.IN_ISDIR != 0)) {
					continue
				}
				t.removed(e, path)
			}
		})
	}
	for _, r := range []kernel.Record{h.Record, h.To} {
		w.each(r.WD, func(t *tree, n *node) { t.look(entry{n, r.Name}, asMoved) })
	}
}

// bothExist tells an exchange of two names from a name that went away and came back,
// which look the same in the queue.
func (w *watcher) bothExist(h kernel.Event) bool {
	for _, r := range []kernel.Record{h.Record, h.To} {
		n := w.nodes[r.WD]
		if n == nil {
			return false
		}
		if _, err := w.lstat(entry{n, r.Name}); err != nil {
			return false
		}
	}
	return true
}
