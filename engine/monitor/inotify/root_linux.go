package inotify

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/root"
)

var (
	errDeleted   = errors.New("it was deleted")
	errMoved     = errors.New("it was moved away")
	errUnmounted = event.ErrUnmounted
)

// loss is the state of a root that is gone.
type loss struct {
	look time.Time // when to look for it; zero: it is there
	// mount is where the root's file system was mounted. After an unmount
	// the directory below it shows: it may even have the root's path, and is empty.
	// Taking that for the root would tell the receiver that everything was deleted.
	mount        string
	unmounted    bool
	linkReported bool   // it was told that a stranger's link is in its place
	away         string // where the name was told to lead instead; "": it was not
}

// lose reports once that the root is gone, and drops everything.
func (t *tree) lose(why error) {
	if t.top == nil {
		return
	}
	linked := len(t.links) > 0
	t.abandon()
	t.loss.unmounted = errors.Is(why, errUnmounted)
	remedy := "make the directory again"
	switch {
	case t.loss.unmounted:
		remedy = "mount it again"
	case errors.Is(why, errCovered):
		remedy = "what is there now is looked at next"
	case linked:
		remedy = "point the link to a directory again"
	}
	t.emitErr(event.RootLost, "", fmt.Errorf("watch %s: %w; nothing is done for it until it is back (%s)", t.Path, why, remedy))
}

// abandon drops everything and schedules looks for the root.
func (t *tree) abandon() {
	t.unwatchAbove()
	t.links = nil
	t.drop(t.top)
	t.top = nil
	t.purge()
	t.uninspected, t.inspectAgain, t.recentWatches, t.olderWatches, t.relisted = nil, nil, nil, nil, nil
	t.verifyAt = time.Time{}
	clear(t.unverified)
	t.poll = time.Time{}
	t.short = shortage{}
	t.loss.look = time.Now().Add(t.w.opts.RootInterval)
}

// lookForRoot looks whether a lost root is there again.
func (t *tree) lookForRoot(now time.Time) {
	t.w.now = now
	if t.top != nil { // nothing was left to look with
		t.loss.look = time.Time{}
		t.recheckLinks()
		return
	}
	t.loss.look = now.Add(t.w.opts.RootInterval)
	trail, err := root.Follow(t.Name)
	var link *root.LinkError
	switch {
	case errors.As(err, &link):
		if !t.loss.linkReported {
			t.loss.linkReported = true
			t.emitErr(event.RootLost, "", err)
		}
		return
	case err != nil:
		return
	case !t.leads(trail):
		t.reportElsewhere(trail)
		return
	case t.loss.unmounted && t.loss.mount != "" && !root.IsMount(t.loss.mount):
		return
	}
	t.reset()
	if err := t.walk(t.w.ctx, t.top, silently); err != nil {
		t.drop(t.top)
		t.top = nil
		return
	}
	t.watchAbove()
	t.markPresent()
	t.remounted(t.w.table())
	t.emit(event.RootBack, "")
	t.reportMounts()
	t.recheckLinks()
}

// markPresent ends the loss of the root and notes where its file system is mounted.
func (t *tree) markPresent() { t.loss = loss{mount: root.MountOf(t.Path)} }

// watchAbove watches the directories above the root: when one of them is renamed the kernel says
// nothing about the root, and its watches go on under a path that is no longer true.
func (t *tree) watchAbove() {
	t.unwatchAbove()
	t.watchAbovePath(filepath.Clean(t.Path))
	for _, link := range t.links {
		t.watchAbovePath(link)
		t.watchLink(link)
	}
}

// maskAbove is what the kernel is asked for of a directory above a root.
const maskAbove = unix.IN_MOVE_SELF | unix.IN_ONLYDIR | unix.IN_DONT_FOLLOW | unix.IN_MASK_ADD

// watchAbovePath is watchAbove for one path.
func (t *tree) watchAbovePath(path string) {
	for p := filepath.Dir(path); p != "/"; p = filepath.Dir(p) {
		wd, err := t.w.reader.Watch(cstring(p), maskAbove)
		if err != nil {
			return // not readable for us, so not ours to look after
		}
		t.w.above[wd] = append(t.w.above[wd], t)
		t.above = append(t.above, wd)
	}
}

func (t *tree) unwatchAbove() {
	for _, wd := range t.above {
		t.w.above[wd] = slices.DeleteFunc(t.w.above[wd], func(o *tree) bool { return o == t })
		if len(t.w.above[wd]) == 0 {
			delete(t.w.above, wd)
			t.w.release(wd)
		}
	}
	t.above = nil
	t.unwatchLinks()
}

// movedAbove looks at the roots below a directory that was renamed.
func (w *watcher) movedAbove(wd int32) {
	for _, t := range slices.Clone(w.above[wd]) {
		switch {
		case t.top == nil:
		case !t.current(t.top):
			t.lose(errMoved)
		default:
			t.recheckLinks()
		}
	}
}
