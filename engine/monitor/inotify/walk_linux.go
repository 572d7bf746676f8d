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

// walk watches and lists n and every directory below it. What was known and is not there
// any more goes. The only errors are those of n itself as the root, and the context's.
func (t *tree) walk(ctx context.Context, n *node, how reporting) error {
	stack := []*node{n}
	var r reach
	defer r.close()
	count := 0
	defer func() { t.w.counters.walked.Add(-int64(count)) }()
	for len(stack) > 0 {
		if count%256 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		count++
		t.w.counters.walked.Add(1)
		k := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if k.has(dead) {
			continue
		}
		var err error
		if stack, err = t.visit(&r, k, how, n, stack); err != nil {
			return err
		}
	}
	return nil
}

// visit watches and lists one directory and pushes those in it.
func (t *tree) visit(r *reach, k *node, how reporting, first *node, stack []*node) ([]*node, error) {
	isNew := k.wd < 0
	fd, err := r.open(t, k)
	if err == nil {
		pushed := len(stack)
		defer func() {
			if len(stack) > pushed {
				r.enter(k, fd)
			} else {
				unix.Close(fd)
			}
		}()
		err = t.watch(k, fd)
	}
	switch {
	case err == nil:
	case k == t.top && !scarce(err):
		return nil, err
	case vanished(err):
		t.unverify(entry{k.parent, k.name})
		t.drop(k)
		return stack, nil
	case scarce(err):
		t.pollInstead(k, err)
	default:
		t.refuse(k, err)
		return stack, nil
	}
	switch {
	case k == first || how == silently:
	case how == relisting:
		t.relistDir(k, isNew)
	case isNew:
		t.emit(event.Create, t.rel(k))
	}
	if how == relisting && isNew && t.want.Hidden != nil && !t.hidden(t.rel(k)) {
		how = asNew // its event is still to come, and is ignored then
	}
	switch {
	case k.wd < 0:
		stack = t.compare(k, how, stack)
	case how == silently && (t.Flat || k.children == nil && t.w.leaf(fd)):
	default:
		stack = t.list(k, fd, how, stack)
	}
	return stack, nil
}

// leaf reports whether the directory open at fd has no directories in it. Some file
// systems count them in the link count, which spares listing most directories of a tree.
func (w *watcher) leaf(fd int) bool {
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Nlink != 2 {
		return false
	}
	counts, ok := w.counts[st.Dev]
	if !ok {
		var fs unix.Statfs_t
		if unix.Fstatfs(fd, &fs) == nil {
			switch fs.Type {
			case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.TMPFS_MAGIC:
				counts = true
			}
		}
		w.counts[st.Dev] = counts
	}
	return counts
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

// watch asks for the watch of a directory that is open at fd and notes its descriptor.
func (t *tree) watch(k *node, fd int) error {
	wd, err := t.w.reader.WatchOpen(fd, t.maskOf(k))
	if err != nil {
		return err
	}
	if k.wd == wd {
		return nil
	}
	t.w.unbind(k)
	t.w.bind(k, wd)
	k.flags &^= refused | unmounted
	t.recentWatches = append(t.recentWatches, k)
	return nil
}

// list takes what is in k into the tree.
func (t *tree) list(k *node, fd int, how reporting, stack []*node) []*node {
	had := k.children != nil
	err := list(fd, t.w.listBuf, func(name []byte, typ uint8) {
		if typ == unix.DT_DIR && !t.Flat {
			stack = t.foundDir(k, name, stack)
		} else if how != silently {
			t.foundFile(entry{k, string(name)}, typ, how)
		}
	})
	switch {
	case vanished(err): // deleted while it was open
		if k != t.top {
			t.unverify(entry{k.parent, k.name})
		}
		return stack
	case err != nil:
		t.refuse(k, err)
		return stack
	}
	if had {
		t.sweep(k)
	}
	return stack
}

func (t *tree) foundDir(k *node, name []byte, stack []*node) []*node {
	kid := k.child(string(name))
	if kid == nil {
		e := entry{k, string(name)}
		if t.Excluded != nil && t.excluded(t.path(e, true)) {
			return stack
		}
		kid = &node{wd: -1}
		k.link(kid, e.name)
	}
	kid.flags |= listed
	return append(stack, kid)
}

// sweep drops the children that the listing did not find.
func (t *tree) sweep(k *node) {
	for kid := k.children; kid != nil; {
		next := kid.next
		if !kid.has(listed) {
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
