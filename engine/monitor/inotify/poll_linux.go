package inotify

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor/inotify/kernel"
	dirs "lsyncgo/engine/tree"
)

// shortage counts directories that got no watch since it was last reported.
type shortage struct {
	count int
	first string
	err   error // of the first one
}

// scarce reports whether err says that something has run out, which may become free again.
func scarce(err error) bool {
	for _, e := range []error{unix.ENOSPC, unix.EMFILE, unix.ENFILE, unix.ENOMEM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// pollInstead notes a directory for which the kernel has no watch left. It is listed now and then instead.
func (t *tree) pollInstead(k *node, err error) {
	if t.isPolled(k) {
		return
	}
	if t.short.count == 0 {
		t.short.first, t.short.err = t.rel(k), err
	}
	t.short.count++
	t.polled[k] = struct{}{}
	if t.poll.IsZero() {
		t.poll = time.Now().Add(t.w.opts.PollInterval)
	}
}

func (t *tree) isPolled(k *node) bool {
	_, ok := t.polled[k]
	return ok
}

// reportShortage tells about all directories since the last time in one event.
func (t *tree) reportShortage() {
	if t.short.count == 0 {
		return
	}
	t.emitErr(event.Unwatched, t.short.first, fmt.Errorf("%d directories below %s are not watched but listed every %v: %w: %s",
		t.short.count, t.Path, t.w.opts.PollInterval, t.short.err, t.w.remedy(t.short.err)))
	t.short = shortage{}
}

// remedy is what helps against an err that says that something has run out.
func (w *watcher) remedy(err error) string {
	if !errors.Is(err, unix.ENOSPC) {
		return "raise the limit of open files (ulimit -n), or free memory"
	}
	limit := kernel.Sysctl("max_user_watches")
	w.count()
	enough := 2 * w.shared.wanted.Load()
	if n, err := strconv.ParseInt(limit, 10, 64); err == nil {
		enough = max(enough, 2*n)
	}
	return fmt.Sprintf("all inotify watches of this user are in use (%d by this process, limit %s); set the sysctl fs.inotify.max_user_watches to at least %d",
		w.shared.watched.Load(), limit, enough)
}

// pollDirs lists the directories without a watch and reports what has changed. It takes
// watches that have become free.
func (t *tree) pollDirs(now time.Time) {
	t.w.now = now
	full := false
	for k := range t.polled {
		if k.has(dead) {
			continue
		}
		if !full {
			full = scarce(t.retry(k))
		}
		var stack []*node
		stack = t.compare(k, asNew, stack)
		for len(stack) > 0 {
			kid := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if kid.wd < 0 && !t.isPolled(kid) && !kid.has(refused) {
				t.emit(event.Create, t.rel(kid))
				_ = t.walk(t.w.ctx, kid, asNew)
			}
		}
		if t.top == nil {
			return
		}
		if k.wd >= 0 {
			delete(t.polled, k)
			k.rare.seen = nil
		}
	}
	t.poll = time.Time{}
	if len(t.polled) > 0 {
		t.poll = now.Add(t.w.opts.PollInterval)
	}
}

// retry asks for the watch of a polled directory again.
func (t *tree) retry(k *node) error {
	fd, err := t.open(k)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return t.watch(k, fd)
}

// compare lists k, reports how it differs from what it held and pushes the directories in it.
func (t *tree) compare(k *node, how reporting, stack []*node) []*node {
	now, err := t.snap(k)
	if err != nil {
		if k == t.top && vanished(err) {
			t.lose(errDeleted)
		}
		return stack // gone: its parent tells
	}
	x := k.extra()
	x.seen = dirs.Compare(x.seen, now, func(c dirs.Change) bool {
		if c.Kind == dirs.Gone {
			return t.polledGone(k, c, &stack)
		}
		return t.polledEntry(k, c, how, &stack)
	})
	return stack
}

// polledGone reports an entry of a polled directory that is gone. A directory that is another one now is not: what
// is mounted or unmounted there shows in this way, too, and is reported as such.
func (t *tree) polledGone(k *node, c dirs.Change, stack *[]*node) bool {
	e := entry{k, c.Was.Name}
	path := t.path(e, c.Was.IsDir())
	if c.Is != nil && c.Was.IsDir() && c.Is.IsDir() {
		c.Was.Signature = c.Is.Signature
		if !t.excluded(path) {
			t.emit(event.Attrib, path)
			if !t.Flat {
				*stack = append(*stack, t.foundDir(k, e.name))
			}
		}
		return false
	}
	if !t.excluded(path) {
		t.removed(e, path)
	}
	return true
}

// polledEntry reports how an entry of a polled directory differs; false if it is to be looked at again because it is being written.
func (t *tree) polledEntry(k *node, c dirs.Change, how reporting, stack *[]*node) bool {
	e, isDir := entry{k, c.Is.Name}, c.Is.IsDir()
	if c.Kind == dirs.Same && !isDir && how != relisting {
		return true
	}
	path := t.path(e, isDir)
	if t.excluded(path) {
		return true
	}
	if isDir && !t.Flat {
		*stack = append(*stack, t.foundDir(k, e.name))
	}
	hidden := t.hidden(path)
	if how == silently || hidden && t.seen(path) {
		return true
	}
	kind := c.Kind
	if hidden || how == relisting && t.want.Hidden == nil {
		kind = dirs.New
	}
	waits := t.Mode == event.CloseWrite || t.Mode == event.CloseWriteAfterModify
	switch {
	case kind == dirs.Same:
	case kind == dirs.Metadata:
		t.emit(event.Attrib, path)
	case isDir: // new; the walk reports those that it goes into
		if t.Flat {
			t.emit(event.Create, path)
		}
	case waits && t.w.probe(e) == writing:
		return false
	case kind == dirs.New:
		t.emitFile(path, (how == asNew || hidden) && c.Is.Mode.IsRegular())
	default:
		t.emit(event.Modify, path)
	}
	return true
}

// snap lists k. What it returns is valid until the next call.
func (t *tree) snap(k *node) ([]dirs.Entry, error) {
	fd, err := t.open(k)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), fmt.Sprintf("/proc/self/fd/%d", fd)) // where entries are looked at whose type is not listed
	defer f.Close()
	return t.lister.ReadFrom(f)
}
