package inotify

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
)

// reporting says how a walk reports what it finds.
type reporting uint8

const (
	// silently: not at all. The root's start, its return, an overflow.
	silently reporting = iota
	// asNew: a new directory; its files may still be written.
	asNew
	// asMoved: a directory that came from elsewhere; its files are complete.
	asMoved
	// relisting: what is watched is reported as far as tree.want says.
	relisting
)

// walk watches and lists n and every directory below it. What was known and is not there any more goes. The only errors are
// those of n itself as the root, and why ctx has ended.
//
// The owner handles no events meanwhile, so the tree changes by the walk alone; the Reader keeps them.
func (t *tree) walk(ctx context.Context, n *node, how reporting) error {
	t.w.pathBuf = n.absolute(t.w.pathBuf[:0])
	self := t.w.walker
	self.survey = &survey{
		reader:   t.w.reader,
		excluded: t.Excluded,
		mask:     t.mask,
		top:      n == t.top,
		flat:     t.Flat,
		names:    how != silently,
		begin:    string(t.w.pathBuf),
		root:     len(t.Path),
	}
	self.stack = append(self.stack[:0], &visit{node: n})
	w := &walk{tree: t, first: n, how: how, open: 1}
	t.w.walking = true
	defer func() {
		t.w.walking = false
		t.walked.Store(0)
		self.leave()
	}()
	return w.alone(ctx, self)
}

// walk is a walk that is going on, as the owner sees it.
type walk struct {
	*tree
	first *node
	how   reporting
	open  int      // directories that were found and not yet taken
	more  []*visit // directories that the owner found itself, to be visited
}

// alone walks on the owner's goroutine, until the tree turns out to be large.
func (w *walk) alone(ctx context.Context, self *walker) error {
	solo := w.w.shared.solo
	for n := 0; ; n++ {
		if n%128 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if n > 0 && n%solo == 0 && len(self.stack) > 1 {
			if c := recruit(self, &w.w.shared.walkers); c != nil {
				w.w.walker = &walker{}
				return w.with(ctx, c)
			}
		}
		f, ok := self.next()
		if !ok {
			return nil
		}
		if err := w.take(f); err != nil {
			return err
		}
		self.stack = append(self.stack, w.more...)
		w.more = w.more[:0]
	}
}

// with has a crew walk, and takes what it finds.
func (w *walk) with(ctx context.Context, c *crew) error {
	defer c.end(func(f finding) { w.stray(f.wd) })
	for w.open > 0 {
		var jobs chan<- []*visit // nil: there is none
		if len(w.more) > 0 {
			jobs = c.jobs
		}
		select {
		case jobs <- w.more:
			w.more = nil
		case batch := <-c.findings:
			for i, f := range batch {
				if err := w.take(f); err != nil {
					for _, f := range batch[i+1:] {
						w.stray(f.wd)
					}
					return err
				}
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// stray notes a watch of a directory that is not in the tree.
func (w *walk) stray(wd int32) {
	if wd >= 0 {
		w.w.strays = append(w.w.strays, wd)
	}
}

// take takes into the tree what was found in one directory.
func (w *walk) take(f finding) error {
	t, k, how := w.tree, f.node, w.how
	w.open += len(f.dirs) - 1
	t.walked.Add(1)
	if k == nil || k.has(dead) {
		w.stray(f.wd)
		return nil
	}
	isNew := k.wd < 0
	switch {
	case how == relisting && !isNew && (f.err == nil && f.wd != k.wd || vanished(f.err)):
		w.stray(f.wd)
		t.differs(k)
		return nil
	case f.err == nil:
		t.watched(k, f.wd)
	case k == t.top && !scarce(f.err):
		return f.err
	case vanished(f.err):
		t.unverify(entry{k.parent, k.name})
		t.drop(k)
		return nil
	case scarce(f.err):
		t.pollInstead(k, f.err)
	default:
		t.refuse(k, f.err)
		return nil
	}
	switch {
	case k == w.first || how == silently:
	case how == relisting:
		t.relistDir(k, isNew)
	case isNew:
		t.emit(event.Create, t.rel(k))
	}
	if how == relisting && isNew && (t.want.Existing || t.want.Hidden != nil && !t.hidden(t.rel(k))) {
		how = asNew // its event is still to come, and is ignored then
	}
	if f.err != nil {
		w.poll(f.visit, how)
	} else {
		t.takeEntries(k, f, how)
	}
	return nil
}

// poll lists a directory that has no watch for the first time.
func (w *walk) poll(v *visit, how reporting) {
	for _, kid := range w.compare(v.node, how, nil) {
		w.open++
		w.more = append(w.more, &visit{parent: v, name: kid.name, node: kid})
	}
}

// takeEntries takes the entries of k into the tree.
func (t *tree) takeEntries(k *node, f finding, how reporting) {
	had := k.children != nil
	for i := range f.dirs {
		kid := t.foundDir(k, f.dirs[i].name)
		f.dirs[i].node = kid
		if had {
			kid.flags |= listed
		}
	}
	for _, e := range f.others {
		t.foundFile(entry{k, e.name}, e.typ, how)
	}
	if had {
		t.sweep(k, f.listErr == nil, how)
	}
	switch {
	case f.listErr == nil:
	case !vanished(f.listErr):
		t.refuse(k, f.listErr)
	case k != t.top: // deleted while it was open
		t.unverify(entry{k.parent, k.name})
	}
}

// open opens a directory to be watched and listed.
func (t *tree) open(k *node) (int, error) {
	at, err := t.w.dir(k)
	defer at.close()
	if err != nil {
		return -1, err
	}
	return openDir(at.path)
}

// watch watches a directory that is open at fd.
func (t *tree) watch(k *node, fd int) error {
	wd, err := t.w.reader.WatchOpen(fd, t.maskOf(k))
	if err == nil {
		t.watched(k, wd)
	}
	return err
}

// watched notes the watch of a directory.
func (t *tree) watched(k *node, wd int32) {
	if k.wd == wd {
		return
	}
	t.w.unbind(k)
	t.w.bind(k, wd)
	k.flags &^= refused | unmounted
	t.recentWatches = append(t.recentWatches, k)
}

// foundDir returns the node of a directory that a listing of k has found.
func (t *tree) foundDir(k *node, name string) *node {
	kid := k.child(name)
	if kid == nil {
		kid = &node{wd: -1}
		k.link(kid, name)
	}
	return kid
}

// sweep ends the marks of a listing of k; if that was complete, the children that it did not find are dropped, unless what was in
// them was told.
func (t *tree) sweep(k *node, complete bool, how reporting) {
	for kid := k.children; kid != nil; {
		next := kid.next
		switch {
		case !complete || kid.has(listed):
		case how == relisting && kid.wd >= 0:
			t.differs(kid)
		default:
			t.drop(kid)
		}
		kid.flags &^= listed
		kid = next
	}
}

func (t *tree) foundFile(e entry, typ uint8, how reporting) {
	path := t.path(e, typ == unix.DT_DIR)
	switch {
	case t.excluded(path):
	case how == relisting:
		t.relistFile(e, path, typ)
	case how == asNew && typ == unix.DT_REG:
		t.created(e, true)
	default:
		t.emit(event.Create, path)
	}
}

// refuse notes a directory that the kernel does not let us see. It is tried
// again when its metadata change.
func (t *tree) refuse(k *node, err error) {
	if k.has(refused) {
		return
	}
	k.flags |= refused
	t.refusals = true
	path := t.rel(k)
	hint := ""
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		hint = " (give this user read and search permission on it)"
	}
	t.emitErr(event.Unwatched, path, fmt.Errorf("watch %s%s: %w%s", t.Path, path, err, hint))
}
