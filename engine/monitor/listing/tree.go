package listing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// tree is one root and what was last seen below it. The owner owns it.
type tree struct {
	monitor.Root
	w     *watcher
	hints *hints             // nil if nothing tells
	dirs  map[string]listing // by path relative to the root, with a slash at the end
	id    identity           // of the root, to notice when it is replaced

	unread map[string]struct{} // directories that the system refused to list, and that were reported

	dirty hinted
	due   time.Time // when to list the dirty ones; zero: none
	again []later   // new directories, to be listed once more
	scan  time.Time // when to list everything
	check time.Time // when to see whether the root is there
	lost  bool
	away  string // where the name was told to lead instead; "": it was not

	// known tells of an entry that came to light whether it was seen as it is; nil: while none does.
	known func(path string, is sign) bool
}

// later is a directory to be listed at a time.
type later struct {
	at  time.Time
	dir string
}

// How long after its first hint a directory is listed, so that one listing serves many
// hints, and how long after it was found a new directory is listed again: the
// library watches it only after it has heard of it.
const debounce = 20 * time.Millisecond

var lookAgain = []time.Duration{100 * time.Millisecond, time.Second}

func (t *tree) excluded(path string) bool { return t.Excluded != nil && t.Excluded(path) }

func (t *tree) emit(k event.Kind, path string, err error) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: k, Path: path, Time: t.w.now, Err: err})
}

// emitNew reports a new entry. A file may have been moved here, or written: that cannot be told.
func (t *tree) emitNew(path string, is sign) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: event.Create, Path: path, Written: is.mode.IsRegular(), Time: t.w.now})
}

// start watches the root and takes what is in it without reporting it.
func (t *tree) start(ctx context.Context) error {
	s, err := os.Stat(t.Path)
	if err != nil {
		return err
	}
	if !s.IsDir() {
		return errors.New("not a directory")
	}
	t.dirs, t.unread, t.dirty, t.again = map[string]listing{}, map[string]struct{}{}, hinted{}, nil
	t.id = identify(t.Path, s)
	if err := t.startHints(); err != nil {
		return err
	}
	began := time.Now()
	if err := t.take(ctx, "", false); err != nil {
		t.endHints()
		return err
	}
	t.scan = t.nextScan(began)
	t.check = t.w.now.Add(t.w.opts.RootInterval)
	return nil
}

// take lists dir and everything below it for the first time.
func (t *tree) take(ctx context.Context, dir string, news bool) error {
	stack := []string{dir}
	for len(stack) > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		d := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		l, err := list(t.Path + d)
		if err != nil {
			if d == "" {
				return err
			}
			t.unreadable(d, err)
			continue
		}
		t.dirs[d] = l
		delete(t.unread, d)
		if news && t.hints != nil {
			for _, wait := range lookAgain {
				t.again = append(t.again, later{t.w.now.Add(wait), d})
			}
		}
		for _, name := range l.names() {
			path, isDir := d+name, l[name].mode.IsDir()
			if isDir {
				path += "/"
			}
			if t.excluded(path) {
				delete(l, name)
				continue
			}
			if news && (t.known == nil || !t.known(path, l[name])) {
				t.emitNew(path, l[name])
			}
			if isDir && !t.Flat {
				stack = append(stack, path)
			}
		}
	}
	return nil
}

// unreadable reports, once, that dir cannot be listed.
func (t *tree) unreadable(dir string, err error) {
	if _, told := t.unread[dir]; !told && !errors.Is(err, os.ErrNotExist) {
		t.unread[dir] = struct{}{}
		t.emit(event.Unwatched, dir, fmt.Errorf("list %s%s: %w (give this user read and search permission on it)", t.Path, dir, err))
	}
}

// hint notes directories to be listed.
func (t *tree) hint(h hinted) {
	for d := range h {
		t.dirty[d] = struct{}{}
	}
	if t.due.IsZero() {
		t.due = t.w.now.Add(debounce)
	}
}

// look lists the directories that were hinted at.
func (t *tree) look() {
	t.due = time.Time{}
	dirs := make([]string, 0, len(t.dirty))
	for d := range t.dirty {
		dirs = append(dirs, d)
	}
	clear(t.dirty)
	// Parents first: what is new is found there, with everything in it.
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	for _, d := range dirs {
		if t.gone() {
			return
		}
		t.compare(d)
	}
}

// lookEverywhere lists every directory.
func (t *tree) lookEverywhere() {
	began := time.Now()
	for d := range t.dirs {
		t.dirty[d] = struct{}{}
	}
	t.look()
	if !t.lost {
		t.scan = t.nextScan(began)
	}
}

// share is which part of the time, at most, goes into listing everything: a large tree on a slow server
// takes longer than the interval.
const share = 10

// nextScan is when to list everything after a listing of everything that began then.
func (t *tree) nextScan(began time.Time) time.Time {
	now := time.Now()
	return now.Add(max(t.w.interval, (share-1)*now.Sub(began)))
}

// compare lists one directory and reports what has changed.
func (t *tree) compare(dir string) {
	old, ok := t.dirs[dir]
	if !ok {
		return // a file, or found with its parent
	}
	now, err := list(t.Path + dir)
	if err != nil {
		if dir != "" && errors.Is(err, os.ErrNotExist) {
			t.hint(hinted{parent(dir): {}})
			return
		}
		t.unreadable(dir, err)
		return
	}
	delete(t.unread, dir)
	for _, name := range old.names() {
		was := old[name]
		if is, ok := now[name]; !ok || was.replaced(is) {
			t.remove(dir+name, was.mode.IsDir())
			delete(old, name)
		}
	}
	for _, name := range now.names() {
		t.entry(dir, name, old, now[name])
	}
}

// relist reports what is below dir, "" for all, as far as want says.
func (t *tree) relist(dir string, want monitor.Want) {
	if want.Hidden == nil {
		t.report(dir)
	} else {
		if want.Seen != nil {
			t.known = func(path string, is sign) bool { return want.Hidden(path) && want.Seen(path, is.changed()) }
		}
		for d := range t.dirs {
			if strings.HasPrefix(d, dir) {
				t.dirty[d] = struct{}{}
			}
		}
		t.look() // excluded entries are no known ones
		t.known = nil
	}
	if !t.lost {
		t.emit(event.Listed, dir, nil)
	}
}

// report reports what was last seen below dir once more.
func (t *tree) report(dir string) {
	var dirs []string
	for d := range t.dirs {
		if strings.HasPrefix(d, dir) {
			dirs = append(dirs, d)
		}
	}
	slices.Sort(dirs) // parents before children
	for _, d := range dirs {
		for _, name := range t.dirs[d].names() {
			path := d + name
			if t.dirs[d][name].mode.IsDir() {
				path += "/"
			}
			t.emit(event.Create, path, nil)
		}
	}
}

// remove reports the end of an entry.
func (t *tree) remove(path string, isDir bool) {
	if isDir {
		path += "/"
		for d := range t.dirs {
			if strings.HasPrefix(d, path) {
				delete(t.dirs, d)
			}
		}
		for d := range t.unread {
			if strings.HasPrefix(d, path) {
				delete(t.unread, d)
			}
		}
	}
	t.emit(event.Delete, path, nil)
}

// entry reports what has changed about one entry of dir.
func (t *tree) entry(dir, name string, seen listing, is sign) {
	path := dir + name
	if is.mode.IsDir() {
		path += "/"
	}
	was, known := seen[name]
	_, listed := t.dirs[path]
	// One that is known and was never listed was away at that moment, and another with the same inode number came; or
	// the system refused to list it.
	below := is.mode.IsDir() && !t.Flat && !(known && listed)
	switch {
	case known && was == is && !below, t.excluded(path):
		return
	case known && (was == is || is.hidden):
		is = was
	case known && t.known != nil && t.known(path, is):
	case !known:
		if t.known == nil || !t.known(path, is) {
			t.emitNew(path, is)
		}
	case is.mode.IsDir() || !was.written(is):
		t.emit(event.Attrib, path, nil)
	default:
		t.emit(event.Modify, path, nil)
	}
	seen[name] = is
	if below {
		_ = t.take(t.w.ctx, path, true) // only ends early when the monitor does
	}
}

// next is when the tree has something to do.
func (t *tree) next() time.Time {
	first := t.check
	for _, at := range []time.Time{t.due, t.scan} {
		if !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	for _, l := range t.again {
		if l.at.Before(first) {
			first = l.at
		}
	}
	return first
}

// onTime does what is due.
func (t *tree) onTime() {
	now := t.w.now
	due := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	if due(t.check) {
		if t.lost {
			t.lookForRoot()
			return
		}
		t.check = now.Add(t.w.opts.RootInterval)
		if elsewhere, _ := t.leadsElsewhere(); !elsewhere { // its error was reported
			t.gone()
		}
	}
	if t.lost {
		return
	}
	t.again = slices.DeleteFunc(t.again, func(l later) bool {
		if due(l.at) {
			t.dirty[l.dir] = struct{}{}
			t.due = now
			return true
		}
		return false
	})
	if due(t.due) {
		t.look()
	}
	if !t.lost && due(t.scan) {
		t.lookEverywhere()
	}
}
