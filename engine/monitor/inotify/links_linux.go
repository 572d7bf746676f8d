package inotify

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/root"
)

// watchLink watches a link itself, not the directory that it is in: that may be a busy one. A link is never
// changed, only replaced, which takes a name from it; the kernel calls that IN_ATTRIB.
func (t *tree) watchLink(link string) {
	wd, err := t.w.reader.Watch(cstring(link), unix.IN_ATTRIB|unix.IN_MOVE_SELF|unix.IN_DELETE_SELF|unix.IN_DONT_FOLLOW|unix.IN_MASK_ADD)
	if err != nil {
		return // it is gone, which the next recheckLinks sees, or all watches are in use
	}
	t.w.links[wd] = append(t.w.links[wd], t)
	t.linkWatches = append(t.linkWatches, wd)
}

func (t *tree) unwatchLinks() {
	for _, wd := range t.linkWatches {
		t.w.links[wd] = slices.DeleteFunc(t.w.links[wd], func(o *tree) bool { return o == t })
		if len(t.w.links[wd]) == 0 {
			delete(t.w.links, wd)
			t.w.reader.Unwatch(wd)
		}
	}
	t.linkWatches = nil
}

// relinked looks at the roots to which a link leads, after an event of the link.
func (w *watcher) relinked(wd int32) {
	for _, t := range slices.Clone(w.links[wd]) {
		t.recheckLinks()
	}
}

// follow is root.Follow, where a root is no package.
func follow(path string) (root.Trail, error) { return root.Follow(path) }

// leads reports whether a trail leads to the root.
func (t *tree) leads(trail root.Trail) bool { return withSlash(trail.Path) == t.Path }

// maxTrails is how often links are looked at again that change all the time.
const maxTrails = 8

// recheckLinks looks whether the name of the root still leads to it, and watches the links that do. It follows the name once more when they are
// watched, so that no change is missed.
func (t *tree) recheckLinks() {
	for i := range maxTrails {
		if t.top == nil {
			return
		}
		trail, err := follow(t.Name)
		switch {
		case scarce(err):
			t.loss.look = time.Now().Add(t.w.opts.RootInterval)
			return
		case err != nil:
			t.links = append(t.links, trail.Links...) // for the remedy
			t.lose(err)
			return
		case !t.leads(trail):
			t.reportElsewhere(trail)
			return
		case len(trail.Links) == 0 && len(t.links) == 0, i > 0 && slices.Equal(trail.Links, t.links):
			return
		}
		t.links = trail.Links
		t.watchAbove()
	}
	t.loss.look = time.Now().Add(t.w.opts.RootInterval)
}

// reportElsewhere reports once that the name of the root leads to another directory.
func (t *tree) reportElsewhere(trail root.Trail) {
	if t.top != nil {
		t.abandon()
	}
	if t.loss.away == trail.Path {
		return
	}
	t.loss.away = trail.Path
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.RootElsewhere, Dest: withSlash(trail.Path), Time: t.w.now})
}

func withSlash(path string) string {
	if path == "/" {
		return path
	}
	return path + "/"
}
