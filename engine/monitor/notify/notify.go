package notify

import (
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
)

// errClosed answers calls after Close.
var errClosed = errors.New("the monitor is closed")

// Open starts a monitor. It never fails; what the system lacks shows in Watch.
func Open(opts monitor.Options) (monitor.Monitor, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	m := &hinter{
		queue:  monitor.NewQueue(),
		calls:  make(chan func(*watcher)),
		known:  &atomic.Int64{},
		ctx:    ctx,
		cancel: cancel,
	}
	w := &watcher{
		opts:  opts.WithDefaults(),
		queue: m.queue,
		calls: m.calls,
		known: m.known,
		hints: make(chan message),
		ctx:   ctx,
	}
	m.ended.Go(w.run)
	return m, nil
}

// hinter is the monitor as others see it; everything else belongs to the owner.
type hinter struct {
	queue  *monitor.Queue
	calls  chan func(*watcher) // run by the owner
	known  *atomic.Int64       // directories
	ctx    context.Context
	cancel context.CancelCauseFunc
	ended  sync.WaitGroup
}

func (m *hinter) Watch(ctx context.Context, root monitor.Root) error {
	if !filepath.IsAbs(filepath.FromSlash(root.Path)) || !strings.HasSuffix(root.Path, "/") {
		return fmt.Errorf("watch %q: the path has to be absolute and to end in a slash", root.Path)
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

func (m *hinter) List(id event.RootID, dir string) {
	// The only error is that everything has ended anyway.
	_ = m.call(context.Background(), func(w *watcher) {
		for _, t := range w.trees {
			if t.ID == id {
				t.report(dir)
			}
		}
	})
}

func (m *hinter) Uncover(id event.RootID, _ string, _ func(string) bool) {
	// The only error is that everything has ended anyway.
	_ = m.call(context.Background(), func(w *watcher) {
		for _, t := range w.trees {
			if t.ID == id && !t.lost {
				t.lookEverywhere() // excluded entries are no known ones
			}
		}
	})
}

func (m *hinter) Unwatch(id event.RootID) {
	// The only error is that everything has ended anyway.
	_ = m.call(context.Background(), func(w *watcher) { w.unwatch(id) })
}

func (m *hinter) call(ctx context.Context, f func(*watcher)) error {
	select {
	case m.calls <- f:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-m.ctx.Done():
		return errClosed
	}
}

func (m *hinter) Stats() monitor.Stats { return monitor.Stats{Watched: int(m.known.Load())} }

func (m *hinter) Events() <-chan []event.Event { return m.queue.Events() }

func (m *hinter) Close() error {
	m.cancel(errClosed)
	m.ended.Wait()
	m.queue.Close()
	return nil
}

// message is what the goroutine of a root's hints says.
type message struct {
	tree *tree
	dirs hinted
}

// watcher is the owner's.
type watcher struct {
	opts  monitor.Options
	queue *monitor.Queue
	calls <-chan func(*watcher)
	known *atomic.Int64 // directories of all trees
	hints chan message
	ctx   context.Context // ends with the monitor
	trees []*tree
	now   time.Time
	out   []event.Event // not yet given to the queue
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
		timer.Reset(w.wait())
		select {
		case m := <-w.hints:
			w.now = time.Now()
			if !m.tree.lost && slices.Contains(w.trees, m.tree) {
				m.tree.hint(m.dirs)
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
		n += len(t.dirs)
	}
	w.known.Store(int64(n))
}

// wait is how long nothing has to be done.
func (w *watcher) wait() time.Duration {
	wait := time.Hour
	for _, t := range w.trees {
		wait = min(wait, time.Until(t.next()))
	}
	return wait
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
	t := &tree{Root: root, w: w}
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

func (t *tree) end() {
	if !t.lost {
		t.hints.end()
	}
}
