package task

import (
	"fmt"
	"lsyncgo/engine/printable"
	"time"

	"lsyncgo/engine/event"
)

// Scheduler is one scheduler of a config. It is made by Set.Replace.
type Scheduler struct {
	set      *Set
	config   Config
	slots    *slots
	waiting  list // in the order in which they are due
	running  list
	queued   int           // events that wait for the end of a job
	more     bool          // due had more to do than it was allowed to
	retired  bool          // a newer config is in force
	deadline time.Time     // when its tasks are cancelled; zero: never
	timeout  time.Duration // which that comes from
	cut      bool          // that has been done
}

// slots are the tasks of a scheduler and those of its predecessors, by path: a path has one task at a time.
type slots struct {
	tasks   map[string]*Task
	current *Scheduler // of the config in force; nil: there is none any more
}

// Config returns the definition.
func (s *Scheduler) Config() *Config { return &s.config }

// key is what a path has its slot by.
func (s *Scheduler) key(path string) string {
	if s.config.Single {
		return ""
	}
	return path
}

// Schedule takes in an event: the job is started for its path when the delay is over.
func (s *Scheduler) Schedule(now time.Time, e *event.Raw) {
	if s.retired {
		if s.slots.current != nil {
			s.slots.current.Schedule(now, e)
		}
		return
	}
	if s.set.stopping || e.IsDir && !s.config.Dirs || !e.IsDir && !s.config.Files || s.config.Wants != nil && !s.config.Wants(e) {
		return
	}
	path, kept := compact(e)
	t := s.slots.tasks[s.key(path)]
	switch {
	case t == nil:
		s.add(now, path, kept)
	case t.State == Waiting:
		former := t.scheduler
		former.waiting.remove(t)
		t.path, t.Event = path, kept
		s.await(now, t)
		former.left()
	default:
		s.busy(t, &queued{event: kept, path: path, scheduler: s})
	}
}

// Begin makes a running task of an event, for a scheduler with Each. Its job has to be started now, and Set.Ended told of its end. Nil: no event starts
// anything any more.
func (s *Scheduler) Begin(now time.Time, e *event.Raw) *Task {
	if s.retired || s.set.stopping {
		return nil
	}
	t := &Task{ID: s.set.newID(), State: Running, At: now, scheduler: s}
	t.path, t.Event = compact(e)
	s.running.push(t)
	return t
}

func (s *Scheduler) add(now time.Time, path string, e event.Raw) {
	t := &Task{ID: s.set.newID(), Event: e, path: path}
	s.slots.tasks[s.key(path)] = t
	s.await(now, t)
}

// await begins the delay of a task.
func (s *Scheduler) await(now time.Time, t *Task) {
	t.scheduler, t.State, t.At = s, Waiting, now.Add(s.config.Delay)
	s.waiting.push(t)
	if s.config.Log.Enabled("Task") {
		s.config.Log.Log("Task", t.path, ": ", t.Event.Mask, ": task ", t.ID, " starts in ", s.config.Delay)
	}
}

// busy takes in an event whose path has a job running.
func (s *Scheduler) busy(t *Task, q *queued) {
	if s.config.Busy == Drop {
		s.config.Log.Log("Warn", q.path, ": ", q.event.Mask, ": dropped, task ", t.ID, " is running")
		return
	}
	former := t.queued
	t.follow(q)
	if former != nil {
		former.scheduler.left()
	}
	if s.config.Busy == Restart {
		s.set.kill(t)
	}
	if s.config.Log.Enabled("Task") {
		s.config.Log.Log("Task", q.path, ": ", q.event.Mask, ": waits for the end of task ", t.ID)
	}
}

// Cancel takes in an event: what waits for its path is dropped, what runs is left alone.
func (s *Scheduler) Cancel(e *event.Raw) {
	path := e.Pathname()
	t := s.slots.tasks[s.key(path)]
	if t == nil {
		return
	}
	if t.State == Waiting {
		t.scheduler.drop(t)
		t.scheduler.left()
		if s.config.Log.Enabled("Task") {
			s.config.Log.Log("Task", path, ": ", e.Mask, ": task ", t.ID, " is cancelled")
		}
		return
	}
	also := ""
	if q := t.queued; q != nil {
		t.follow(nil)
		q.scheduler.left()
		also = "; the event that waited for its end is dropped"
	}
	s.config.Log.Log("Warn", path, ": ", e.Mask, ": not cancelled, task ", t.ID, " is ", t.State, also)
}

// drop takes a task away that waits.
func (s *Scheduler) drop(t *Task) {
	s.waiting.remove(t)
	delete(s.slots.tasks, s.key(t.path))
}

// begin has the job of a task started.
func (s *Scheduler) begin(now time.Time, t *Task) {
	t.State, t.At = Running, now
	s.running.push(t)
	s.set.do(Start{t})
}

// ended goes on with what came while a job was running.
func (s *Scheduler) ended(now time.Time, t *Task) {
	s.running.remove(t)
	q, killed := t.queued, t.State == Ending
	t.follow(nil)
	if q != nil && q.scheduler.over(now) {
		q.scheduler.config.Log.Log("Warn", q.path, ": ", q.event.Mask, ": dropped, ", q.scheduler.why())
		q.scheduler.left()
		q = nil
	}
	switch {
	case s.config.Each: // it has no slot
	case q == nil:
		delete(s.slots.tasks, s.key(t.path))
	case killed && q.scheduler.config.Busy == Restart:
		t.scheduler, t.Event, t.path = q.scheduler, q.event, q.path
		q.scheduler.begin(now, t)
	default:
		q.scheduler.add(now, q.path, q.event)
	}
	s.left()
}

// limit has the tasks cancelled that have not ended after a time, unless it is to be earlier.
func (s *Scheduler) limit(now time.Time, timeout time.Duration) {
	if end := now.Add(timeout); s.deadline.IsZero() || end.Before(s.deadline) {
		s.deadline, s.timeout = end, timeout
	}
}

// left says when a scheduler that was replaced has nothing to do any more.
func (s *Scheduler) left() {
	if s.retired && s.waiting.n+s.running.n+s.queued == 0 {
		s.set.gone(s)
	}
}

// due starts, or cancels when there is no time left, at most so many tasks.
func (s *Scheduler) due(now time.Time, most int) {
	over := s.over(now)
	s.more = false
	for ; s.waiting.n > 0 && (over || !s.waiting.first.At.After(now)); most-- {
		if most == 0 {
			s.more = true
			return
		}
		t := s.waiting.first
		if over {
			s.config.Log.Log("Warn", t.path, ": task ", t.ID, " of ", t.Event.Mask, " is cancelled, ", s.why())
			s.drop(t)
			continue
		}
		s.waiting.remove(t)
		s.begin(now, t)
	}
	if !over || s.cut {
		return
	}
	s.cut = true
	for t := s.running.first; t != nil; t = t.next {
		s.config.Log.Log("Warn", t.path, ": task ", t.ID, " of ", t.Event.Mask, " is ended, ", s.why())
		s.set.kill(t)
	}
	s.left()
}

// over reports whether there is no time left for what still waits or runs.
func (s *Scheduler) over(now time.Time) bool { return !s.deadline.IsZero() && !now.Before(s.deadline) }

// why says why tasks are not done to their end.
func (s *Scheduler) why() string {
	switch {
	case s.set.abandoned:
		return "as the end was asked for again"
	case s.retired && !s.set.stopping:
		return fmt.Sprintf("as shutdownTimeout = %s seconds are over since the config was replaced", printable.Seconds(s.timeout))
	}
	return fmt.Sprintf("as shutdownTimeout = %s seconds are over", printable.Seconds(s.timeout))
}

const (
	// manyWaiting is from how many waiting tasks on they start in batches: a wakeup for each would cost as much as their jobs.
	manyWaiting = 100
	// batch is the longest time that a task waits then for the ones after it, a hundredth of the delay at most.
	batch = 10 * time.Millisecond
)

// alarm is when due has something to do.
func (s *Scheduler) alarm() (at time.Time) {
	if s.waiting.n > 0 {
		at = s.waiting.first.At
	}
	if s.waiting.n >= manyWaiting && !s.more {
		at = at.Add(min(batch, s.config.Delay/100))
	}
	if s.waiting.n > 0 || s.running.n > 0 && !s.cut {
		if !s.deadline.IsZero() && (at.IsZero() || s.deadline.Before(at)) {
			at = s.deadline
		}
	}
	return at
}
