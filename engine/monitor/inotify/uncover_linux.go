package inotify

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
)

// uncover reports what a change of the excludes has brought to light below dir.
func (w *watcher) uncover(id event.RootID, dir string, before func(path string) bool, seen func(path string, changed time.Time) bool) {
	for _, t := range w.trees {
		if t.ID != id || t.top == nil {
			continue
		}
		reported, fresh := len(w.out), len(t.fresh)
		if n := t.top.find(dir); n != nil {
			n.below(func(k *node) { t.uncover(k, before) })
		}
		if seen != nil {
			t.withdraw(reported, fresh, seen)
		}
	}
}

// uncover looks at one directory.
func (t *tree) uncover(k *node, before func(path string) bool) {
	if k.has(dead) {
		return
	}
	at := t.rel(k)
	if before(at) {
		return // the directory itself has come to light, which its parent sees
	}
	fd, err := t.open(k)
	if err != nil {
		return // gone, or refused, which was told
	}
	defer unix.Close(fd)
	var found []entry
	err = list(fd, t.w.listBuf, func(name []byte, typ uint8) {
		path := at + string(name)
		if typ == unix.DT_DIR {
			path += "/"
		}
		if before(path) && (t.Excluded == nil || !t.Excluded(path)) {
			found = append(found, entry{k, string(name)})
		}
	})
	if err != nil && !errors.Is(err, unix.ENOENT) {
		t.refuse(k, err)
	}
	for _, e := range found {
		t.reveal(e)
	}
}

// reveal reports an entry that was excluded. A directory may be in the tree already, if it was
// excluded only for a while; then what changed in it meanwhile is not known.
func (t *tree) reveal(e entry) {
	if t.isPolled(e.dir) && e.dir.rare.seen != nil { // else the next listing reports it once more
		if st, err := t.w.lstat(e); err == nil {
			e.dir.rare.seen[e.name] = signOf(&st)
		}
	}
	kid := e.dir.child(e.name)
	if kid == nil || t.Flat {
		t.look(e, growing)
		return
	}
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.Create, Path: t.path(e, true), Tree: true, Time: t.w.now})
	// The only error would be that of the root or the context.
	_ = t.walk(t.w.ctx, kid, again)
}

// withdraw takes back the Creates behind the first reported ones, and the new files behind the first fresh ones, that
// were seen when they changed last.
func (t *tree) withdraw(reported, fresh int, seen func(path string, changed time.Time) bool) {
	known := func(path string) bool {
		t.w.pathBuf = append(append(append(t.w.pathBuf[:0], t.Path...), path...), 0)
		at, err := t.w.place()
		defer at.close()
		var st unix.Stat_t
		return err == nil && lstat(at.path, &st) == nil && seen(path, time.Unix(st.Ctim.Unix()))
	}
	t.w.out = slices.Concat(t.w.out[:reported], slices.DeleteFunc(t.w.out[reported:], func(e event.Event) bool {
		return e.Root == t.ID && e.Kind == event.Create && known(e.Path)
	}))
	t.fresh = slices.Concat(t.fresh[:fresh], slices.DeleteFunc(t.fresh[fresh:], func(e entry) bool {
		drop := !e.dir.has(dead) && known(t.path(e, false))
		if drop {
			delete(t.held, e)
		}
		return drop
	}))
}
