package main

import (
	"time"

	"lsyncgo/engine/status"
)

// report keeps the status file up to date: at most once per interval, and only
// after something happened. The loop's goroutine owns it; the file is written
// beside the loop, since a queue of a million delays takes a while.
type report struct {
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

// newReport starts the writing goroutine, which ends with close. take is called
// on the loop's goroutine; failed gets the errors of writing, and the warnings, each once until there
// is another or none.
func newReport(take func(withDelays bool) status.Snapshot, failed func(text string, isError bool)) *report {
	r := &report{take: take, shots: make(chan shot, 1), done: make(chan struct{})}
	go r.write(failed)
	return r
}

func (r *report) write(failed func(text string, isError bool)) {
	defer close(r.done)
	last := ""
	for s := range r.shots {
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
func (r *report) changed(now time.Time) (again time.Time) {
	switch {
	case r.path == "":
		return time.Time{}
	case now.Before(r.next):
		return r.next
	case len(r.shots) == cap(r.shots): // still writing
		return now.Add(max(r.interval, time.Second))
	}
	r.next = now.Add(r.interval)
	r.shots <- shot{r.path, r.take(true)}
	return time.Time{}
}

// soon makes the next changed write, whatever the interval.
func (r *report) soon() { r.next = time.Time{} }

// close writes a last time and waits for it.
func (r *report) close() {
	if r.path != "" {
		r.shots <- shot{r.path, r.take(true)}
	}
	close(r.shots)
	<-r.done
}
