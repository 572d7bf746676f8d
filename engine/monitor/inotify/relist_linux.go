package inotify

import (
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// relisted is a directory whose contents the receiver asked for.
type relisted struct {
	dir string
	at  time.Time
	end event.Kind
}

// relist reports what is below dir, "" for all, as far as want says.
func (w *watcher) relist(id event.RootID, dir string, want monitor.Want) {
	for _, t := range w.trees {
		if t.ID != id || t.top == nil {
			continue
		}
		if n := t.top.find(dir); n != nil && (n != t.top || dir == "") {
			t.want = want
			// The only errors are those of the root, which its events tell, and the context's.
			_ = t.walk(w.ctx, n, relisting)
			t.want = monitor.Want{}
		}
		if t.top != nil {
			t.relisted = append(t.relisted, relisted{dir, w.now, want.End()})
		}
	}
}

// endRelists reports the end of what was asked for: when its new files were looked at, but for those that are held back.
func (t *tree) endRelists() {
	for len(t.relisted) > 0 {
		first := t.relisted[0]
		if len(t.uninspected) > 0 && !t.pendingCreates[t.uninspected[0]].at.After(first.at) {
			return
		}
		t.emit(first.end, first.dir)
		t.relisted = t.relisted[1:]
	}
	t.relisted = nil
}

// hidden reports whether path is one of those that a relisting is limited to.
func (t *tree) hidden(path string) bool { return t.want.Hidden != nil && t.want.Hidden(path) }

// seen reports whether a hidden path was known when it changed last.
func (t *tree) seen(path string) bool {
	if t.want.Seen == nil || !t.hidden(path) {
		return false
	}
	t.w.pathBuf = append(append(append(t.w.pathBuf[:0], t.Path...), path...), 0)
	at, err := t.w.kernelPath()
	defer at.close()
	var st unix.Stat_t
	return err == nil && lstat(at.path, &st) == nil && t.want.Seen(path, time.Unix(st.Ctim.Unix()))
}

// wanted reports whether a relisting is to report a path that may have been reported before.
func (t *tree) wanted(path string) bool {
	return t.want.Hidden == nil || t.want.Hidden(path) && !t.seen(path)
}

// relistDir reports a directory. One that is in the tree already was excluded only for a while; what changed in it
// meanwhile is not known. One that is new although it was not hidden was found before its event.
func (t *tree) relistDir(k *node, isNew bool) {
	path := t.rel(k)
	switch {
	case isNew && !t.seen(path):
		t.emit(event.Create, path)
	case !isNew && t.wanted(path):
		tree := t.want.Hidden != nil && !t.want.Hidden(t.rel(k.parent))
		t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: t.want.Kind(), Path: path, Tree: tree, Time: t.w.now})
	}
}

// differs notes that a relisting has found something else than k under its name. It does not put that right, because what was told of
// k would stay with the receiver: the events to come do, or if they do not tell of it, the verification.
func (t *tree) differs(k *node) {
	if k != t.top {
		t.unverify(entry{k.parent, k.name})
	}
}

// relistFile reports an entry that is not watched.
func (t *tree) relistFile(e entry, path string, typ uint8) {
	_, pending := t.pendingCreates[e]
	switch {
	case pending || !t.wanted(path): // its Create is still to come, or was seen
	case t.want.Hidden != nil && typ == unix.DT_REG:
		t.created(e, true)
	default:
		t.emit(t.want.Kind(), path)
	}
}
