package inotify

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor/inotify/kernel"
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

// sign is what shows that an entry changed.
type sign struct {
	ino          uint64
	size         int64
	mode         uint32
	mtime, ctime unix.Timespec
}

// snapshot is a directory as it was last listed.
type snapshot map[string]sign

func signOf(st *unix.Stat_t) sign { return sign{st.Ino, st.Size, st.Mode, st.Mtim, st.Ctim} }

func (s sign) dir() bool { return s.mode&unix.S_IFMT == unix.S_IFDIR }

// lack notes a directory for which the kernel has no watch left. It is listed now and then instead.
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
		t.short.count, t.Path, t.w.opts.PollInterval, t.short.err, t.remedy()))
	t.short = shortage{}
}

func (t *tree) remedy() string {
	if !errors.Is(t.short.err, unix.ENOSPC) {
		return "raise the limit of open files (ulimit -n), or free memory"
	}
	limit := kernel.Sysctl("max_user_watches")
	t.w.count()
	enough := 2 * t.w.counters.wanted.Load()
	if n, err := strconv.ParseInt(limit, 10, 64); err == nil {
		enough = max(enough, 2*n)
	}
	return fmt.Sprintf("all inotify watches of this user are in use (%d by this process, limit %s); set the sysctl fs.inotify.max_user_watches to at least %d",
		t.w.counters.watched.Load(), limit, enough)
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

// compare lists k, reports how it differs from its snapshot and pushes the directories in it.
func (t *tree) compare(k *node, how reporting, stack []*node) []*node {
	now, err := t.snap(k)
	if err != nil {
		if k == t.top && vanished(err) {
			t.lose(errDeleted)
		}
		return stack // gone: its parent tells
	}
	x := k.extra()
	first := x.seen == nil
	if first && how != silently {
		x.seen = snapshot{}
	}
	for name, old := range x.seen {
		if s, ok := now[name]; !ok || s.mode&unix.S_IFMT != old.mode&unix.S_IFMT {
			e := entry{k, name}
			if path := t.path(e, old.dir()); !t.excluded(path) {
				t.removed(e, path)
			}
			delete(x.seen, name)
		}
	}
	if how == relisting && t.want.Hidden == nil {
		x.seen = snapshot{}
	}
	for name, s := range now {
		e := entry{k, name}
		path := t.path(e, s.dir())
		if t.excluded(path) {
			continue
		}
		old, ok := x.seen[name]
		if s.dir() && !t.Flat {
			stack = t.foundDir(k, []byte(name), stack)
		}
		hidden := t.hidden(path)
		if how == silently || ok && !hidden && old == s || hidden && t.seen(path) {
			continue
		}
		ok = ok && !hidden
		if !ok && s.dir() {
			if t.Flat {
				t.emit(event.Create, path)
			}
			continue
		}
		if t.differs(e, path, how == asNew || hidden, ok, old, s) {
			delete(now, name)
		}
	}
	for kid := k.children; kid != nil; kid = kid.next {
		kid.flags &^= listed
	}
	x.seen = now
	return stack
}

// differs reports one entry, which may have been written if it was found; true if it is to be looked at again because it is being written.
func (t *tree) differs(e entry, path string, found, known bool, old, s sign) bool {
	waits := t.Mode == event.CloseWrite || t.Mode == event.CloseWriteAfterModify
	content := !known || old.size != s.size || old.mtime != s.mtime || old.ino != s.ino
	switch {
	case s.dir():
		if old.mode != s.mode {
			t.emit(event.Attrib, path)
		}
	case content && waits && t.w.probe(e) == writing:
		return true
	case !known:
		t.emitFile(path, found && s.mode&unix.S_IFMT == unix.S_IFREG)
	case content:
		t.emit(event.Modify, path)
	default:
		t.emit(event.Attrib, path)
	}
	return false
}

// snap takes a snapshot of k.
func (t *tree) snap(k *node) (snapshot, error) {
	fd, err := t.open(k)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	s := snapshot{}
	err = list(fd, t.w.listBuf, func(name []byte, _ uint8) {
		var st unix.Stat_t
		if unix.Fstatat(fd, string(name), &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
			s[string(name)] = signOf(&st)
		}
	})
	return s, err
}
