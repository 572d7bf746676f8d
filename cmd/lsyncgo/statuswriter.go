package main

import (
	"time"

	"lsyncgo/engine/status"
)

// statusWriter keeps the status file up to date: at most once per interval, and only
// after something happened. The loop's goroutine owns it; the file is written
// beside the loop, since a queue of a million delays takes a while.
type statusWriter struct {
	path     string // empty: no status file
	interval time.Duration
	next     time.Time // not written before this
	shots    chan shot
	done     chan struct{}
	take     func(between func(func()) bool) status.Snapshot
	between  func(func()) bool
	failed   func(text string, isError bool)
	last     string // what failed was told last
}

type shot struct {
	path string
	what status.Snapshot
}

// newStatusWriter starts the writing goroutine, which ends with close. take is called
// on the loop's goroutine, and given what runs a function there later, as Core.Snapshot needs it; failed gets the errors of writing, and
// the warnings, each once until there is another or none.
func newStatusWriter(take func(between func(func()) bool) status.Snapshot, between func(func()) bool, failed func(text string, isError bool)) *statusWriter {
	w := &statusWriter{take: take, between: between, failed: failed, shots: make(chan shot, 1), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for s := range w.shots {
			w.write(s)
		}
	}()
	return w
}

func (w *statusWriter) write(s shot) {
	text, err := status.WriteFile(s.path, s.what)
	if err != nil {
		text = err.Error()
	}
	if text != "" && text != w.last {
		w.failed(text, err != nil)
	}
	w.last = text
}

// changed writes the file if it is time to, and returns when it is otherwise.
func (w *statusWriter) changed(now time.Time) (again time.Time) {
	switch {
	case w.path == "":
		return time.Time{}
	case now.Before(w.next):
		return w.next
	case len(w.shots) == cap(w.shots): // still writing
		return now.Add(max(w.interval, time.Second))
	}
	w.next = now.Add(w.interval)
	w.shots <- shot{w.path, w.take(w.between)}
	return time.Time{}
}

// soon makes the next changed write, whatever the interval.
func (w *statusWriter) soon() { w.next = time.Time{} }

// close writes a last time. The loop has ended.
func (w *statusWriter) close() {
	close(w.shots)
	<-w.done
	if w.path != "" {
		w.write(shot{w.path, w.take(func(f func()) bool { f(); return true })})
	}
}
