package listing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/tree"
)

// watched is one root and what was last seen below it. The owner owns it.
type watched struct {
	monitor.Root
	w     *watcher
	hints *hints // nil if nothing tells
	top   *tree.Dir
	dirs  int         // in it
	is    fs.FileInfo // of the root, to notice when it is replaced

	dirty hinted
	due   time.Time // when to list the dirty ones; zero: none
	again []later   // new directories, to be listed once more
	scan  time.Time // when to list everything; zero: never
	check time.Time // when to see whether the root is there; zero: never
	lost  bool
	away  string // where the name was told to lead instead; "": it was not

	silent bool          // while what is found is not reported
	walked *atomic.Int64 // directories listed so far, while that is done for the first time
	// known tells of an entry that came to light whether it was seen as it is; nil: while none does.
	known func(path string, e *tree.Entry) bool
}

// later is a directory to be listed at a time.
type later struct {
	at  time.Time
	dir string
}

// found is a directory to be listed for the first time, or because that failed before.
type found struct {
	path string
	dir  *tree.Dir
}

// How long after its first hint a directory is listed, so that one listing serves many
// hints, and how long after it was found a new directory is listed again: the
// library watches it only after it has heard of it.
const debounce = 20 * time.Millisecond

var lookAgain = []time.Duration{100 * time.Millisecond, time.Second}

func (t *watched) excluded(path string) bool { return t.Excluded != nil && t.Excluded(path) }

func (t *watched) emit(k event.Kind, path string, err error) {
	t.w.out = append(t.w.out, event.Event{Root: t.ID, Kind: k, Path: path, Time: t.w.now, Err: err})
}

// emitEntry reports what happened to an entry that there is.
func (t *watched) emitEntry(k event.Kind, path string, is *tree.Entry) {
	e := event.Event{Root: t.ID, Kind: k, Path: path, Time: t.w.now}
	if t.Signatures {
		e.Signature = is.Told()
	}
	t.w.out = append(t.w.out, e)
}

// emitNew reports a new entry. A file may have been moved here, or written: that cannot be told.
func (t *watched) emitNew(path string, e *tree.Entry) {
	t.emitEntry(event.Create, path, e)
	t.w.out[len(t.w.out)-1].Written = e.Mode.IsRegular()
}

// start watches the root and takes what is in it without reporting it.
func (t *watched) start(ctx context.Context) error {
	is, err := os.Stat(t.Path)
	if err != nil {
		return err
	}
	if !is.IsDir() {
		return errors.New("not a directory")
	}
	t.is, t.top, t.dirs, t.dirty, t.again = is, &tree.Dir{}, 1, hinted{}, nil
	if err := t.startHints(); err != nil {
		return err
	}
	began := time.Now()
	if err := t.first(ctx); err != nil {
		t.endHints()
		return err
	}
	t.scan = t.nextScan(began)
	t.check = t.w.in(t.w.opts.RootInterval)
	return nil
}

// first lists everything for the first time.
func (t *watched) first(ctx context.Context) error {
	t.silent = true
	t.walked = t.w.walks.Add(t.ID)
	defer func() {
		t.silent = false
		t.walked.Store(0)
	}()
	if _, err := t.compare("", t.top); err != nil {
		return err
	}
	if err := t.walk(ctx, "", t.top); err != nil {
		return err
	}
	return t.replaced()
}

// walk lists dir and everything below it. The error is the context's.
func (t *watched) walk(ctx context.Context, path string, dir *tree.Dir) error {
	for p, d := range dir.All(path) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if t.lost && !t.silent {
			return nil
		}
		_, _ = t.compare(p, d) // what cannot be listed is reported
		if t.silent {
			t.walked.Add(1)
		}
	}
	return nil
}

// refused reports, once, that dir cannot be listed.
func (t *watched) refused(path string, dir *tree.Dir, err error) {
	if !dir.Refused {
		dir.Refused = true
		t.emit(event.Unwatched, path, fmt.Errorf("list %s%s: %w (give this user read and search permission on it)", t.Path, path, err))
	}
}

// hint notes directories to be listed.
func (t *watched) hint(h hinted) {
	for d := range h {
		t.dirty[d] = struct{}{}
	}
	if t.due.IsZero() {
		t.due = t.w.now.Add(debounce)
	}
}

// look lists the directories that were hinted at, and what is new in them.
func (t *watched) look() {
	t.due = time.Time{}
	dirs := make([]string, 0, len(t.dirty))
	for d := range t.dirty {
		dirs = append(dirs, d)
	}
	clear(t.dirty)
	// Parents first: what is new is found there, with everything in it.
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	for _, path := range dirs {
		if t.lost {
			return
		}
		dir := t.top.At(path)
		if dir == nil {
			continue // a file
		}
		news, _ := t.compare(path, dir) // what cannot be listed is reported
		for _, n := range news {
			_ = t.walk(t.w.ctx, n.path, n.dir) // only ends early when the monitor does
		}
	}
}

// lookEverywhere lists every directory.
func (t *watched) lookEverywhere() {
	began := time.Now()
	_ = t.walk(t.w.ctx, "", t.top) // only ends early when the monitor does
	if !t.lost {
		t.scan = t.nextScan(began)
	}
}

// share is which part of the time, at most, goes into listing everything: a large tree on a slow server
// takes longer than the interval.
const share = 10

// nextScan is when to list everything after a listing of everything that began then; zero: never.
func (t *watched) nextScan(began time.Time) time.Time {
	if t.w.interval == 0 {
		return time.Time{}
	}
	now := time.Now()
	return now.Add(max(cmp.Or(t.PollInterval, t.w.interval), (share-1)*now.Sub(began)))
}

// compare lists one directory, reports what has changed and returns the directories in it that have to be listed themselves.
func (t *watched) compare(path string, dir *tree.Dir) (news []found, err error) {
	if path != "" && t.excluded(path) {
		return nil, nil
	}
	is, err := t.w.reader.Read(t.Path + path)
	if !t.silent && t.gone() { // what is missing then was not deleted
		return nil, err
	}
	if err != nil {
		wasListed := dir.Listed
		dir.Listed = false
		switch {
		case path == "" || !errors.Is(err, os.ErrNotExist):
			t.refused(path, dir, err)
		case wasListed:
			t.hint(hinted{parent(path): {}})
		}
		return nil, err
	}
	fresh := !dir.Listed && !t.silent
	dir.Listed, dir.Refused = true, false
	if fresh && t.hints != nil {
		for _, wait := range lookAgain {
			t.again = append(t.again, later{t.w.now.Add(wait), path})
		}
	}
	dir.Entries = tree.Compare(dir.Entries, is, func(c tree.Change) bool {
		return t.take(path, c, &news)
	})
	return news, nil
}

// take reports one entry of dir and returns whether that is done with. What is excluded stays as it was last seen.
func (t *watched) take(dir string, c tree.Change, news *[]found) bool {
	e := c.Is
	if c.Kind == tree.Gone {
		e = c.Was
	}
	list := c.Kind != tree.Gone && e.IsDir() && !t.Flat && (e.Below == nil || !e.Below.Listed)
	if c.Kind == tree.Same && !list {
		return true
	}
	path := dir + e.Name
	if e.IsDir() {
		path += "/"
	}
	excluded := t.excluded(path)
	if excluded && (c.Kind != tree.Gone || c.Is == nil) { // else another one has its name, which may not be excluded
		return false
	}
	if c.Kind == tree.Gone && e.Below != nil {
		t.dirs -= e.Below.Count()
	}
	if excluded {
		return true
	}
	if list {
		if e.Below == nil {
			e.Below = &tree.Dir{}
			t.dirs++
		}
		*news = append(*news, found{path, e.Below})
	}
	t.tell(path, c)
	return true
}

func (t *watched) tell(path string, c tree.Change) {
	switch {
	case t.silent || c.Kind == tree.Same:
	case c.Kind == tree.Gone:
		t.emit(event.Delete, path, nil)
	case t.known != nil && t.known(path, c.Is):
	case c.Kind == tree.New:
		t.emitNew(path, c.Is)
	case c.Kind == tree.Content:
		t.emitEntry(event.Modify, path, c.Is)
	default:
		t.emitEntry(event.Attrib, path, c.Is)
	}
}

// relist reports what is below dir, "" for all, as far as want says.
func (t *watched) relist(path string, want monitor.Want) {
	dir := t.top.At(path)
	switch {
	case dir == nil:
	case want.Hidden == nil:
		t.report(path, dir, want.Kind())
	default:
		if want.Seen != nil {
			t.known = func(path string, e *tree.Entry) bool { return want.Hidden(path) && want.Seen(path, e.Latest()) }
		}
		_ = t.walk(t.w.ctx, path, dir) // excluded entries are no known ones
		t.known = nil
	}
	if !t.lost {
		t.emit(want.End(), path, nil)
	}
}

// report reports what was last seen below dir once more.
func (t *watched) report(path string, dir *tree.Dir, as event.Kind) {
	for p, d := range dir.All(path) {
		for i := range d.Entries {
			name := p + d.Entries[i].Name
			if d.Entries[i].IsDir() {
				name += "/"
			}
			if !t.excluded(name) {
				t.emitEntry(as, name, &d.Entries[i])
			}
		}
	}
}

// next is when there is something to do; zero: never.
func (t *watched) next() time.Time {
	var first time.Time
	earlier := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for _, at := range []time.Time{t.check, t.due, t.scan} {
		earlier(at)
	}
	for _, l := range t.again {
		earlier(l.at)
	}
	return first
}

// onTime does what is due.
func (t *watched) onTime() {
	now := t.w.now
	due := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	if due(t.check) {
		if t.lost {
			t.lookForRoot()
			return
		}
		t.check = t.w.in(t.w.opts.RootInterval)
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
