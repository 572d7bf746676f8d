package backend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"lsyncgo/engine/event"
	"lsyncgo/engine/monitor"
)

// Mux is a monitor made of backends: each root is watched by the one that Root.Backend names, or by what Choose finds
// for it. A backend is opened when the first root asks for it, and stays open.
type Mux struct {
	opts   monitor.Options
	chosen func(Choice)
	queue  *monitor.Queue // of all backends
	stop   chan struct{}
	ended  sync.WaitGroup

	mu     sync.Mutex // guards all below: roots are watched from many goroutines
	open   map[string]monitor.Monitor
	roots  map[event.RootID]string // the names of their backends
	closed bool
}

// Choice is which backend watches a root, and why.
type Choice struct {
	Root    event.RootID
	Path    string // of the root
	Backend string
	// Why is empty if the root named its backend.
	Why string
}

// NewMux opens no backend. Chosen, which may be nil, is called from the goroutine of each Watch.
func NewMux(opts monitor.Options, chosen func(Choice)) *Mux {
	opts.Queue = monitor.NewQueue()
	return &Mux{
		opts: opts, chosen: chosen, queue: opts.Queue, stop: make(chan struct{}),
		open: map[string]monitor.Monitor{}, roots: map[event.RootID]string{},
	}
}

// Open opens the backend that would watch a root at path, so that what it lacks is an error now and not
// when a root comes. Name is as in Root.Backend.
func (m *Mux) Open(name, path string) error {
	c, err := choose(name, path, false)
	if err != nil {
		return err
	}
	_, err = m.backend(c.Backend)
	return err
}

// Watch is Monitor's. An unknown name is an error that lists the known ones.
func (m *Mux) Watch(ctx context.Context, root monitor.Root) error {
	c, err := choose(root.Backend, root.Path, root.Raw != nil)
	if err != nil {
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	b, err := m.backend(c.Backend)
	if err != nil {
		return fmt.Errorf("watch %s: %w", root.Path, err)
	}
	if err := m.join(root, c.Backend); err != nil {
		return err
	}
	if c.Root, c.Path = root.ID, root.Path; m.chosen != nil {
		m.chosen(c)
	}
	if err := b.Watch(ctx, root); err != nil {
		m.leave(root.ID)
		return err
	}
	return nil
}

// Relist is Monitor's.
func (m *Mux) Relist(id event.RootID, dir string, want monitor.Want) {
	if b := m.of(id); b != nil {
		b.Relist(id, dir, want)
	}
}

// Mark is Monitor's, for all backends.
func (m *Mux) Mark() <-chan struct{} { return m.mark(monitor.Monitor.Mark) }

// Sweep implements monitor.Sweeper, for all backends.
func (m *Mux) Sweep() <-chan struct{} { return m.mark(monitor.Sweep) }

func (m *Mux) mark(of func(monitor.Monitor) <-chan struct{}) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	var marks []<-chan struct{}
	for _, b := range m.open {
		marks = append(marks, of(b))
	}
	if len(marks) == 1 {
		return marks[0]
	}
	all := make(chan struct{})
	if m.closed {
		return all
	}
	m.ended.Go(func() {
		for _, mark := range marks {
			select {
			case <-mark:
			case <-m.stop:
				return
			}
		}
		close(all)
	})
	return all
}

// Unwatch is Monitor's.
func (m *Mux) Unwatch(id event.RootID) {
	if b := m.leave(id); b != nil {
		b.Unwatch(id)
	}
}

// Stats sums up those of all backends.
func (m *Mux) Stats() (sum monitor.Stats) {
	for _, p := range m.Parts() {
		sum.Watched += p.Watched
		sum.Polled += p.Polled
		sum.Walked += p.Walked
	}
	return sum
}

// Walked is Monitor's.
func (m *Mux) Walked(id event.RootID) int {
	if b := m.of(id); b != nil {
		return b.Walked(id)
	}
	return 0
}

// watching is what backends can tell that have the kernel watch for raw roots.
type watching interface {
	Watching(id event.RootID) int
}

// Watching returns how many files and directories the kernel watches for a raw root; 0 if that is not known.
func (m *Mux) Watching(id event.RootID) int {
	if b, ok := m.of(id).(watching); ok {
		return b.Watching(id)
	}
	return 0
}

// Part is one backend that is open.
type Part struct {
	Name string
	monitor.Stats
}

// Parts lists the open backends by name.
func (m *Mux) Parts() (list []Part) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.open)) {
		list = append(list, Part{name, m.open[name].Stats()})
	}
	return list
}

// Backend is the name of the backend that watches a root; empty if none does.
func (m *Mux) Backend(id event.RootID) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.roots[id]
}

// Events is Monitor's.
func (m *Mux) Events() <-chan []event.Event { return m.queue.Events() }

// Close is Monitor's.
func (m *Mux) Close() error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil
	}
	m.closed = true
	m.mu.Unlock()
	close(m.stop)
	var errs []error
	for _, b := range m.open {
		errs = append(errs, b.Close())
	}
	m.ended.Wait()
	m.queue.Close()
	return errors.Join(errs...)
}

// backend returns the open one of that name.
func (m *Mux) backend(name string) (monitor.Monitor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, monitor.ErrClosed
	}
	if b := m.open[name]; b != nil {
		return b, nil
	}
	b, err := Open(name, m.opts)
	if err != nil {
		return nil, err
	}
	m.open[name] = b
	return b, nil
}

func (m *Mux) join(root monitor.Root, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.roots[root.ID] != "" {
		return fmt.Errorf("watch %s: root %d is watched already", root.Path, root.ID)
	}
	m.roots[root.ID] = name
	return nil
}

func (m *Mux) of(id event.RootID) monitor.Monitor {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open[m.roots[id]]
}

func (m *Mux) leave(id event.RootID) monitor.Monitor {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.open[m.roots[id]]
	delete(m.roots, id)
	return b
}
