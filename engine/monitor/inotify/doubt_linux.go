package inotify

import (
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/root"
)

// A rename changes the tree first and tells about it afterwards, and the process that
// does it may be interrupted between the two. So what looks wrong is acted on only if it still
// is after a while, and a watch is young for a while.
const (
	doubtAge = 5 * time.Millisecond
	youngAge = 100 * time.Millisecond
)

// doubt notes that another directory than the tree says may be at e.
func (t *tree) doubt(e entry) {
	if _, ok := t.doubts[e]; !ok {
		t.doubts[e] = time.Time{}
	}
}

// settleDoubts is called when everything that has happened was handled: now the tree is
// as new as the file system, and paths mean what it says.
func (t *tree) settleDoubts(now time.Time) {
	if t.moved {
		t.moved = false
		t.doubtAgain()
	}
	if now.Sub(t.turned) >= youngAge {
		t.elder, t.young, t.turned = t.young, nil, now
	}
	if now.Before(t.suspect) {
		return
	}
	t.suspect = time.Time{}
	var settled []entry
	repaired := false
	for e, since := range t.doubts {
		if t.top == nil || e.dir.has(dead) || t.right(e) {
			settled = append(settled, e)
			continue
		}
		switch {
		case since.IsZero():
			t.doubts[e] = now
		case now.Sub(since) < doubtAge || !t.w.reader.Empty():
		case t.current(e.dir):
			delete(t.doubts, e)
			t.repair(e)
			repaired = true
		case e.dir == t.top:
			t.lose(errMoved) // with a directory above it, of which the kernel does not tell
			return
		}
	}
	if !repaired && t.w.reader.Empty() { // otherwise what was found out may be wrong by now
		for _, e := range settled {
			delete(t.doubts, e)
		}
	}
	if len(t.doubts) > 0 {
		// Not more often than the looking costs.
		t.suspect = now.Add(max(doubtAge, 4*time.Since(now)))
	}
}

// doubtAgain: a directory was renamed, so nothing found out before counts.
func (t *tree) doubtAgain() {
	t.suspect = time.Time{}
	for e := range t.doubts {
		t.doubts[e] = time.Time{}
	}
	for _, list := range [][]*node{t.young, t.elder} {
		for _, n := range list {
			if !n.has(dead) && n.parent != nil {
				t.doubt(entry{n.parent, n.name})
			}
		}
	}
}

// right reports whether the tree is right at one name.
func (t *tree) right(e entry) bool {
	if !t.rightBelow(e) {
		return false
	}
	// That means nothing if the directory itself is elsewhere.
	if e.dir.wd < 0 || t.current(e.dir) {
		return true
	}
	if e.dir != t.top {
		t.doubt(entry{e.dir.parent, e.dir.name})
	}
	return false
}

func (t *tree) rightBelow(e entry) bool {
	kid := e.dir.child(e.name)
	if kid != nil && kid.wd >= 0 {
		return t.current(kid)
	}
	if kid != nil && (kid.has(refused) || t.isPolled(kid)) {
		return true // nothing to compare with
	}
	st, err := t.w.lstat(e)
	isDir := err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
	return kid == nil && (!isDir || t.excluded(t.path(e, true)))
}

// repair makes the tree right at one name.
func (t *tree) repair(e entry) {
	path := t.path(e, true)
	kid := e.dir.child(e.name)
	if kid != nil && kid.has(unmounted) || root.IsMount(t.Path+path) {
		t.remounted(t.w.table()) // first, so that it is told before what is there
	}
	switch {
	case kid == nil:
	case kid.has(unmounted): // what was in it is not deleted
		if t.points == nil && t.w.table() == nil { // else it was told
			t.emit(event.Unmounted, path)
		}
		t.drop(kid)
	default:
		// What was reported as being in it may be in another directory. Say
		// that it is gone, or the receiver keeps it.
		t.left(e, path)
	}
	if st, err := t.w.lstat(e); err != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR || t.excluded(path) {
		return
	}
	t.emit(event.Create, path)
	t.grow(e, growing)
}
