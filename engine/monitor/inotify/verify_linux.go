package inotify

import (
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/root"
)

// In the kernel a rename changes the directory tree first and makes its events afterwards, and the process
// that renames may be interrupted between the two. So a mismatch is acted on only when it is verifyAge old,
// and a watch is recent for recentAge.
const (
	verifyAge = 5 * time.Millisecond
	recentAge = 100 * time.Millisecond
)

// unverify notes that another directory than the tree says may be at e.
func (t *tree) unverify(e entry) {
	if _, ok := t.unverified[e]; !ok {
		t.unverified[e] = time.Time{}
	}
}

// verify compares unverified names with the file system and repairs the tree where it is wrong. It is called when every event
// so far was handled: then the tree is as new as the file system, and a path leads to the directory that the tree has there.
func (t *tree) verify(now time.Time) {
	if t.moved {
		t.moved = false
		t.unverifyRecent()
	}
	if now.Sub(t.rotated) >= recentAge {
		t.olderWatches, t.recentWatches, t.rotated = t.recentWatches, nil, now
	}
	if now.Before(t.verifyAt) {
		return
	}
	t.verifyAt = time.Time{}
	var verified []entry
	repaired := false
	for e, since := range t.unverified {
		if t.top == nil || e.dir.has(dead) || t.matches(e) {
			verified = append(verified, e)
			continue
		}
		switch {
		case since.IsZero():
			t.unverified[e] = now
		case now.Sub(since) < verifyAge || !t.w.reader.Empty():
		case t.current(e.dir):
			delete(t.unverified, e)
			t.repair(e)
			repaired = true
		case e.dir == t.top:
			t.lose(errMoved) // with a directory above it, of which the kernel does not tell
			return
		}
	}
	if !repaired && t.w.reader.Empty() { // otherwise what was found out may be wrong by now
		for _, e := range verified {
			delete(t.unverified, e)
		}
	}
	if len(t.unverified) > 0 {
		// Not more often than the looking costs.
		t.verifyAt = now.Add(max(verifyAge, 4*time.Since(now)))
	}
}

// unverifyRecent starts verification afresh: a directory was renamed, so what was found out before may be wrong.
func (t *tree) unverifyRecent() {
	t.verifyAt = time.Time{}
	for e := range t.unverified {
		t.unverified[e] = time.Time{}
	}
	for _, list := range [][]*node{t.recentWatches, t.olderWatches} {
		for _, n := range list {
			if !n.has(dead) && n.parent != nil {
				t.unverify(entry{n.parent, n.name})
			}
		}
	}
}

// matches reports whether the tree and the file system agree at one name.
func (t *tree) matches(e entry) bool {
	if !t.matchesAt(e) {
		return false
	}
	// That means nothing if the directory itself is elsewhere.
	if e.dir.wd < 0 || t.current(e.dir) {
		return true
	}
	if e.dir != t.top {
		t.unverify(entry{e.dir.parent, e.dir.name})
	}
	return false
}

func (t *tree) matchesAt(e entry) bool {
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
		t.removed(e, path)
	}
	if st, err := t.w.lstat(e); err != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR || t.excluded(path) {
		return
	}
	t.emit(event.Create, path)
	t.watchNew(e, asNew)
}
