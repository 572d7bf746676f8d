package main

import (
	"os"
	"time"

	"lsyncgo/engine/daemon"
	"lsyncgo/engine/message"
)

const (
	// tellEvery bounds how often the service manager is told how things are.
	tellEvery = 5 * time.Second
	// moreTime is what a start gets beyond the limit of its service as long as the walks through the sources get on.
	moreTime = time.Minute
)

// manager tells the service manager how things are, when that has changed. The loop's goroutine owns it.
type manager struct {
	notify  func(...daemon.State)
	summary func() string
	walked  func() int // directories that walks have looked at so far

	listens bool // there is a service manager
	ready   bool
	next    time.Time // it is told nothing before this
	last    string    // what it was told
	looked  int       // the walks had got this far by then
}

func (s *service) newManager() *manager {
	return &manager{notify: s.notify, walked: s.walked, listens: os.Getenv("NOTIFY_SOCKET") != "",
		summary: func() string { return s.core.Snapshot(time.Now(), nil).Summary() }}
}

func (s *service) notify(states ...daemon.State) {
	if err := daemon.Notify(states...); err != nil {
		s.log.Log("Warn", "tell the service manager: ", err)
	}
}

// walked counts the directories that the walks that are going on have looked at.
func (s *service) walked() (n int) {
	for _, sync := range s.core.Syncs() {
		n += s.monitor.Walked(sync.ID())
	}
	return n
}

// changed tells those outside what is new, and returns when it wants to be called again. Only on the loop's goroutine.
func (s *service) changed(now time.Time) (again time.Time) {
	file, manager := s.statusFile.changed(now), s.manager.changed(now)
	if file.IsZero() || !manager.IsZero() && manager.Before(file) {
		return manager
	}
	return file
}

// ready tells the process that waits for it that the engine is at work. With onepass the
// starter waits for the end instead: it wants to know how that was.
func (s *service) ready() {
	s.log.Log("Normal", &message.Fields{Kind: message.Ready}, "--- Ready ---")
	s.sayDelay()
	s.manager.serving()
	if s.settings.OnePass {
		return
	}
	if err := daemon.Ready(); err != nil {
		s.log.Log("Error", err)
	}
}

// serving tells that the start is done, and how things are.
func (m *manager) serving() {
	m.ready, m.last = true, m.summary()
	m.notify(daemon.Serving, daemon.Status(m.last))
}

// changed tells what is new, and returns when it wants to be called again.
func (m *manager) changed(now time.Time) (again time.Time) {
	if !m.listens {
		return time.Time{}
	}
	if now.Before(m.next) {
		return m.next
	}
	m.next = now.Add(tellEvery)
	var states []daemon.State
	if text := m.summary(); text != m.last {
		states, m.last = append(states, daemon.Status(text)), text
	}
	if !m.ready {
		if n := m.walked(); n != m.looked {
			states, m.looked = append(states, daemon.MoreTime(moreTime)), n
		}
		again = m.next
	}
	if len(states) > 0 {
		m.notify(states...)
	}
	return again
}
