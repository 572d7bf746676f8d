package listing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/tree"
)

// errClosed answers calls after Close.
var errClosed = errors.New("the monitor is closed")

// Hinter reports directories in which something may have changed. It calls changed for each, relative to the
// root and with a slash at the end, from any goroutine until end has returned; changed does not wait.
type Hinter func(root monitor.Root, changed func(dir string)) (end func(), err error)

// Open starts a monitor that lists every directory every interval, and those that hints report soon. Without hints,
// nil, the interval is all there is; if that is zero, nothing is listed again. It never fails; what the system lacks shows in Watch.
func Open(opts monitor.Options, interval time.Duration, hints Hinter) monitor.Monitor {
	ctx, cancel := context.WithCancelCause(context.Background())
	queue, end := opts.Out()
	m := &lister{
		queue:  queue,
		end:    end,
		calls:  make(chan func(*watcher)),
		known:  &atomic.Int64{},
		hinted: hints != nil,
		ctx:    ctx,
		cancel: cancel,
	}
	w := &watcher{
		opts:     opts.WithDefaults(),
		interval: interval,
		hinter:   hints,
		queue:    m.queue,
		calls:    m.calls,
		known:    m.known,
		wake:     make(chan struct{}, 1),
		ctx:      ctx,
	}
	m.ended.Go(w.run)
	return m
}

// lister is the monitor as others see it; everything else belongs to the owner.
type lister struct {
	queue  *monitor.Queue
	end    func()              // of the queue
	calls  chan func(*watcher) // run by the owner
	known  *atomic.Int64       // directories
	hinted bool
	ctx    context.Context
	cancel context.CancelCauseFunc
	ended  sync.WaitGroup
}

func (m *lister) Watch(ctx context.Context, root monitor.Root) error {
	if !filepath.IsAbs(filepath.FromSlash(root.Path)) || !strings.HasSuffix(root.Path, "/") {
		return fmt.Errorf("watch %q: the path has to be absolute and to end in a slash", root.Path)
	}
	if root.Raw != nil {
		return fmt.Errorf("watch %s: %w", root.Path, monitor.ErrRaw)
	}
	answer := make(chan error, 1)
	if err := m.call(ctx, func(w *watcher) { answer <- w.watch(ctx, root) }); err != nil {
		return err
	}
	select {
	case err := <-answer:
		return err
	case <-m.ctx.Done():
		return errClosed
	}
}

func (m *lister) Relist(id event.RootID, dir string, want monitor.Want) {
	// The only error is that everything has ended anyway.
	_ = m.call(context.Background(), func(w *watcher) {
		for _, t := range w.trees {
			if t.ID == id && !t.lost {
				t.relist(dir, want)
			}
		}
	})
}

// Mark has what was hinted at looked at first. What the system only hints at later, or what only a listing shows, is
// reported later.
func (m *lister) Mark() <-chan struct{} {
	mark := monitor.NewMark(1)
	m.ended.Go(func() { // the owner may be listing a large tree
		// The only error is that everything has ended anyway.
		_ = m.call(m.ctx, func(w *watcher) {
			for _, t := range w.trees {
				if t.takeHints(); !t.lost && !t.due.IsZero() {
					t.look()
				}
			}
			w.marks = append(w.marks, mark)
		})
	})
	return mark.Reached()
}

func (m *lister) Unwatch(id event.RootID) {
	// The only error is that everything has ended anyway.
	_ = m.call(context.Background(), func(w *watcher) { w.unwatch(id) })
}

func (m *lister) call(ctx context.Context, f func(*watcher)) error {
	select {
	case m.calls <- f:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-m.ctx.Done():
		return errClosed
	}
}

func (m *lister) Stats() monitor.Stats {
	if m.hinted {
		return monitor.Stats{Watched: int(m.known.Load())}
	}
	return monitor.Stats{Polled: int(m.known.Load())}
}

func (m *lister) Events() <-chan []event.Event { return m.queue.Events() }

func (m *lister) Close() error {
	m.cancel(errClosed)
	m.ended.Wait()
	m.end()
	return nil
}

// watcher is the owner's.
type watcher struct {
	opts     monitor.Options
	interval time.Duration
	hinter   Hinter
	queue    *monitor.Queue
	calls    <-chan func(*watcher)
	known    *atomic.Int64   // directories of all trees
	wake     chan struct{}   // has a value after a hint
	ctx      context.Context // ends with the monitor
	trees    []*watched
	now      time.Time
	reader   tree.Reader
	out      []event.Event   // not yet given to the queue
	marks    []*monitor.Mark // behind it
}

func (w *watcher) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	defer func() {
		for _, t := range w.trees {
			t.end()
		}
	}()
	for {
		w.count()
		w.queue.Put(w.out)
		w.out = nil
		for _, m := range w.marks {
			w.queue.Mark(m)
		}
		w.marks = nil
		timer.Reset(w.wait())
		select {
		case <-w.wake:
			w.now = time.Now()
			for _, t := range w.trees {
				t.takeHints()
			}
		case f := <-w.calls:
			w.now = time.Now()
			f(w)
		case <-timer.C:
			w.now = time.Now()
			for _, t := range w.trees {
				t.onTime()
			}
		case <-w.ctx.Done():
			return
		}
	}
}

func (w *watcher) count() {
	n := 0
	for _, t := range w.trees {
		n += t.dirs
	}
	w.known.Store(int64(n))
}

// wait is how long nothing has to be done.
func (w *watcher) wait() time.Duration {
	wait := time.Hour
	for _, t := range w.trees {
		if at := t.next(); !at.IsZero() {
			wait = min(wait, time.Until(at))
		}
	}
	return wait
}

// in is when something that is due again and again is due next; zero: never.
func (w *watcher) in(d time.Duration) time.Time {
	if w.interval == 0 {
		return time.Time{}
	}
	return w.now.Add(d)
}

func (w *watcher) watch(ctx context.Context, root monitor.Root) error {
	for _, t := range w.trees {
		if t.ID == root.ID {
			return fmt.Errorf("watch %s: root %d is watched already", root.Path, root.ID)
		}
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer context.AfterFunc(w.ctx, func() { stop(errClosed) })()
	defer stop(nil)
	root.Name = cmp.Or(root.Name, root.Path)
	t := &watched{Root: root, w: w, lost: true}
	elsewhere, err := t.leadsElsewhere()
	if err != nil {
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	if t.lost = elsewhere; elsewhere {
		w.trees = append(w.trees, t)
		return nil
	}
	if err := t.start(ctx); err != nil {
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	w.trees = append(w.trees, t)
	return nil
}

func (w *watcher) unwatch(id event.RootID) {
	for i, t := range w.trees {
		if t.ID == id {
			w.trees = slices.Delete(w.trees, i, i+1)
			t.end()
			return
		}
	}
}

func (t *watched) end() {
	if !t.lost {
		t.endHints()
	}
}
