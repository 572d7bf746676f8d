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
	take     func(withDelays bool) status.Snapshot
}

type shot struct {
	path string
	what status.Snapshot
}

// newStatusWriter starts the writing goroutine, which ends with close. take is called
// on the loop's goroutine; failed gets the errors of writing, and the warnings, each once until there
// is another or none.
func newStatusWriter(take func(withDelays bool) status.Snapshot, failed func(text string, isError bool)) *statusWriter {
	w := &statusWriter{take: take, shots: make(chan shot, 1), done: make(chan struct{})}
	go w.write(failed)
	return w
}

func (w *statusWriter) write(failed func(text string, isError bool)) {
	defer close(w.done)
	last := ""
	for s := range w.shots {
		warning, err := status.WriteFile(s.path, s.what)
		text := warning
		if err != nil {
			text = err.Error()
		}
		if text != "" && text != last {
			failed(text, err != nil)
		}
		last = text
	}
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
	w.shots <- shot{w.path, w.take(true)}
	return time.Time{}
}

// soon makes the next changed write, whatever the interval.
func (w *statusWriter) soon() { w.next = time.Time{} }

// close writes a last time and waits for it.
func (w *statusWriter) close() {
	if w.path != "" {
		w.shots <- shot{w.path, w.take(true)}
	}
	close(w.shots)
	<-w.done
}
