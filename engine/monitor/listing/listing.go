package listing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/tree"
)

// Hinter reports directories in which something may have changed. It calls changed for each, relative to the
// root and with a slash at the end, from any goroutine until end has returned; changed does not wait.
type Hinter func(root monitor.Root, changed func(dir string)) (end func(), err error)

// Open starts a monitor that lists every directory every interval, and those that hints report soon. Without hints,
// nil, the interval is all there is; if that is zero, nothing is listed again. It never fails; what the system lacks shows in Watch.
func Open(opts monitor.Options, interval time.Duration, hints Hinter) monitor.Monitor {
	queue, end := opts.Out()
	m := &lister{
		actor:  monitor.NewActor[*watcher](),
		queue:  queue,
		end:    end,
		known:  &atomic.Int64{},
		walks:  &monitor.Walks{},
		hinted: hints != nil,
	}
	w := &watcher{
		opts:     opts.WithDefaults(),
		interval: interval,
		hinter:   hints,
		queue:    m.queue,
		actor:    m.actor,
		known:    m.known,
		walks:    m.walks,
		wake:     make(chan struct{}, 1),
		ctx:      m.actor.Context(),
	}
	m.actor.Go(w.run)
	return m
}

// lister is the monitor as others see it; everything else belongs to the owner.
type lister struct {
	actor  *monitor.Actor[*watcher]
	queue  *monitor.Queue
	end    func()        // of the queue
	known  *atomic.Int64 // directories
	walks  *monitor.Walks
	hinted bool
}

func (m *lister) Watch(ctx context.Context, root monitor.Root) error {
	if err := root.Validate(); err != nil {
		return err
	}
	if root.Raw != nil {
		return fmt.Errorf("watch %s: %w", root.Path, monitor.ErrRaw)
	}
	return m.actor.Ask(ctx, func(ctx context.Context, w *watcher) error { return w.watch(ctx, root) })
}

func (m *lister) Relist(id event.RootID, dir string, want monitor.Want) {
	m.actor.Send(func(w *watcher) {
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
	m.actor.Send(func(w *watcher) {
		for _, t := range w.trees {
			if t.takeHints(); !t.lost && !t.due.IsZero() {
				t.look()
			}
		}
		w.marks = append(w.marks, mark)
	})
	return mark.Reached()
}

// Sweep implements monitor.Sweeper by listing everything, unless nothing is ever listed again.
func (m *lister) Sweep() <-chan struct{} {
	mark := monitor.NewMark(1)
	m.actor.Send(func(w *watcher) {
		for _, t := range w.trees {
			if t.takeHints(); !t.lost && (w.interval > 0 || m.hinted) {
				t.lookEverywhere()
			}
		}
		w.marks = append(w.marks, mark)
	})
	return mark.Reached()
}

func (m *lister) Unwatch(id event.RootID) {
	m.actor.Send(func(w *watcher) { w.unwatch(id) })
}

func (m *lister) Stats() monitor.Stats {
	known, walked := int(m.known.Load()), m.walks.Sum()
	if m.hinted {
		return monitor.Stats{Watched: known, Walked: walked}
	}
	return monitor.Stats{Polled: known, Walked: walked}
}

func (m *lister) Walked(id event.RootID) int { return m.walks.Of(id) }

func (m *lister) Events() <-chan []event.Event { return m.queue.Events() }

func (m *lister) Close() error {
	m.actor.Close()
	m.end()
	return nil
}

// watcher is the owner's.
type watcher struct {
	opts     monitor.Options
	interval time.Duration
	hinter   Hinter
	queue    *monitor.Queue
	actor    *monitor.Actor[*watcher]
	known    *atomic.Int64   // directories of all trees
	walks    *monitor.Walks  // while the directories of a root are listed for the first time
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
		case <-w.actor.Calls():
			w.now = time.Now()
			w.actor.Serve(w)
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
		w.walks.Remove(t.ID)
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	w.trees = append(w.trees, t)
	return nil
}

func (w *watcher) unwatch(id event.RootID) {
	for i, t := range w.trees {
		if t.ID == id {
			w.trees = slices.Delete(w.trees, i, i+1)
			w.walks.Remove(id)
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
