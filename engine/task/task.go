// Package task has schedulers as a value machine. A scheduler takes in events, and has a job done for each path once its
// delay is over; another event for the path begins the delay anew, or cancels what waits. The machine reads no
// clock, opens nothing and starts nothing: it is told the time, and says by Commands which tasks to start and to end.
//
// A delay is the same for all tasks of a scheduler, and time does not run backwards. So the tasks that wait are due in the order
// in which their delays began, and a list holds them in order: a million of them cost nothing until they are due.
package task

import (
	"strings"
	"time"

	"lsyncgo/engine/event"
)

// Busy says what an event does whose path has a job running.
type Busy uint8

const (
	// Queue: the newest event waits for the end of the job, then starts a delay of its own.
	Queue Busy = iota
	// Drop: the event is dropped with a warning.
	Drop
	// Restart: the job is ended, and begins again with the newest event when it has.
	Restart
)

// Config is the definition of a scheduler.
type Config struct {
	// Name is the logname. In a reload a scheduler succeeds the one of this name; of several, in order.
	Name  string
	Delay time.Duration
	// Files, Dirs: events of files and of directories schedule. They cancel anyway.
	Files, Dirs bool
	// Single: there is one task at most, whatever the path.
	Single bool
	Busy   Busy
	// Each: there is a task for each event, whatever the path, which Begin begins at once. It is not for Schedule and Cancel.
	Each bool
	// Wants, unless it is nil, decides whether the event of a path schedules. An event that is not wanted does nothing.
	Wants func(e *event.Raw) bool
	// Job is what carrying out a Start does for a task.
	Job any
	Log Log
}

// Log is where a scheduler reports to.
type Log interface {
	Log(category string, args ...any)
	Enabled(category string) bool
}

// State says how far a task is.
type State uint8

const (
	// Waiting for the end of its delay.
	Waiting State = iota
	// Running: its job has been started.
	Running
	// Ending: its job runs and was told to end.
	Ending
)

var stateNames = [...]string{"waiting", "running", "ending"}

// String returns the word for status and logs.
func (s State) String() string { return stateNames[s] }

// Task is one job to be done, or being done, for one path.
type Task struct {
	ID    ID
	Event event.Raw // the newest one, until it runs
	State State
	At    time.Time // when it is due, while it waits; else when its job was started

	path      string // of Event
	scheduler *Scheduler
	queued    *queued // what came while it runs
	prev      *Task
	next      *Task
}

// queued is an event that waits for the end of a job.
type queued struct {
	event     event.Raw
	path      string
	scheduler *Scheduler
}

// Path returns the absolute path of the task's event.
func (t *Task) Path() string { return t.path }

// Scheduler returns the scheduler whose job it is.
func (t *Task) Scheduler() *Scheduler { return t.scheduler }

// Queued reports whether another event waits for the end of its job.
func (t *Task) Queued() bool { return t.queued != nil }

// follow has an event wait for the end of the task's job, instead of the one that may wait now; nil: none.
func (t *Task) follow(q *queued) {
	if t.queued != nil {
		t.queued.scheduler.queued--
	}
	if t.queued = q; q != nil {
		q.scheduler.queued++
	}
}

// compact returns an event of which nothing is kept but its path and its origin: what a monitor gives may be a small part of
// what it has read, and Path and Name are parts of the path.
func compact(e *event.Raw) (path string, kept event.Raw) {
	path, kept = strings.Clone(e.Pathname()), *e
	kept.Source = strings.Clone(e.Source)
	if e.Name == "" {
		kept.Path = path
		return path, kept
	}
	kept.Name = path[len(path)-len(e.Name):]
	kept.Path = path[:len(e.Path)]
	return path, kept
}

// Command is what has to be done. One of Start, Kill, Gone.
type Command any

// Start starts the job of a task: Set.Ended is told when it has ended.
type Start struct{ Task *Task }

// Kill ends the job of a task; its end is told as any.
type Kill struct{ Task *Task }

// Gone says that a scheduler of a former config has no task left: its job will not be started any more.
type Gone struct{ Scheduler *Scheduler }
