package inotify

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/mount"
	"lsyncgo/engine/root"
	dirs "lsyncgo/engine/tree"
)

// tree is one root and what is known below it. The owner owns it.
type tree struct {
	monitor.Root
	w    *watcher
	top  *node // nil while the root is lost
	mask uint32

	// pendingCreates are new files that are not reported before their writer closes them.
	pendingCreates map[entry]pendingCreate
	// uninspected are the pending ones that nobody has looked at yet, oldest first.
	uninspected []entry
	// inspectAgain are the pending ones that were seen open, in the order in which to look at them again.
	inspectAgain []inspection
	// written are files written to since their last close (CloseWriteAfterModify only).
	written map[entry]struct{}

	// unverified are names at which another directory may be than the tree says.
	// The time is when that was first seen to be so; zero: not yet looked at.
	unverified map[entry]time.Time
	verifyAt   time.Time // when to look at the unverified again
	// recentWatches are directories whose watch was placed while the tree may have been older than the file
	// system; olderWatches those from before the last rotation. moved: a directory was renamed since, so they have to be verified.
	recentWatches, olderWatches []*node
	rotated                     time.Time // when recentWatches last became olderWatches
	moved                       bool
	// refusals: there was a directory that the kernel did not let us see.
	refusals bool
	// dropped: entries above may be in directories that are gone.
	dropped bool

	walked   *atomic.Int64 // directories that the walk has looked at so far; 0: none is going on
	want     monitor.Want  // of the relisting that is going on
	relisted []relisted    // whose ends are not told yet, oldest first

	short  shortage // directories without a watch
	polled map[*node]struct{}
	lister dirs.Reader
	poll   time.Time // when to list them

	// points are the mount points below the root, relative to it, with what is mounted there. It outlives
	// the loss of the root.
	points map[string]mount.Mount
	// mountedLast are the directories that were mounted at these points last and were not empty.
	mountedLast map[string]root.Identity

	loss  loss
	above []int32 // watches of the directories above the root
	// links lead from the name of the root to it; linkWatches are the watches of these links.
	links       []string
	linkWatches []int32
}

// pendingCreate is a new file that is open for writing.
type pendingCreate struct {
	at    time.Time // when it was created
	until time.Time // zero: not looked at yet
	found bool      // by a listing
}

func newTree(w *watcher, r monitor.Root) *tree {
	t := &tree{
		Root:           r,
		w:              w,
		mask:           mask(r.Mode),
		pendingCreates: map[entry]pendingCreate{},
		written:        map[entry]struct{}{},
		unverified:     map[entry]time.Time{},
		polled:         map[*node]struct{}{},
		walked:         w.shared.walks.Add(r.ID),
	}
	t.reset()
	return t
}

// topMask is what the watch of a root has besides.
const topMask = unix.IN_DELETE_SELF | unix.IN_MOVE_SELF

// mask is what the kernel is asked for. IN_MASK_ADD because the watch may
// already serve another tree, which wants more.
func mask(m event.Mode) uint32 {
	const always = unix.IN_ATTRIB | unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO |
		unix.IN_ONLYDIR | unix.IN_EXCL_UNLINK | unix.IN_MASK_ADD
	switch m {
	case event.ModifyOnly:
		return always | unix.IN_MODIFY
	case event.CloseWrite:
		return always | unix.IN_CLOSE_WRITE
	default:
		return always | unix.IN_MODIFY | unix.IN_CLOSE_WRITE
	}
}

// maskOf is what the kernel is asked for of one directory.
func (t *tree) maskOf(n *node) uint32 {
	if n == t.top {
		return t.mask | topMask
	}
	return t.mask
}

// reset makes an empty tree.
func (t *tree) reset() {
	t.top = &node{name: t.Path[:len(t.Path)-1], wd: -1, rare: &rare{tree: t}}
}

// rel is the path of a directory below the root, with its slash; "" for the root.
func (t *tree) rel(n *node) string {
	w := t.w
	if w.relNode != n {
		w.relBuf = n.absolute(w.relBuf[:0])
		w.relNode, w.relPath = n, string(w.relBuf[len(t.Path):])
	}
	return w.relPath
}

func (t *tree) path(e entry, dir bool) string {
	if dir {
		return t.rel(e.dir) + e.name + "/"
	}
	return t.rel(e.dir) + e.name
}

func (t *tree) excluded(path string) bool { return t.Excluded != nil && t.Excluded(path) }

func (t *tree) emit(k event.Kind, path string) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: k, Path: path, Time: t.w.now})
}

// emitFile reports a new file, and whether it was written and closed since.
func (t *tree) emitFile(path string, written bool) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.Create, Path: path, Written: written, Time: t.w.now})
}

func (t *tree) emitMove(path, dest string) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.Move, Path: path, Dest: dest, Time: t.w.now})
}

func (t *tree) emitErr(k event.Kind, path string, err error) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: k, Path: path, Time: t.w.now, Err: err})
}

// drop forgets n and everything below it.
func (t *tree) drop(n *node) {
	if n.parent != nil {
		n.unlink()
	}
	n.below(func(k *node) {
		k.flags |= dead
		t.w.unbind(k)
		delete(t.polled, k)
	})
	t.w.relNode = nil
	t.dropped = true
}

// purge forgets entries of directories that are gone.
func (t *tree) purge() {
	if !t.dropped {
		return
	}
	t.dropped = false
	for e := range t.written {
		if e.dir.has(dead) {
			delete(t.written, e)
		}
	}
	for e := range t.pendingCreates {
		if e.dir.has(dead) {
			delete(t.pendingCreates, e)
		}
	}
}
