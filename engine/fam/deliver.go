package fam

import (
	"path/filepath"
	"slices"
	"time"

	"lsyncgo/engine/event"
)

// pending is an event that waits for its handler.
type pending struct {
	Event
	of    *entry           // that has changed; nil for other actions
	isDir bool             // what is deleted is a directory
	is    *event.Signature // of what is deleted, as it was told last
}

// maxWaiting is how many events may wait for one handler besides one of each entry. Whoever is so far behind is told
// by a comparison what has become of all that.
const maxWaiting = 100_000

// tell has an event wait for its handler. was is the entry that is deleted, nil for other actions and the monitored path.
func (s *Set) tell(m *fileMonitor, a Action, filename string, was *entry) {
	p := pending{Event: Event{Action: a, Filename: filename, RequestID: m.ID}}
	if was != nil {
		p.isDir, p.is = was.isDir(), was.is
	}
	s.wait(m, p)
}

// change has the handler told that an entry has changed, unless that waits already.
func (s *Set) change(m *fileMonitor, filename string, of *entry) {
	if !of.told {
		of.told = true
		s.wait(m, pending{Event: Event{Action: Changed, Filename: filename, RequestID: m.ID}, of: of})
	}
}

func (s *Set) wait(m *fileMonitor, p pending) {
	m.queue = append(m.queue, p)
	s.tokens = append(s.tokens, m)
	s.waiting++
	s.plan()
	if n := len(m.queue); n > maxWaiting && n%(maxWaiting/10) == 0 && n > maxWaiting+2*m.known.count() {
		m.fallBehind()
	}
}

// fallBehind drops what waits for a handler that cannot keep up, and takes back what that has said. When the handler has ended
// its call, a listing shows what is different.
func (m *fileMonitor) fallBehind() {
	m.set.log.Log("Warn", "fam: ", len(m.queue), " events of ", m.Path, " wait for the monitor ", m.ID,
		": they are dropped, and what is different is told when it has time")
	for _, p := range slices.Backward(m.queue) {
		switch {
		case p.Filename == m.Path || filepath.IsAbs(p.Filename): // the path itself, which is looked at anyway
		case p.Action == Deleted:
			m.known = m.known.with(p.Filename, p.isDir)
			m.known.find(p.Filename).is = p.is
		case p.Action == Changed:
			p.of.told, p.of.is = false, nil
		default:
			m.known.drop(p.Filename)
		}
	}
	m.drop()
	m.behind = true
	if !m.busy {
		m.catchUp()
	}
}

// drop forgets what waits for the handler.
func (m *fileMonitor) drop() {
	m.set.waiting -= len(m.queue)
	m.queue, m.owed = nil, 0
	m.set.tokens = slices.DeleteFunc(m.set.tokens, func(t *fileMonitor) bool { return t == m })
}

// catchUp looks what is different from what the handler was told.
func (m *fileMonitor) catchUp() {
	m.behind = false
	if m.watched {
		m.void = len(m.listings)
		m.list("")
	}
}

func (s *Set) plan() {
	if s.planned {
		return
	}
	s.planned = true
	s.timers.Add(s.core.Now(), s.deliver)
}

// atOnce bounds how many events are delivered in one step: the engine has others to look after.
const atOnce = 200

func (s *Set) deliver(time.Time) error {
	s.planned = false
	for range atOnce {
		if len(s.tokens) == 0 {
			s.tokens = nil
			return nil
		}
		m := s.tokens[0]
		s.tokens[0] = nil
		s.tokens = s.tokens[1:]
		if m.busy && s.monitors[m.ID] == m {
			m.owed++
			continue
		}
		s.handle(m)
	}
	if len(s.tokens) > 0 {
		s.plan()
	}
	return nil
}

// handle delivers the first event that waits for a monitor.
func (s *Set) handle(m *fileMonitor) {
	p := m.queue[0]
	m.queue[0] = pending{}
	m.queue = m.queue[1:]
	s.waiting--
	if s.monitors[m.ID] != m {
		s.log.Log("Debug", "fam: ", p.Action, " ", p.Filename, " is for the monitor ", m.ID, ", which there is not any more")
		return
	}
	if p.of != nil {
		p.of.told = false
	}
	m.busy = true
	ended := false
	kill := m.Handle(p.Event, func() {
		ended = true
		m.handled()
	})
	if !ended {
		m.kill = kill
	}
}

// handled goes on when a call of the handler has ended.
func (m *fileMonitor) handled() {
	m.busy, m.kill = false, nil
	s := m.set
	if s.monitors[m.ID] != m {
		return
	}
	if m.behind {
		m.catchUp()
	}
	if m.owed > 0 {
		m.owed--
		s.tokens = append(s.tokens, m)
		s.plan()
	}
}
