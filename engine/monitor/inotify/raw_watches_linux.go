package inotify

import (
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/mount"
	"lsyncgo/engine/root"
)

// raws are the raw trees of an instance, and what they share with each other and with the trees of syncs.
type raws struct {
	list []*rawTree
	// nodes are those of all, by watch descriptor.
	nodes map[int32][]*node
	// shared counts the descriptors that the trees of syncs have as well.
	shared int
	// lessened are watches of which less is wanted than the kernel was asked for.
	lessened map[int32]struct{}

	looksOf    map[look]*rawMark // of which the kernel may still tell
	looksHeard bool              // a raw tree wants to hear of the kinds that looks cause
}

func newRaws() raws {
	return raws{nodes: map[int32][]*node{}, lessened: map[int32]struct{}{}, looksOf: map[look]*rawMark{}}
}

// changed is called when a raw tree came or went.
func (r *raws) changed() {
	r.looksHeard = slices.ContainsFunc(r.list, func(t *rawTree) bool { return t.Raw.Kinds&looks != 0 })
}

// bind notes that n has watch descriptor wd.
func (t *rawTree) bind(n *node, wd int32) {
	w := t.w
	n.wd = wd
	t.watches.Add(1)
	if w.raws.nodes[wd] == nil && w.nodes[wd] != nil {
		w.raws.shared++
	}
	w.raws.nodes[wd] = append(w.raws.nodes[wd], n)
}

// forget takes the descriptor from n.
func (t *rawTree) forget(n *node) {
	w, wd := t.w, n.wd
	n.wd = -1
	t.watches.Add(-1)
	// A list that was handed out stays as it is.
	list := slices.DeleteFunc(slices.Clone(w.raws.nodes[wd]), func(k *node) bool { return k == n })
	if len(list) > 0 {
		w.raws.nodes[wd] = list
		return
	}
	delete(w.raws.nodes, wd)
	if w.nodes[wd] != nil {
		w.raws.shared--
	}
}

// sharedWithRaw counts a watch that the trees of syncs begin or cease to have.
func (w *watcher) sharedWithRaw(wd int32, change int) {
	if w.raws.nodes[wd] != nil {
		w.raws.shared += change
	}
}

// unbind ends the watch of n, as far as nobody else has it.
func (t *rawTree) unbind(n *node) {
	if wd := n.wd; wd >= 0 {
		t.forget(n)
		t.w.raws.lessened[wd] = struct{}{}
		t.w.release(wd)
	}
}

// unused reports whether nobody has a watch.
func (w *watcher) unused(wd int32) bool {
	return w.nodes[wd] == nil && w.above[wd] == nil && w.raws.nodes[wd] == nil
}

// release is called when somebody does not need a watch any more.
func (w *watcher) release(wd int32) {
	switch {
	case w.unused(wd) && w.walking: // a walker may have found the directory in another place
		w.strays = append(w.strays, wd)
	case w.unused(wd):
		delete(w.raws.lessened, wd)
		w.reader.Unwatch(wd)
	case w.raws.nodes[wd] != nil: // what a sync wants, a raw tree need not
		w.raws.lessened[wd] = struct{}{}
	}
}

// lessen asks the kernel for no more than is wanted still. It needs a path for that.
func (w *watcher) lessen() {
	for wd := range w.raws.lessened {
		delete(w.raws.lessened, wd)
		mask, done := w.wantedOf(wd), false
		for _, n := range w.having(wd) {
			at, err := w.dir(n)
			done = done || err == nil && w.narrow(wd, at.path, mask)
			at.close()
		}
		for _, t := range w.above[wd] {
			for _, path := range append([]string{filepath.Clean(t.Path)}, t.links...) {
				for p := filepath.Dir(path); !done && p != "/"; p = filepath.Dir(p) {
					done = w.narrow(wd, cstring(p), mask)
				}
			}
		}
	}
}

// having lists the nodes that have a watch.
func (w *watcher) having(wd int32) (list []*node) {
	if n := w.nodes[wd]; n != nil {
		list = append(append(list, n), w.more[wd]...)
	}
	return append(list, w.raws.nodes[wd]...)
}

// wantedOf is what is wanted of a watch.
func (w *watcher) wantedOf(wd int32) (mask uint32) {
	if len(w.above[wd]) > 0 {
		mask |= maskAbove
	}
	for _, n := range w.having(wd) {
		if top := n.top(); top.rare.raw != nil {
			mask |= top.rare.raw.mask
		} else {
			mask |= top.rare.tree.maskOf(n)
		}
	}
	return mask
}

// narrow has the kernel tell no more than mask of a watch, if path leads to what it is the watch of.
func (w *watcher) narrow(wd int32, path cpath, mask uint32) bool {
	fd, err := unix.Open(path.String(), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	mask &^= unix.IN_DONT_FOLLOW // the descriptor is a link to the file
	got, err := w.reader.WatchOpen(fd, mask|unix.IN_MASK_ADD)
	if err != nil {
		return false
	}
	if got != wd {
		w.strays = append(w.strays, got)
		return false
	}
	_, err = w.reader.WatchOpen(fd, mask&^unix.IN_MASK_ADD)
	return err == nil
}

// wdAt returns the watch of what is at the path of n now.
func (t *rawTree) wdAt(n *node) (int32, error) {
	fd, err := t.open(n, unix.O_PATH)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fd)
	wd, err := t.w.reader.WatchOpen(fd, t.mask|unix.IN_ONLYDIR)
	if err == nil && t.w.unused(wd) {
		t.w.strays = append(t.w.strays, wd)
	}
	return wd, err
}

// verify is called when everything that has happened was handled: now the paths are as new as the file system.
func (t *rawTree) verify(now time.Time) {
	if len(t.unverified) == 0 || now.Before(t.verifyAt) {
		return
	}
	t.verifyAt = time.Time{}
	if fd, err := openAny(t.Path, unix.O_PATH); err == nil {
		t.rootFD = fd
		defer func() {
			unix.Close(fd)
			t.rootFD = -1
		}()
	}
	var right []*node
	repaired := false
	for n, since := range t.unverified {
		wd, err := t.wdAt(n)
		switch {
		case err == nil && wd == n.wd, n.has(refused):
			right = append(right, n)
		case since.IsZero():
			t.unverified[n] = now
		case now.Sub(since) < verifyAge || !t.w.reader.Empty():
		default:
			delete(t.unverified, n)
			t.repair(n, err)
			repaired = true
		}
	}
	if !repaired && t.w.reader.Empty() { // otherwise what was found out may be wrong by now
		for _, n := range right {
			delete(t.unverified, n)
		}
	}
	if len(t.unverified) > 0 {
		// Not more often than the looking costs.
		t.verifyAt = now.Add(max(verifyAge, 4*time.Since(now)))
	}
}

// repair puts a node right that has the watch of another directory than is at its path.
func (t *rawTree) repair(n *node, err error) {
	e := entry{n.parent, n.name}
	t.drop(n)
	if !vanished(err) {
		t.rewatch(e)
	}
}

// rewatch watches the directory that is at e now.
func (t *rawTree) rewatch(e entry) {
	kid := &node{wd: -1}
	e.dir.link(kid, e.name)
	_ = t.walk(t.w.ctx, kid, t.later()) // the only errors are those of the root and the context
}

// later is what a walk finds that begins when the root is watched.
func (t *rawTree) later() rawNews {
	if t.Raw.Follow {
		return found
	}
	return atFirst
}

// remounted looks again at what is at the root, and at the places below it where something is mounted or was.
func (t *rawTree) remounted(table []mount.Point) {
	if t.top == nil || t.file {
		return
	}
	if wd, err := t.wdAt(t.top); err == nil && wd != t.top.wd && root.IsMount(t.Path) {
		t.lose(errCovered)
		return
	}
	before := t.points
	t.points = mount.Below(table, t.Path)
	for _, points := range []map[string]mount.Mount{before, t.points} {
		for path := range points {
			n := t.top.find(path)
			if n == nil || n == t.top {
				continue
			}
			if wd, err := t.wdAt(n); err != nil || wd != n.wd {
				e := entry{n.parent, n.name}
				t.stray(n) // the kernel may still be about to tell that it was unmounted
				t.rewatch(e)
			}
		}
	}
}

// verifyRaws does what waits until the owner has caught up with the kernel.
func (w *watcher) verifyRaws(caughtUp bool, now time.Time) {
	for _, t := range w.raws.list {
		if caughtUp {
			t.verify(now)
		}
	}
	w.lessen()
}
