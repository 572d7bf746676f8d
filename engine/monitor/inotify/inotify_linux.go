package inotify

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify/kernel"
	"lsyncgo/engine/mount"
	dirs "lsyncgo/engine/tree"
)

// start starts the two goroutines of an instance, which reports to queue.
func start(reader *kernel.Reader, queue *monitor.Queue, shared *shared, opts monitor.Options) *instance {
	m := &instance{
		actor:  monitor.NewActor[*watcher](),
		reader: reader,
		roots:  map[event.RootID]monitor.Root{},
	}
	w := &watcher{
		opts:    opts.WithDefaults(),
		reader:  reader,
		stream:  kernel.NewStream(reader),
		queue:   queue,
		shared:  shared,
		actor:   m.actor,
		ctx:     m.actor.Context(),
		nodes:   map[int32]*node{},
		more:    map[int32][]*node{},
		above:   map[int32][]*tree{},
		links:   map[int32][]*tree{},
		raws:    newRaws(),
		walker:  &walker{},
		listBuf: make([]byte, 64<<10),
	}
	m.reading.Go(reader.Run)
	m.actor.Go(w.run)
	return m
}

// instance is one inotify instance as others see it; everything else belongs to its owner. It stays when its last
// root has gone, for the next root that comes.
type instance struct {
	actor   *monitor.Actor[*watcher]
	roots   map[event.RootID]monitor.Root // guarded by instances.mu
	reader  *kernel.Reader
	reading sync.WaitGroup
}

func (m *instance) Watch(ctx context.Context, root monitor.Root) error {
	if err := root.Validate(); err != nil {
		return err
	}
	return m.actor.Ask(ctx, func(ctx context.Context, w *watcher) error { return w.watch(ctx, root) })
}

func (m *instance) Relist(id event.RootID, dir string, want monitor.Want) {
	m.actor.Send(func(w *watcher) { w.relist(id, dir, want) })
}

func (m *instance) Unwatch(id event.RootID) {
	m.actor.Send(func(w *watcher) { w.unwatch(id) })
}

// close returns when all goroutines have ended. The owner ends first: the reader's descriptor may be another file's
// as soon as it is closed.
func (m *instance) close() {
	m.actor.Close()
	m.reader.Close()
	m.reading.Wait()
}

// watcher is the owner's: all trees and the kernel's watches.
type watcher struct {
	opts   monitor.Options
	reader *kernel.Reader
	stream *kernel.Stream
	queue  *monitor.Queue
	shared *shared
	actor  *monitor.Actor[*watcher]
	ctx    context.Context // ends with the monitor

	nodes map[int32]*node   // by watch descriptor
	more  map[int32][]*node // the others, where a directory is in several trees
	above map[int32][]*tree // trees below a directory, by its watch descriptor
	links map[int32][]*tree // trees that a link leads to
	trees []*tree
	raws  raws

	watched, wanted int64 // what this instance has added to what is shared

	lastCaughtUp time.Time // when caughtUp last did something
	// strays are watches that may belong to no directory of a tree: they were made by asking the kernel which directory is
	// at a path, or by a walk. They are not removed at once, because removing one makes an event.
	strays []int32

	walker  *walker // of the next walk
	walking bool

	mountsUnread bool // the table of mounts may have changed unnoticed

	now   time.Time       // of the event that is being handled
	out   []event.Event   // not yet given to the queue
	marks []*monitor.Mark // behind it

	pathBuf, relBuf, listBuf []byte
	relNode                  *node // relPath is its path
	relPath                  string
}

// work is how many events are handled before calls are looked at.
const work = 1024

// catchUpInterval is how long new files wait for the owner to catch up.
const catchUpInterval = 100 * time.Millisecond

func (w *watcher) run() {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		busy := w.handleSome()
		w.caughtUp(!busy && w.stream.Until().IsZero())
		w.flush()
		var due <-chan time.Time // nil: nothing to wait for, so no wakeup
		if at := w.due(); !at.IsZero() {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		if busy {
			w.reader.Signal()
		}
		select {
		case <-w.reader.Wake():
		case <-w.actor.Calls():
			w.now = time.Now()
			w.actor.Serve(w)
		case <-due:
			w.onTime(time.Now())
		case <-w.ctx.Done():
			return
		}
	}
}

// handleSome handles what there is; true if there may be more.
func (w *watcher) handleSome() bool {
	for range work {
		h, ok := w.stream.Next()
		if !ok {
			return false
		}
		w.handle(h)
	}
	return true
}

// caughtUp does what waits until the owner has caught up with the kernel. If the owner never catches up, new
// files wait for catchUpInterval only.
func (w *watcher) caughtUp(really bool) {
	now := time.Now()
	if !really && now.Sub(w.lastCaughtUp) < catchUpInterval {
		return
	}
	w.now, w.lastCaughtUp = now, now
	if w.mountsUnread {
		w.remounted()
	}
	for _, t := range w.trees {
		if t.top == nil {
			continue
		}
		if really {
			t.verify(now)
		}
		t.purge()
		t.inspectCreates()
		t.endRelists()
		t.reportShortage()
	}
	w.verifyRaws(really, now)
	for _, wd := range w.strays {
		w.release(wd)
	}
	w.strays = nil
}

func (w *watcher) flush() {
	w.count()
	w.addFiles()
	w.queue.Put(w.out)
	w.out = nil
	for _, m := range w.marks {
		w.queue.Mark(m)
	}
	w.marks = nil
}

// addFiles says of files with several names which they are, and of entries what they are, now that they still have the name.
func (w *watcher) addFiles() {
	for _, t := range w.trees {
		for i := range w.out {
			e := &w.out[i]
			if !t.Links && !t.Signatures || e.Root != t.ID || e.Kind > event.Move && e.Kind != event.Exist || e.Kind == event.Delete {
				continue
			}
			if links := t.Links && e.Kind <= event.Create && !event.IsDir(e.Path); links || t.Signatures {
				w.addFile(t, e, links)
			}
		}
	}
}

// addFile looks at the entry of one event.
func (w *watcher) addFile(t *tree, e *event.Event, links bool) {
	path := e.Path
	if e.Kind == event.Move {
		path = e.Dest
	}
	w.pathBuf = append(append(append(w.pathBuf[:0], t.Path...), strings.TrimSuffix(path, "/")...), 0)
	at, err := w.kernelPath()
	defer at.close()
	var st unix.Stat_t
	if err != nil || lstat(at.path, &st) != nil {
		return
	}
	if links && st.Nlink > 1 {
		e.Linked = &event.File{Device: uint64(st.Dev), Inode: st.Ino} //nolint:unconvert // its type differs between systems
	}
	if t.Signatures {
		is := dirs.SignatureOf(&st)
		e.Signature = is.Told()
	}
}

// due is when something has to be done without an event; zero: never.
func (w *watcher) due() time.Time {
	first := w.stream.Until()
	sooner := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for _, t := range w.trees {
		sooner(t.loss.look)
		sooner(t.poll)
		sooner(t.nextInspection())
		sooner(t.verifyAt)
	}
	for _, t := range w.raws.list {
		sooner(t.verifyAt)
		sooner(t.tryAt)
	}
	return first
}

func (w *watcher) onTime(now time.Time) {
	w.now = now
	for _, t := range w.trees {
		if !t.loss.look.IsZero() && !now.Before(t.loss.look) {
			t.lookForRoot(now)
		}
		if !t.poll.IsZero() && !now.Before(t.poll) {
			t.pollDirs(now)
		}
		t.inspectPending(now)
	}
	for _, t := range w.raws.list {
		if !t.tryAt.IsZero() && !now.Before(t.tryAt) {
			t.retry()
		}
	}
}

func (w *watcher) watch(ctx context.Context, root monitor.Root) error {
	for _, t := range w.trees {
		if t.ID == root.ID {
			return fmt.Errorf("watch %s: root %d is watched already", root.Path, root.ID)
		}
	}
	root.Name = cmp.Or(root.Name, root.Path)
	if root.Raw != nil {
		return w.watchRaw(ctx, root)
	}
	trail, err := follow(root.Name)
	if err != nil {
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	t := newTree(w, root)
	if !t.leads(trail) {
		t.abandon()
		t.reportElsewhere(trail)
		w.trees = append(w.trees, t)
		return nil
	}
	t.points = mount.Below(w.table(), root.Path)
	if err := t.walk(ctx, t.top, silently); err != nil {
		t.drop(t.top)
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	t.reportMounts()
	t.compareMounts()
	t.watchAbove()
	t.markPresent()
	w.trees = append(w.trees, t)
	w.count()
	t.reportShortage()
	t.recheckLinks()
	return nil
}

func (w *watcher) unwatch(id event.RootID) {
	for i, t := range w.trees {
		if t.ID == id {
			w.trees = append(w.trees[:i:i], w.trees[i+1:]...)
			t.unwatchAbove()
			if t.top != nil {
				t.drop(t.top)
			}
			return
		}
	}
	w.unwatchRaw(id)
}

// bind notes that n has watch descriptor wd.
func (w *watcher) bind(n *node, wd int32) {
	n.wd = wd
	if w.nodes[wd] == nil {
		w.nodes[wd] = n
		w.sharedWithRaw(wd, 1)
		return
	}
	w.more[wd] = append(w.more[wd], n)
}

// unbind ends the watch of n, unless others have it too.
func (w *watcher) unbind(n *node) {
	wd := n.wd
	if wd < 0 {
		return
	}
	w.forget(n)
	w.release(wd)
}

// forget takes the descriptor from n.
func (w *watcher) forget(n *node) {
	wd := n.wd
	n.wd = -1
	more := w.more[wd]
	if w.nodes[wd] == n {
		delete(w.nodes, wd)
		if len(more) == 0 {
			w.sharedWithRaw(wd, -1)
			return
		}
		w.nodes[wd], more = more[0], more[1:]
	} else {
		for i, k := range more {
			if k == n {
				more = append(more[:i:i], more[i+1:]...)
				break
			}
		}
	}
	if len(more) == 0 {
		delete(w.more, wd)
	} else {
		w.more[wd] = more
	}
}
