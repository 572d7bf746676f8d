package main

import (
	"sync"

	"lsyncgo/engine/logging"
)

// bufferedLogger is the log before and after it is known where the log goes: a config
// may log while it is loaded, and says itself which file to log to. Until open it
// keeps what is logged. Any goroutine may use it.
type bufferedLogger struct {
	mu   sync.Mutex // guards what follows
	to   *logging.Logger
	kept []entry
	gate *logging.Logger // knows the categories, writes nothing
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
	return &bufferedLogger{gate: gate}
}

// Log implements core.Log.
func (b *bufferedLogger) Log(category string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.to != nil {
		b.to.Log(category, args...)
	} else if b.gate.Enabled(category) && len(b.kept) < maxKept {
		b.kept = append(b.kept, entry{category, args})
	}
}

// Enabled implements core.Log.
func (b *bufferedLogger) Enabled(category string) bool { return b.gate.Enabled(category) }

// open sends everything kept, and from now on all, to l. It returns the logger that was in use before.
func (b *bufferedLogger) open(l *logging.Logger) (old *logging.Logger) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old, b.to = b.to, l
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
