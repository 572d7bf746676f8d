package inotify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/descent"
	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor/inotify/kernel"
)

// rawNews says what a walk of a raw tree finds.
type rawNews uint8

const (
	// atFirst: what is there when the watch begins. Nothing is told of it.
	atFirst rawNews = iota
	// found: a directory that has appeared.
	found
	// again: events were lost. What is not in the tree has appeared.
	again
)

// looks are what a walk causes by opening and listing. Nobody is told of that.
const looks = event.InOpen | event.InAccess | event.InCloseNowrite

// look names a directory or file that a walk has looked at, by the watch that hears of it.
type look struct {
	wd   int32
	name string
}

// rawMark comes out of the stream behind the events of all that had happened when a walk ended. Until then the kernel may tell
// what the walk has told, or has caused.
//
// A file that nobody had open for writing is complete, but the kernel may be about to tell so, since the watch is older than the look; and
// it may be written again meanwhile. So its IN_CLOSE_WRITE is told here, if the kernel has told of none.
type rawMark struct {
	tree     *rawTree
	told     []entry
	looks    []look
	complete []entry
}

// passed is called when the mark comes out of the stream. A later walk may have noted the same once more; then an event may be told twice.
func (m *rawMark) passed() {
	for _, e := range m.complete {
		if m.tree.complete[e] == m {
			m.tree.finished(e)
		}
	}
	for _, e := range m.told {
		delete(m.tree.told, e)
	}
	for _, l := range m.looks {
		if m.tree.w.raws.looksOf[l] == m {
			delete(m.tree.w.raws.looksOf, l)
		}
	}
}

// finished tells that a file is complete that a walk has found so, if the kernel has not told since.
func (t *rawTree) finished(e entry) {
	if _, ok := t.complete[e]; !ok {
		return
	}
	delete(t.complete, e)
	if !e.dir.has(dead) {
		t.tell(e.dir, kernel.Record{WD: e.dir.wd, Mask: unix.IN_CLOSE_WRITE, Name: e.name}, "")
	}
}

// completing reports whether a mark of a walk is to come that has something to tell.
func (w *watcher) completing() bool {
	return slices.ContainsFunc(w.raws.list, func(t *rawTree) bool { return len(t.complete) > 0 })
}

// looked reports whether an event is one of those that the walks cause.
func (w *watcher) looked(wd int32, name string, mask event.RawMask) bool {
	if len(w.raws.looksOf) == 0 || mask&looks == 0 {
		return false
	}
	_, ok := w.raws.looksOf[look{wd, name}]
	return ok
}

// walk watches n and what is wanted below it. The only errors are those of n itself as the root, and the context's.
func (t *rawTree) walk(ctx context.Context, n *node, how rawNews) error {
	mark := &rawMark{tree: t}
	defer func() {
		if len(mark.told)+len(mark.looks)+len(mark.complete) > 0 {
			t.w.reader.Mark(mark)
		}
	}()
	stack, count := []*visit{{node: n}}, 0
	defer t.walked.Store(0)
	defer t.w.walker.leave()
	for ; len(stack) > 0; count++ {
		if count%256 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		t.walked.Add(1)
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if v.node.has(dead) {
			continue
		}
		kids, err := t.visit(mark, v, how)
		if err != nil {
			return err
		}
		stack = append(stack, kids...)
	}
	return nil
}

// visit watches and, if that is wanted, lists one directory, and returns those in it.
func (t *rawTree) visit(mark *rawMark, v *visit, how rawNews) (kids []*visit, err error) {
	k, walker := v.node, t.w.walker
	isNew := k.wd < 0
	fd, err := t.openVisit(v)
	if err == nil {
		defer func() {
			if len(kids) == 0 {
				unix.Close(fd)
			} else {
				walker.enter(v, fd)
			}
		}()
		err = t.watch(k, fd)
		t.lookedAt(mark, k)
	}
	switch {
	case err == nil:
		delete(t.unwatched, k)
	case k == t.top:
		return nil, err
	case vanished(err): // or it has another path by now
		t.unverified[k] = time.Time{}
		return nil, nil
	default:
		t.lack(k, err)
		return nil, nil
	}
	if how != atFirst && k != t.top {
		t.unverified[k] = time.Time{}
	}
	if how == atFirst && (!t.Raw.Subdirs && !t.Raw.Follow || k.children == nil && walker.leaf(fd)) {
		return nil, nil
	}
	if how == again && isNew {
		how = found
	}
	return t.list(mark, v, fd, how), nil
}

// openVisit opens a directory to be watched and listed: from the one above it, so that a link that took the place of that leads nowhere.
func (t *rawTree) openVisit(v *visit) (int, error) {
	if v.parent != nil && t.w.walker.to(v.parent) {
		return t.w.walker.at.Open(v.name)
	}
	return t.open(v.node, unix.O_RDONLY)
}

// open opens the directory of k, from the root without following a link. The path of the root may end in one. Flags are O_RDONLY or O_PATH.
func (t *rawTree) open(k *node, flags int) (int, error) {
	if k == t.top {
		return openAny(t.Path, flags)
	}
	if k.top() != t.top { // it has been moved away
		return -1, unix.ENOENT
	}
	top := t.rootFD
	if top < 0 {
		var err error
		if top, err = openAny(t.Path, unix.O_PATH); err != nil {
			return -1, err
		}
		defer unix.Close(top)
	}
	path := k.absolute(nil)
	return descent.Below(top, string(path[len(t.top.name)+1:len(path)-1]), flags)
}

// watch asks for the watch of a directory that is open at fd and notes its descriptor.
func (t *rawTree) watch(k *node, fd int) error {
	wd, err := t.w.reader.WatchOpen(fd, t.mask|unix.IN_ONLYDIR)
	if err != nil || k.wd == wd {
		return err
	}
	t.unbind(k)
	t.bind(k, wd)
	k.flags &^= refused | unmounted
	for _, n := range t.w.rawNodes(wd) { // what was moved away has come back
		if top := n.top(); n != k && top.rare.raw == t && top != t.top && top != k.top() {
			t.drop(top)
		}
	}
	return nil
}

// list takes what is in k into the tree.
func (t *rawTree) list(mark *rawMark, v *visit, fd int, how rawNews) (kids []*visit) {
	k := v.node
	err := list(fd, t.w.listBuf, func(name []byte, typ uint8) {
		switch {
		case typ == unix.DT_DIR:
			if kid := t.foundDir(mark, entry{k, string(name)}, how); kid != nil {
				kids = append(kids, &visit{parent: v, name: kid.name, node: kid})
			}
		case how == found:
			t.foundFile(mark, entry{k, string(name)}, fd, typ)
		}
	})
	switch {
	case vanished(err): // deleted while it was open
	case err != nil:
		t.lack(k, err)
	default:
		t.sweep(k)
	}
	return kids
}

// foundDir takes a directory into the tree, and returns its node; nil: nothing of it is wanted.
func (t *rawTree) foundDir(mark *rawMark, e entry, how rawNews) *node {
	kid := e.dir.child(e.name)
	if how != found && kid == nil && !t.Raw.Subdirs && e.dir == t.top {
		if how == atFirst {
			t.first[e.name] = struct{}{}
		}
		if _, ok := t.first[e.name]; ok {
			return nil
		}
	}
	if t.excluded(t.pathname(e)) {
		return nil
	}
	if kid == nil {
		if how != atFirst {
			t.foundEntry(mark, e, event.InCreate, event.InIsDir)
		}
		kid = &node{wd: -1}
		e.dir.link(kid, e.name)
	}
	kid.flags |= listed
	return kid
}

// foundFile tells of a file in the directory open at dir. Whether it is complete is told when all is known that happened until then:
// see rawMark.
func (t *rawTree) foundFile(mark *rawMark, e entry, dir int, typ uint8) {
	if t.excluded(t.pathname(e)) {
		return
	}
	t.foundEntry(mark, e, event.InCreate, 0)
	if typ != unix.DT_REG || t.Raw.Kinds&event.InCloseWrite == 0 {
		return
	}
	use := probe(dir, e.name)
	t.note(mark, look{e.dir.wd, e.name})
	if use != writing {
		t.complete[e] = mark
		mark.complete = append(mark.complete, e)
	}
}

// foundEntry tells of an entry as the kernel would, and notes that the kernel may be about to do so.
func (t *rawTree) foundEntry(mark *rawMark, e entry, kind, dir event.RawMask) {
	if t.Raw.Kinds&kind == 0 {
		return
	}
	t.tell(e.dir, kernel.Record{WD: e.dir.wd, Mask: uint32(kind | dir), Name: e.name}, "")
	t.told[e] |= kind
	mark.told = append(mark.told, e)
}

// lookedAt notes that a directory was opened.
func (t *rawTree) lookedAt(mark *rawMark, k *node) {
	if k.wd >= 0 {
		t.note(mark, look{k.wd, ""})
	}
	if k.parent != nil && k.parent.wd >= 0 {
		t.note(mark, look{k.parent.wd, k.name})
	}
}

func (t *rawTree) note(mark *rawMark, l look) {
	if t.w.raws.looksHeard || t.Raw.Kinds&looks != 0 {
		t.w.raws.looksOf[l] = mark
		mark.looks = append(mark.looks, l)
	}
}

// sweep drops the kids that the listing did not find.
func (t *rawTree) sweep(k *node) {
	for kid := k.children; kid != nil; {
		next := kid.next
		if !kid.has(listed) {
			t.drop(kid)
		}
		kid.flags &^= listed
		kid = next
	}
}

// lack tells that a directory cannot be watched, of a shortage once. It is tried again.
func (t *rawTree) lack(k *node, err error) {
	if t.tryAt.IsZero() {
		t.tryAt = t.w.now.Add(t.w.opts.PollInterval)
	}
	told := k.has(refused)
	k.flags |= refused
	t.unwatched[k] = struct{}{}
	hint := "give this user read and search permission on it"
	if scarce(err) {
		told, t.short = told || t.short, true
		hint = t.w.remedy(err)
	}
	if !told {
		path := t.dirPath(k)
		t.emit(event.Event{Kind: event.Unwatched, Path: path, Err: fmt.Errorf("watch %s: %w: %s", path, err, hint)})
	}
}

// retry tries again to watch what could not be.
func (t *rawTree) retry() {
	t.tryAt = time.Time{}
	for k := range t.unwatched {
		if _ = t.walk(t.w.ctx, k, t.later()); len(t.unwatched) > 0 && t.short && k.wd < 0 {
			break
		}
	}
	t.short = t.short && len(t.unwatched) > 0
	if len(t.unwatched) > 0 {
		t.tryAt = t.w.now.Add(t.w.opts.PollInterval)
	}
}
