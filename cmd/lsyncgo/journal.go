package main

import (
	"sync"

	"lsyncgo/engine/logging"
)

// journal is the log before and after it is known where the log goes: a config
// may log while it is loaded, and says itself which file to log to. Until open it
// keeps what is logged. Any goroutine may use it.
type journal struct {
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

// newJournal takes categories that have been checked.
func newJournal(categories []string) *journal {
	gate, _ := logging.New(logging.Options{Categories: categories}) // opens nothing; nil would enable nothing
	return &journal{gate: gate}
}

// Log implements core.Log.
func (j *journal) Log(category string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.to != nil {
		j.to.Log(category, args...)
	} else if j.gate.Enabled(category) && len(j.kept) < maxKept {
		j.kept = append(j.kept, entry{category, args})
	}
}

// Enabled implements core.Log.
func (j *journal) Enabled(category string) bool { return j.gate.Enabled(category) }

// open sends everything kept, and from now on all, to l. It returns the logger that was in use before.
func (j *journal) open(l *logging.Logger) (old *logging.Logger) {
	j.mu.Lock()
	defer j.mu.Unlock()
	old, j.to = j.to, l
	for _, e := range j.kept {
		l.Log(e.category, e.args...)
	}
	j.kept = nil
	return old
}

func (j *journal) reopen() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.to.Reopen()
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.to.Close()
}
