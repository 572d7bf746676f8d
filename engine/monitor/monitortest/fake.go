package monitortest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// Fake is a monitor that reports what a test tells it to.
type Fake struct {
	queue *monitor.Queue

	// Err, if set before use, is asked by Watch for its answer.
	Err func(monitor.Root) error

	mu     sync.Mutex // guards all below
	roots  []monitor.Root
	lists  []string
	closed bool
}

// NewFake returns a monitor that has to be closed.
func NewFake() *Fake { return &Fake{queue: monitor.NewQueue()} }

// Send reports events, in one batch if the receiver is waiting. It never blocks.
func (f *Fake) Send(events ...event.Event) { f.queue.Put(slices.Clone(events)) }

// Watch notes the root.
func (f *Fake) Watch(ctx context.Context, root monitor.Root) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.Err != nil {
		if err := f.Err(root); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return errors.New("the monitor is closed")
	}
	f.roots = append(f.roots, root)
	return nil
}

// List notes the directory.
func (f *Fake) List(_ event.RootID, dir string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists = append(f.lists, dir)
}

// Lists are the directories that List was asked for, oldest first.
func (f *Fake) Lists() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lists)
}

// Uncover notes the directory, as one of Lists.
func (f *Fake) Uncover(_ event.RootID, dir string, _ func(string) bool, _ func(string, time.Time) bool) {
	f.List(0, dir)
}

// Mark is reached when all that was sent before is received.
func (f *Fake) Mark() <-chan struct{} {
	m := monitor.NewMark(1)
	f.queue.Mark(m)
	return m.Reached()
}

// Unwatch forgets the root.
func (f *Fake) Unwatch(id event.RootID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.roots = slices.DeleteFunc(f.roots, func(r monitor.Root) bool { return r.ID == id })
}

// Roots are the roots watched now, oldest first.
func (f *Fake) Roots() []monitor.Root {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.roots)
}

// Stats counts the roots.
func (f *Fake) Stats() monitor.Stats { return monitor.Stats{Watched: len(f.Roots())} }

// Events is closed by Close.
func (f *Fake) Events() <-chan []event.Event { return f.queue.Events() }

// Close ends the monitor; events that nobody has received are dropped.
func (f *Fake) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.queue.Close()
	return nil
}
