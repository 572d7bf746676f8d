package inotify

import (
	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// forTrees are the events that mean something to the trees of syncs.
const forTrees = ^uint32(unix.IN_ACCESS | unix.IN_OPEN | unix.IN_CLOSE_NOWRITE | unix.IN_ISDIR)

// handle works one kernel event into every tree that has its directory.
func (w *watcher) handle(h kernel.Event) {
	w.now = h.At
	switch m := h.Mark.(type) {
	case *monitor.Mark:
		if w.completing() {
			w.reader.Mark(lateMark{m})
			return
		}
		w.marks = append(w.marks, m)
		return
	case lateMark:
		w.marks = append(w.marks, m.Mark)
		return
	case *rawMark:
		m.passed()
		return
	}
	if len(w.raws.list) > 0 {
		w.handleRaw(h)
	}
	if h.Mask&forTrees == 0 { // only a raw tree has asked for it
		return
	}
	if h.Mask&unix.IN_MOVE_SELF != 0 {
		w.movedAbove(h.WD)
	}
	if h.Mask&(unix.IN_ATTRIB|unix.IN_MOVE_SELF|unix.IN_DELETE_SELF|unix.IN_UNMOUNT) != 0 {
		w.relinked(h.WD)
	}
	switch {
	case h.Mask&unix.IN_Q_OVERFLOW != 0:
		w.overflow()
	case h.Swap && w.bothExist(h):
		w.exchange(h)
	case h.Paired:
		w.rename(h.Record, h.To)
		if h.Swap {
			from, to := h.To, h.Record
			dir := h.Back.Mask & unix.IN_ISDIR
			from.Mask, to.Mask = unix.IN_MOVED_FROM|dir, unix.IN_MOVED_TO|dir
			w.rename(from, to)
		}
	default:
		w.each(h.WD, func(t *tree, n *node) { t.handle(n, h.Record) })
	}
}

// lateMark is a mark that came before the end of a walk that has still to tell of files: what had happened has to be told first.
type lateMark struct{ *monitor.Mark }

// each calls f for the nodes that have this watch; f may change which have.
func (w *watcher) each(wd int32, f func(*tree, *node)) {
	n := w.nodes[wd]
	if n == nil {
		return
	}
	more := w.more[wd]
	if len(more) == 0 {
		f(n.tree(), n)
		return
	}
	for _, n := range append([]*node{n}, more...) {
		if !n.has(dead) {
			f(n.tree(), n)
		}
	}
}

// handle is for everything that is not a whole rename.
func (t *tree) handle(n *node, r kernel.Record) {
	if r.Name == "" {
		t.handleSelf(n, r.Mask)
		return
	}
	e, dir := entry{n, r.Name}, r.Mask&unix.IN_ISDIR != 0
	path := t.path(e, dir)
	if t.excluded(path) {
		return
	}
	switch {
	case r.Mask&unix.IN_CREATE != 0 && dir:
		t.appeared(e, path, asNew)
	case r.Mask&unix.IN_MOVED_TO != 0 && dir:
		t.w.mountsUnread = true // what is mounted below it came along
		t.appeared(e, path, asMoved)
	case r.Mask&unix.IN_CREATE != 0:
		t.created(e, false)
	case r.Mask&unix.IN_MOVED_TO != 0:
		t.movedIn(e, path)
	case r.Mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0:
		t.removed(e, path)
	case r.Mask&unix.IN_MODIFY != 0:
		t.modified(e, path)
	case r.Mask&unix.IN_CLOSE_WRITE != 0:
		t.closed(e, path)
	case r.Mask&unix.IN_ATTRIB != 0:
		t.changed(e, path)
	}
}

// handleSelf is for events about a watched directory itself. Below the root its parent
// tells the same, with a name.
func (t *tree) handleSelf(n *node, mask uint32) {
	if n == t.top {
		switch {
		case mask&unix.IN_UNMOUNT != 0:
			t.lose(errUnmounted)
		case mask&unix.IN_MOVE_SELF != 0:
			t.lose(errMoved)
		case mask&(unix.IN_DELETE_SELF|unix.IN_IGNORED) != 0:
			t.lose(errDeleted)
		case mask&unix.IN_ATTRIB != 0:
			t.emit(event.Attrib, "")
			if t.refusals {
				t.retryRefused(n)
			}
		}
		return
	}
	if mask&unix.IN_UNMOUNT != 0 {
		n.flags |= unmounted
		// Another mount may have its place and its number by now.
		if path := t.rel(n); t.points[path].ID != 0 {
			delete(t.points, path)
			t.unmounted(path)
			t.w.mountsUnread = true
		}
	}
	if mask&unix.IN_IGNORED != 0 { // the kernel has ended the watch: the directory is no more
		t.w.forget(n)
		t.unverify(entry{n.parent, n.name})
	}
}

// appeared: there is a new directory.
func (t *tree) appeared(e entry, path string, how reporting) {
	kid := e.dir.child(e.name)
	if t.Flat {
		t.emit(event.Create, path)
		return
	}
	if kid != nil {
		if kid.wd >= 0 && t.current(kid) {
			return // a listing was faster than this event
		}
		t.removed(e, path)
	}
	t.emit(event.Create, path)
	t.watchNew(e, how)
}

// grow watches the directory that is now at e and reports what is in it.
func (t *tree) watchNew(e entry, how reporting) {
	kid := &node{wd: -1}
	e.dir.link(kid, e.name)
	// The only error would be that of the root or the context.
	_ = t.walk(t.w.ctx, kid, how)
}

// current reports whether the directory at the path of n is the one that n watches.
func (t *tree) current(n *node) bool {
	at, err := t.w.dir(n)
	defer at.close()
	if err != nil {
		return false
	}
	wd, err := t.w.reader.Watch(at.path, t.mask|unix.IN_DONT_FOLLOW)
	if err == nil && t.w.nodes[wd] == nil {
		t.w.strays = append(t.w.strays, wd)
	}
	return err == nil && wd == n.wd
}

// arrived: a file was moved in from elsewhere.
func (t *tree) movedIn(e entry, path string) {
	t.forgetFile(e)
	t.emit(event.Create, path)
}

// left: an entry was deleted or moved elsewhere.
func (t *tree) removed(e entry, path string) {
	if event.IsDir(path) {
		t.rereadMountsBelow(path)
		if kid := e.dir.child(e.name); kid != nil {
			t.drop(kid)
		}
		delete(t.unverified, e)
	} else {
		t.forgetFile(e)
	}
	t.emit(event.Delete, path)
}

func (t *tree) forgetFile(e entry) {
	if len(t.pendingCreates) > 0 {
		delete(t.pendingCreates, e)
	}
	if len(t.written) > 0 {
		delete(t.written, e)
	}
}

func (t *tree) modified(e entry, path string) {
	switch t.Mode {
	case event.ModifyOnly, event.CloseWriteOrModify:
		t.emit(event.Modify, path)
	case event.CloseWriteAfterModify:
		t.written[e] = struct{}{}
	}
}

func (t *tree) closed(e entry, path string) {
	if t.Mode == event.ModifyOnly { // asked for by another tree
		return
	}
	_, written := t.written[e]
	if written {
		delete(t.written, e)
	}
	if h, ok := t.pendingCreates[e]; ok {
		delete(t.pendingCreates, e)
		// What was found may have been written before there was a watch.
		t.emitFile(path, h.found || written || t.Mode != event.CloseWriteAfterModify)
		return
	}
	if written || t.Mode != event.CloseWriteAfterModify {
		t.emit(event.Modify, path)
	}
}

// changed: metadata of an entry changed.
func (t *tree) changed(e entry, path string) {
	if _, ok := t.pendingCreates[e]; ok {
		return // its Create is still to come
	}
	t.emit(event.Attrib, path)
	if !event.IsDir(path) {
		return
	}
	if kid := e.dir.child(e.name); kid != nil && t.refusals {
		t.retryRefused(kid)
	}
}

// retryRefused looks again at directories that could not be watched: the permission may have
// been missing on any directory above them.
func (t *tree) retryRefused(n *node) {
	var list []*node
	n.below(func(k *node) {
		if k.has(refused) {
			list = append(list, k)
		}
	})
	for _, k := range list {
		k.flags &^= refused
		_ = t.walk(t.w.ctx, k, asMoved)
	}
}

// look reports what is at e now as new.
func (t *tree) look(e entry, how reporting) {
	st, err := t.w.lstat(e)
	if err != nil {
		return
	}
	dir := st.Mode&unix.S_IFMT == unix.S_IFDIR
	path := t.path(e, dir)
	switch {
	case t.excluded(path):
	case dir:
		t.appeared(e, path, how)
	case how == asNew && st.Mode&unix.S_IFMT == unix.S_IFREG:
		t.created(e, true)
	default:
		t.movedIn(e, path)
	}
}

func (w *watcher) lstat(e entry) (st unix.Stat_t, err error) {
	at, err := w.file(e)
	defer at.close()
	if err == nil {
		err = lstat(at.path, &st)
	}
	return st, err
}

// overflow: the kernel threw events away. The trees are put right, what happened
// to files only the receiver can find out.
func (w *watcher) overflow() {
	for _, t := range w.trees {
		if t.top == nil {
			continue
		}
		for e, h := range t.pendingCreates { // the close may be among the lost events
			if !h.until.IsZero() {
				t.uninspected = append(t.uninspected, e)
			}
		}
		t.remounted(w.table())
		err := t.walk(w.ctx, t.top, silently)
		if w.ctx.Err() != nil {
			return
		}
		if err != nil {
			t.lose(err)
			continue
		}
		t.remounted(w.table())
		t.emitErr(event.Overflow, "", errOverflow())
		t.reportMounts()
	}
}
