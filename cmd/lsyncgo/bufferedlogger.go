package main

import (
	"lsyncgo/engine/core"
	"sync"
	"sync/atomic"

	"lsyncgo/engine/logging"
)

// bufferedLogger is the log before and after it is known where the log goes: a config
// may log while it is loaded, and says itself which file to log to. Until open it
// keeps what is logged. Any goroutine may use it.
type bufferedLogger struct {
	mu   sync.Mutex // guards what follows
	to   *logging.Logger
	kept []entry
	// inForce knows what is read: at first it only has the categories, and writes nothing.
	inForce atomic.Pointer[logging.Logger]
}

type entry struct {
	category string
	args     []any
}

// maxKept bounds what a config that logs in a loop can pile up.
const maxKept = 1000

// newBufferedLogger takes categories that have been checked.
func newBufferedLogger(categories []string) *bufferedLogger {
	gate, _ := logging.New(logging.Options{Categories: categories}) // opens nothing; nil would enable nothing
	b := &bufferedLogger{}
	b.inForce.Store(gate)
	return b
}

// Log implements core.Log.
func (b *bufferedLogger) Log(category string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.to != nil {
		b.to.Log(category, args...)
	} else if b.Enabled(category) && len(b.kept) < maxKept {
		b.kept = append(b.kept, entry{category, args})
	}
}

// Enabled implements core.Log.
func (b *bufferedLogger) Enabled(category string) bool { return b.inForce.Load().Enabled(category) }

// named is the log of a name. It is for after open.
func (b *bufferedLogger) named(name string) core.Log {
	return logging.Named{Name: name, In: b.inForce.Load}
}

// open sends everything kept, and from now on all, to l. It returns the logger that was in use before.
func (b *bufferedLogger) open(l *logging.Logger) (old *logging.Logger) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, b.to = b.to, l
	b.inForce.Store(l)
	for _, e := range b.kept {
		l.Log(e.category, e.args...)
	}
	b.kept = nil
	return old
}

func (b *bufferedLogger) reopen() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.to.Reopen()
}

func (b *bufferedLogger) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.to.Close()
}
