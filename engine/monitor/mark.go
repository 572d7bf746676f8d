package monitor

import "sync/atomic"

// Mark stands between events, behind all of what had happened when it was made. NewMark makes one.
type Mark struct {
	parts   atomic.Int32 // those that have not reached the receiver
	reached chan struct{}
}

// NewMark returns a mark that several sources of events put between theirs, at least one.
func NewMark(parts int) *Mark {
	m := &Mark{reached: make(chan struct{})}
	m.parts.Store(int32(parts))
	return m
}

// Reached is closed when the receiver has come to each part of the mark.
func (m *Mark) Reached() <-chan struct{} { return m.reached }

func (m *Mark) reach() {
	if m.parts.Add(-1) == 0 {
		close(m.reached)
	}
}
