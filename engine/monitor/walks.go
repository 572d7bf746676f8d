package monitor

import (
	"sync"
	"sync/atomic"

	"lsyncgo/engine/event"
)

// Walks says of each root how many directories the walk through it has looked at so far. Any goroutine may use it; the zero
// value has no roots.
type Walks struct {
	mu    sync.Mutex
	roots map[event.RootID]*atomic.Int64
}

// Add enters a root and returns its number, which is zero while no walk goes through it.
func (w *Walks) Add(id event.RootID) *atomic.Int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.roots == nil {
		w.roots = map[event.RootID]*atomic.Int64{}
	}
	n := new(atomic.Int64)
	w.roots[id] = n
	return n
}

// Remove forgets a root.
func (w *Walks) Remove(id event.RootID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.roots, id)
}

// Of returns how many directories the walk through a root has looked at so far; 0: none is going on.
func (w *Walks) Of(id event.RootID) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.roots[id]; n != nil {
		return int(n.Load())
	}
	return 0
}

// Sum is Of for all roots.
func (w *Walks) Sum() (sum int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.roots {
		sum += int(n.Load())
	}
	return sum
}
