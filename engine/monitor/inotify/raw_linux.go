package inotify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
	"lsyncgo/engine/mount"
)

// rawTree is one root whose receiver wants what the kernel tells as it tells it. Its nodes are there for the paths, and for the directories
// that come and go. The owner owns it.
//
// An event names a directory's watch and an entry, so only what a walk finds in a new directory is not told by the kernel, or is told
// once more by events that are still on their way: see rawWalk. A watch can land on another directory than the event meant, as in the trees
// of syncs (package document, "Lag"): see unverified.
type rawTree struct {
	monitor.Root
	w      *watcher
	top    *node // nil when its watch has ended
	file   bool  // the root is no directory
	rootFD int   // while many directories are opened from the root, else -1

	mask    uint32
	watches *atomic.Int64 // how many there are
	walked  *atomic.Int64 // directories that the walk has looked at so far; 0: none is going on

	points map[string]mount.Mount // where something is mounted below the root

	pathOf *node // path is its path
	path   string

	// strays are directories that were moved out of the tree or deleted, oldest first. Their watches go on under the path that they had.
	strays []*node
	// told are entries that a walk has found, with the kinds it has told of them: the kernel's events of that may be still to come.
	told map[entry]event.RawMask
	// complete are files of which a walk has to tell so: see rawMark.
	complete map[entry]*rawMark
	// unverified are nodes whose watch or path changed while there might have been lag, and since when another directory is at their
	// path than is watched; zero: not looked at yet.
	unverified map[*node]time.Time
	verifyAt   time.Time // when to look at them again
	// first are the names of the directories that were in the root at first, if they are not watched.
	first map[string]struct{}
	// unwatched are directories that could not be watched; they are tried again at tryAt.
	unwatched map[*node]struct{}
	tryAt     time.Time
	short     bool // it was told that there are not enough watches
}

// maxStrays bounds the watches of what was moved away: a queue directory is emptied by moving for ever.
const maxStrays = 1000

// rawMask is what the kernel is asked for. IN_MASK_ADD because the watch may already serve a sync or another raw tree.
func rawMask(r *event.RawRoot) uint32 {
	mask := uint32(r.Kinds) & unix.IN_ALL_EVENTS
	if r.Kinds&event.InMovedTo != 0 { // to tell where it came from
		mask |= unix.IN_MOVED_FROM
	}
	if r.Subdirs || r.Follow { // to know the paths
		mask |= unix.IN_MOVED_FROM | unix.IN_MOVED_TO
	}
	if r.Follow {
		mask |= unix.IN_CREATE
	}
	if mask == 0 { // what comes by itself needs a watch as well
		mask = unix.IN_DELETE_SELF
	}
	return mask | unix.IN_MASK_ADD
}

// watchRaw begins to watch a root that wants raw events.
func (w *watcher) watchRaw(ctx context.Context, root monitor.Root) error {
	t := &rawTree{
		Root: root, w: w, rootFD: -1, mask: rawMask(root.Raw), watches: new(atomic.Int64), walked: w.shared.walks.Add(root.ID),
		told: map[entry]event.RawMask{}, complete: map[entry]*rawMark{}, unverified: map[*node]time.Time{}, unwatched: map[*node]struct{}{}, first: map[string]struct{}{},
	}
	w.shared.raw.Store(root.ID, t.watches)
	t.top = &node{name: strings.TrimSuffix(root.Name, "/"), wd: -1, rare: &rare{raw: t}}
	if err := t.begin(ctx); err != nil {
		t.drop(t.top)
		return fmt.Errorf("watch %s: %w", root.Name, err)
	}
	t.points = mount.Below(w.table(), root.Path)
	w.raws.list = append(w.raws.list, t)
	w.raws.changed()
	return nil
}

// begin places the first watches.
func (t *rawTree) begin(ctx context.Context) error {
	at, err := t.w.dir(t.top)
	defer at.close()
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Stat(at.path.String(), &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		t.file = true
		wd, err := t.w.reader.Watch(at.path, t.mask)
		if err == nil {
			t.bind(t.top, wd)
		}
		return err
	}
	if t.Raw.Report {
		return t.walk(ctx, t.top, found)
	}
	return t.walk(ctx, t.top, atFirst)
}

func (w *watcher) unwatchRaw(id event.RootID) {
	for i, t := range w.raws.list {
		if t.ID != id {
			continue
		}
		w.raws.list = append(w.raws.list[:i:i], w.raws.list[i+1:]...)
		w.raws.changed()
		for _, n := range t.strays {
			t.drop(n)
		}
		if t.top != nil {
			t.drop(t.top)
		}
	}
}

// handleRaw works one kernel event into every raw tree that has its directory.
func (w *watcher) handleRaw(h kernel.Event) {
	switch {
	case h.Mask&unix.IN_Q_OVERFLOW != 0:
		for _, t := range w.raws.list {
			t.overflow()
		}
	case h.Swap:
		from, to := h.To, h.Record
		from.Mask, from.Cookie, to.Cookie = h.Back.Mask, h.Back.Cookie, h.Back.Cookie
		to.Mask = unix.IN_MOVED_TO | h.Back.Mask&unix.IN_ISDIR
		w.renameRaw(h.Record, h.To, nil)
		w.renameRaw(from, to, func(t *rawTree, b, a entry) { t.exchange(a, b) })
	case h.Paired && h.Mask&unix.IN_ISDIR != 0:
		w.renameRaw(h.Record, h.To, (*rawTree).move)
	case h.Paired:
		w.renameRaw(h.Record, h.To, nil)
	default:
		for _, n := range w.rawNodes(h.WD) {
			n.raw().handle(n, h.Record)
		}
	}
}

// rawNodes are the nodes that have this watch, in a list that stays as it is.
func (w *watcher) rawNodes(wd int32) []*node {
	list := w.raws.nodes[wd]
	if len(list) < 2 {
		return list
	}
	return append([]*node(nil), list...)
}

// raw is the raw tree that n is in.
func (n *node) raw() *rawTree { return n.top().rare.raw }

// handle is for everything that is not a whole rename.
func (t *rawTree) handle(n *node, r kernel.Record) {
	if n.has(dead) {
		return
	}
	if r.Name == "" {
		t.tell(n, r, "")
		t.handleSelf(n, r.Mask)
		return
	}
	e := entry{n, r.Name}
	if r.Mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0 {
		t.leaves(e)
	}
	if r.Mask&unix.IN_MOVED_TO != 0 {
		t.finished(e)
	}
	t.tell(n, r, "")
	if r.Mask&unix.IN_ISDIR == 0 {
		return
	}
	switch {
	case r.Mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0:
		if kid := n.child(r.Name); kid != nil {
			t.stray(kid)
		}
	case r.Mask&(unix.IN_CREATE|unix.IN_MOVED_TO) != 0:
		t.appeared(e)
	}
}

// leaves is called before it is told that what has a name loses it.
func (t *rawTree) leaves(e entry) {
	t.finished(e)
	delete(t.told, e) // what has the name next is another file
}

// handleSelf is for events about what is watched itself.
func (t *rawTree) handleSelf(n *node, mask uint32) {
	if mask&unix.IN_UNMOUNT != 0 {
		n.flags |= unmounted
	}
	if mask&unix.IN_IGNORED == 0 { // else the kernel has ended the watch
		return
	}
	t.forget(n)
	switch {
	case n == t.top && n.has(unmounted):
		t.lose(errUnmounted)
	case n == t.top:
		t.lose(errDeleted)
	case n.has(unmounted) && n.top() == t.top: // remounted watches what was below the mount
		t.w.mountsUnread = true // who waits for the table to change may have missed it
	case n.has(unmounted):
		t.prune(n)
	default:
		t.drop(n)
	}
}

// lose reports that the watch of the root has ended.
func (t *rawTree) lose(why error) {
	t.drop(t.top)
	t.top = nil
	t.emit(event.Event{Kind: event.RootLost, Err: fmt.Errorf("watch %s: %w", t.Name, why)})
}

// appeared: there is a new directory.
func (t *rawTree) appeared(e entry) {
	path := t.pathname(e)
	if !t.Raw.Follow || t.excluded(path) {
		return
	}
	if kid := e.dir.child(e.name); kid != nil {
		if wd, err := t.wdAt(kid); err == nil && wd == kid.wd {
			return // a walk was faster than this event
		}
		t.stray(kid)
	}
	kid := &node{wd: -1}
	e.dir.link(kid, e.name)
	_ = t.walk(t.w.ctx, kid, found) // the only errors are those of the root and the context
}

// stray takes a directory out of the tree whose own events are still to come.
func (t *rawTree) stray(n *node) {
	if n.parent == nil {
		return
	}
	path := t.pathname(entry{n, ""})
	n.unlink()
	n.parent, n.name = nil, path
	n.extra().raw = t
	t.pathOf = nil
	t.strays = append(t.strays, n)
	n.below(func(k *node) {
		delete(t.unverified, k)
		if k.wd < 0 && k.children == nil {
			t.drop(k)
		}
	})
	if len(t.strays) > maxStrays {
		t.drop(t.strays[0])
	}
}

// prune drops a stray that has no watch, nor anything below it, and what is above it for the same reason.
func (t *rawTree) prune(n *node) {
	for n != nil && n.wd < 0 && n.children == nil {
		above := n.parent
		t.drop(n)
		n = above
	}
}

// drop forgets n and everything below it.
func (t *rawTree) drop(n *node) {
	if n.parent != nil {
		n.unlink()
	}
	if i := slices.Index(t.strays, n); i >= 0 {
		t.strays = slices.Delete(slices.Clone(t.strays), i, i+1)
	}
	n.below(func(k *node) {
		k.flags |= dead
		t.unbind(k)
		delete(t.unverified, k)
		delete(t.unwatched, k)
	})
	t.pathOf = nil
}

// overflow: the kernel threw events away. The receiver is told; what became of the directories is looked at.
func (t *rawTree) overflow() {
	t.emit(event.Event{Kind: event.Overflow, Err: errOverflow()})
	if t.top == nil || t.file {
		return
	}
	if t.Raw.Follow {
		if err := t.walk(t.w.ctx, t.top, again); err != nil {
			t.lose(err)
		}
		return
	}
	t.top.below(func(n *node) {
		if n != t.top {
			t.unverified[n] = time.Time{}
		}
	})
}

// errOverflow is told with what the kernel threw away.
func errOverflow() error {
	return errors.New("the kernel's queue of file events was full and events were lost; raise the sysctl fs.inotify.max_queued_events (now " +
		kernel.Sysctl("max_queued_events") + ")")
}

func (t *rawTree) excluded(path string) bool { return t.Raw.Excluded != nil && t.Raw.Excluded(path) }

// dirPath is the path of a node, without a slash at its end.
func (t *rawTree) dirPath(n *node) string {
	if t.pathOf != n {
		t.w.relBuf = n.absolute(t.w.relBuf[:0])
		t.w.relNode = nil // the buffer is the trees'
		path := t.w.relBuf
		if len(path) > 1 {
			path = path[:len(path)-1]
		}
		t.pathOf, t.path = n, string(path)
	}
	return t.path
}

// pathname is the path of an entry, or of its directory if it has no name.
func (t *rawTree) pathname(e entry) string {
	r := event.Raw{Path: t.dirPath(e.dir), Name: e.name}
	return r.Pathname()
}

func (t *rawTree) emit(e event.Event) {
	e.Root, e.Time = t.ID, t.w.now
	t.w.out = append(t.w.out, e)
}

// tell reports an event of the kernel, if its kind is wanted.
func (t *rawTree) tell(n *node, r kernel.Record, source string) {
	mask := event.RawMask(r.Mask)
	if mask&t.Raw.Kinds == 0 {
		return
	}
	if len(t.told) > 0 && mask&t.told[entry{n, r.Name}] != 0 || t.w.looked(r.WD, r.Name, mask) {
		return
	}
	if mask&event.InCloseWrite != 0 && len(t.complete) > 0 {
		delete(t.complete, entry{n, r.Name})
	}
	raw := &event.Raw{Mask: mask, Cookie: r.Cookie, Path: t.dirPath(n), Name: r.Name, Source: source,
		IsDir: mask&event.InIsDir != 0 || r.Name == "" && !t.file}
	if t.Raw.Excluded != nil && t.Raw.Excluded(raw.Pathname()) {
		return
	}
	t.emit(event.Event{Kind: event.Untouched, Raw: raw})
}
