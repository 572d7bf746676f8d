package task

import (
	"iter"
	"slices"
	"time"
)

// Set is the machine: the schedulers of a config, and those of former ones whose tasks have not ended. Its methods, and those of
// its schedulers, may only be called by one goroutine, with times that never go back.
type Set struct {
	newID      func() ID
	schedulers []*Scheduler // in force
	retired    []*Scheduler // of former configs, with tasks left
	timeout    time.Duration
	stopping   bool
	abandoned  bool
	commands   []Command
}

// New returns a machine without schedulers. Its tasks have IDs that newID makes.
func New(newID func() ID) *Set { return &Set{newID: newID} }

// Replace puts the schedulers of a config in force, which it returns in order. The tasks of those before end as
// they were defined, if they do within the timeout of that time. A new event takes over what waits for its
// path in a scheduler of the same name, and waits for what runs there. timeout is for the next time, and for Stop.
func (m *Set) Replace(now time.Time, configs []Config, timeout time.Duration) []*Scheduler {
	old := m.schedulers
	m.schedulers = make([]*Scheduler, len(configs))
	for i, c := range configs {
		s := &Scheduler{set: m, config: c}
		if j := slices.IndexFunc(old, func(o *Scheduler) bool { return o.config.Name == c.Name && o.slots.current == o }); j >= 0 {
			s.slots = old[j].slots
		} else {
			s.slots = &slots{tasks: map[string]*Task{}}
		}
		s.slots.current = s
		m.schedulers[i] = s
	}
	for _, o := range old {
		if o.slots.current == o {
			o.slots.current = nil
		}
		o.retired = true
		o.limit(now, m.timeout)
		m.retired = append(m.retired, o)
	}
	for _, o := range old {
		o.left()
	}
	m.timeout = timeout
	return m.schedulers
}

// Stop begins the end: no event schedules any more. What waits and what runs has the timeout to end by itself.
func (m *Set) Stop(now time.Time) {
	m.stopping = true
	for s := range m.all() {
		s.limit(now, m.timeout)
	}
}

// Abandon ends everything from now on: what waits is cancelled, by Due, and what runs is ended.
func (m *Set) Abandon(now time.Time) {
	m.stopping, m.abandoned = true, true
	for s := range m.all() {
		s.limit(now, 0)
	}
}

// Due starts the tasks whose delay is over, of each scheduler at most so many, and cancels what has no time left. If there is
// more to do, Alarm says so.
func (m *Set) Due(now time.Time, most int) {
	for _, s := range slices.Collect(m.all()) {
		s.due(now, most)
	}
}

// Ended takes in that the job of a task has ended.
func (m *Set) Ended(now time.Time, t *Task) { t.scheduler.ended(now, t) }

// Alarm returns when Due has something to do; ok is false if nothing waits.
func (m *Set) Alarm() (at time.Time, ok bool) {
	for s := range m.all() {
		if next := s.alarm(); !next.IsZero() && (!ok || next.Before(at)) {
			at, ok = next, true
		}
	}
	return at, ok
}

// Pending reports whether there are commands.
func (m *Set) Pending() bool { return len(m.commands) > 0 }

// Commands returns what has to be done, in order, and forgets it.
func (m *Set) Commands() []Command {
	list := m.commands
	m.commands = nil
	return list
}

// Count returns how many tasks wait, and how many run.
func (m *Set) Count() (waiting, running int) {
	for s := range m.all() {
		waiting += s.waiting.n
		running += s.running.n
	}
	return waiting, running
}

// First returns the first n tasks that run, and the first n that wait, of each scheduler.
func (m *Set) First(n int) (list []*Task) {
	for s := range m.all() {
		list = s.running.appendFirst(list, n)
		list = s.waiting.appendFirst(list, n)
	}
	return list
}

// all are the schedulers in force, then the others.
func (m *Set) all() iter.Seq[*Scheduler] {
	return func(yield func(*Scheduler) bool) {
		for _, list := range [][]*Scheduler{m.schedulers, m.retired} {
			for _, s := range list {
				if !yield(s) {
					return
				}
			}
		}
	}
}

func (m *Set) do(c Command) { m.commands = append(m.commands, c) }

// kill has a job ended, once.
func (m *Set) kill(t *Task) {
	if t.State == Running {
		t.State = Ending
		m.do(Kill{t})
	}
}

func (m *Set) gone(s *Scheduler) {
	if i := slices.Index(m.retired, s); i >= 0 {
		m.retired = slices.Delete(m.retired, i, i+1)
		m.do(Gone{s})
	}
}
