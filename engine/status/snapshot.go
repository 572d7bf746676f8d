package status

import (
	"iter"
	"time"
)

// Snapshot is what the daemon and all its syncs were doing at one moment.
//
// Paths and texts hold the bytes as the file system has them; the renderers
// make them printable.
type Snapshot struct {
	At     time.Time `json:"at"`
	Daemon Daemon    `json:"daemon"`
	Syncs  []Sync    `json:"syncs"`
	// Tunnels are those that syncs use.
	Tunnels []Tunnel `json:"tunnels,omitempty"`
	// Watches are the paths of watch{}.
	Watches []Watch `json:"watches,omitempty"`
	// Tasks are those of schedulers that wait or run; nil if there are none.
	Tasks *Tasks `json:"tasks,omitempty"`
}

// Watch is one path of a watch{}.
type Watch struct {
	Name    string `json:"name"` // of the watch{}
	Path    string `json:"path"`
	State   string `json:"state"` // starting, watched or lost
	Reason  string `json:"reason,omitempty"`
	Monitor string `json:"monitor,omitempty"` // the name of the one that tells of it; empty if none does
	// Watched counts the files and directories that the kernel watches for it.
	Watched int `json:"watched"`
	// Events are the kinds that it asks for.
	Events []string `json:"events"`
}

// Tasks are the tasks of all schedulers.
type Tasks struct {
	Waiting int `json:"waiting"`
	Running int `json:"running"`
	// List has the first of them: those that run, then those that are due first. The number is bounded where it is filled.
	List []Task `json:"list"`
}

// Task is one task of a scheduler.
type Task struct {
	Scheduler string `json:"scheduler"`
	ID        string `json:"id"`
	State     string `json:"state"` // waiting, running or ending
	Path      string `json:"path"`
	Event     string `json:"event"` // the newest one
	// Due is when a waiting task is started, Since when a running one was.
	Due   time.Time `json:"due,omitzero"`
	Since time.Time `json:"since,omitzero"`
}

// Daemon is what is the same for all syncs.
type Daemon struct {
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	// Config is the path of the config file, empty for syncs of the command line.
	Config string `json:"config,omitempty"`
	// Monitor names the monitors in use, with commas between them; Monitors says more of each.
	Monitor  string    `json:"monitor"`
	Monitors []Monitor `json:"monitors,omitempty"`
	// Running counts the children and jobs of all syncs; MaxProcesses is
	// their limit, 0 for none.
	Running      int `json:"running"`
	MaxProcesses int `json:"maxProcesses,omitempty"`
	// Watched counts the directories whose changes the system reports, Polled those that are
	// listed again and again for want of a watch.
	Watched int `json:"watched"`
	Polled  int `json:"polled,omitempty"`
}

// Monitor is one backend that reports what happens below sources.
type Monitor struct {
	Name string `json:"name"`
	// Watched and Polled are its share of the Daemon's.
	Watched int `json:"watched"`
	Polled  int `json:"polled,omitempty"`
	// Walked counts the directories looked at so far by the walks through sources that are going on.
	Walked int `json:"walked,omitempty"`
}

// Sync is what one sync was doing.
type Sync struct {
	Name string `json:"name"`
	// Monitor is the name of the monitor that watches the source, empty if none does.
	Monitor string `json:"monitor,omitempty"`
	Source  string `json:"source"`
	// Given is the path that the config gives for the source, if links lead on from it.
	Given  string `json:"given,omitempty"`
	Target string `json:"target,omitempty"`
	State  State  `json:"state"`
	// Walked counts the directories that the walk through the source has looked at so far; 0: none is going on.
	Walked int `json:"walked,omitempty"`
	// OnHold: the state is Held.
	OnHold bool `json:"onHold,omitempty"`
	// PausedUntil is when a pause ends by itself, zero if it does not; PausedBy who asked for it, empty without a pause.
	PausedUntil time.Time `json:"pausedUntil,omitzero"`
	PausedBy    string    `json:"pausedBy,omitempty"`
	// Reason says in words why State is none of InStep and Behind.
	Reason string `json:"reason,omitempty"`

	// Pending = Waiting + Blocked + Active, the length of the delay FIFO.
	Pending int `json:"pending"`
	Waiting int `json:"waiting"`
	Blocked int `json:"blocked"`
	Active  int `json:"active"`
	// OldestAge is how long the oldest pending delay has been in the FIFO.
	OldestAge time.Duration `json:"oldestAgeNs"`
	// Retrying counts the delays which failed at least once and are going to
	// be tried again; NextRetry is when the first of them is.
	Retrying  int       `json:"retrying"`
	NextRetry time.Time `json:"nextRetry,omitzero"`

	Running      []Process `json:"running,omitempty"`
	MaxProcesses int       `json:"maxProcesses,omitempty"`
	// LastError is the newest failure that was not followed by a success.
	LastError *Failure `json:"lastError,omitempty"`
	// LastBatch is the newest work that succeeded; nil: none yet.
	LastBatch *Batch `json:"lastBatch,omitempty"`
	// Degraded lists changes that fail again and again, or were given up; the number is bounded where it is filled.
	Degraded []string `json:"degraded,omitempty"`

	// NotMounted are the mount points below the source where nothing is mounted any more, or only something
	// empty: at the target nothing is deleted there.
	NotMounted []string `json:"notMounted,omitempty"`

	// Excludes and Filters are the patterns in use, as written.
	Excludes []string `json:"excludes,omitempty"`
	Filters  []string `json:"filters,omitempty"`
	// Delays yields the FIFO, oldest first, on any goroutine; nil if it was not asked for. There may be a million.
	Delays iter.Seq[Delay] `json:"-"`
}

// Tunnel is what one tunnel was doing.
type Tunnel struct {
	Name string `json:"name"`
	// Ready of Wanted processes can be used.
	Ready   int       `json:"ready"`
	Wanted  int       `json:"wanted"`
	Running []Process `json:"running,omitempty"`
	// LastError is the newest failure of a process that is not ready again.
	LastError *Failure `json:"lastError,omitempty"`
}

// Batch is work that succeeded.
type Batch struct {
	When   time.Time     `json:"when"`
	Took   time.Duration `json:"tookNs"`
	Events int           `json:"events"`
}

// Process is a child or a job that runs for a sync.
type Process struct {
	// PID is 0 for a job in process.
	PID int `json:"pid,omitempty"`
	// Describe is the command as a user would type it.
	Describe string    `json:"command"`
	Since    time.Time `json:"since"`
}

// Failure is how a child, a job or a script failed.
type Failure struct {
	When time.Time `json:"when"`
	// Text says what failed and what happens next.
	Text string `json:"text"`
	// Reason is why, in words, as far as that is known, and Remedy what to do about it.
	Reason string `json:"reason,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Command is the child or job that failed, empty if a script did.
	Command string `json:"command,omitempty"`
	// Code is its exit code, 128+N after death by signal N.
	Code int `json:"code"`
	// Tail is its own last output, one line each.
	Tail []string `json:"tail,omitempty"`
}

// Delay is one entry of the FIFO.
type Delay struct {
	// Status is "wait", "active" or "block".
	Status string
	// Kind is the event type, such as "Modify".
	Kind string
	Path string
	// Dest is the new path of a Move.
	Dest string
}
