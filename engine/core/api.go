// Package core is the engine as a value machine: Step takes the time and one
// input, changes the state of the syncs and returns what has to be done. It
// reads no clock, opens nothing, starts no goroutine and never blocks.
package core

import (
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/tunnel"
	"lsyncgo/engine/work"
)

// The values of package work that core speaks of work in.
type (
	// ProcID names one piece of work.
	ProcID = work.ID
	// Work is a child process or a job in process.
	Work = work.Work
	// Result is how a piece of work ended.
	Result = work.Result
	// Start starts a piece of work; its end comes back as Exited.
	Start = work.Start
	// Kill ends a running piece of work and everything it started.
	Kill = work.Kill
	// Reserve asks for a free TCP port; the answer comes as Reserved.
	Reserve = work.Reserve
	// Reserved answers a Reserve command.
	Reserved = work.Reserved
	// Exited says that a piece of work has ended.
	Exited = work.Exited
)

// Actions is what core asks of one sync's script. All calls come from the goroutine
// that calls Step. An error is a failure of the script; core logs it once and
// treats the agent as described at each function.
type Actions interface {
	// Init runs the script's init for the Init agent. If it neither spawned nor
	// discarded it, the startup is done. Error: as for Action.
	Init(s *Sync, a *Agent) error
	// Action runs the script's action. It looks at the sync through Event and
	// Events, and ends each agent it took by Spawn or Discard. One that leaves
	// the first ready delay as it was is asked again when something changed, or
	// after a second. Error: the first ready delay, if it still waits, is tried
	// again with backoff, at most three times.
	Action(s *Sync) error
	// Full runs the script's full for the Full agent. As Init.
	Full(s *Sync, a *Agent) error
	// Exist tells the script of an entry that has been there, or that this was all. As Init.
	Exist(s *Sync, a *Agent) error
	// Collect decides what the exit code of the agent's work means. Error: exit
	// code 0 counts as Ok, all else as Partial.
	Collect(s *Sync, a *Agent, r Result) (Verdict, error)
}

// Verdict is what Collect decided.
type Verdict uint8

const (
	// Ok: done, the delays leave the FIFO.
	Ok Verdict = iota
	// Again: the agent's delays wait and are tried again, with backoff.
	Again
	// Die: end the program (or the sync, by settings onDie).
	Die
	// Partial: as Again, but after three times the sync is degraded: the delays leave the FIFO, so that
	// nothing waits for them, and are tried again from time to time until they went through.
	Partial
)

var verdictNames = [...]string{"ok", "again", "die", "partial"}

// String returns the word that a script's collect returns for it.
func (v Verdict) String() string { return verdictNames[v] }

// Input is what happened outside. One of Events, Exited, Watched, Inspected, Counted, Reserved, Swept, Tick, Stop.
type Input any

// Events came from the monitor.
type Events []event.Event

// Watched answers a Watch command.
type Watched struct {
	Root event.RootID
	Err  error
	// Seen is what the source was when the watches were placed; nil: any will do.
	Seen *Seen
	// Unmounted are those of the sync's mount points where nothing was mounted when the watches were placed.
	Unmounted []string
}

// Inspected answers an Inspect command.
type Inspected struct {
	Root   event.RootID
	Number uint64 // of the command
	Seen   *Seen  // nil: any directory will do
}

// Counted answers a Count command.
type Counted struct {
	Root      event.RootID
	Number    uint64               // of the command
	Inventory *inventory.Inventory // what the source has; from now on the core's
	Err       error
}

// Tick says that the time of Alarm has come, or a script's callback ran and may have changed something.
type Tick struct{}

// Stop asks to end: no more events, running work is waited for. A second Stop ends it.
type Stop struct {
	// Code is the exit status of the program.
	Code int
	Why  string
}

// Command is what the loop has to do. One of Start, Kill, Reserve, Watch, Follow, Inspect, Relist, Sweep, Count, Unwatch, Ready, Exit.
// Commands are values: who carries one out beside the loop shares nothing with the machine that a reload may change.
type Command any

// Watch begins to watch a source; the answer comes as Watched.
type Watch struct {
	Root                  event.RootID
	Source, Given, Target string // of SyncConfig
	Monitor               string
	PollInterval          time.Duration
	Flat                  bool
	Mode                  event.Mode
	HardLinks             bool
	Signatures            bool          // events have the entry's
	Slack                 time.Duration // how late what happens may be told
	// Excluded is the filter as it is at each call. Any goroutine may call it.
	Excluded func(path string) bool
	// Mounts are the mount points below the source that are known from before.
	Mounts []string
	// Resolve: links may lead to Source, which has to be resolved when it is watched.
	Resolve bool
	// Raw has the receiver told just what the kernel tells; see monitor.Root for what else counts then.
	Raw *event.RawRoot
}

// Follow asks whether the directory that the path of a source leads to now can be the source. The answer is Lead or Astray,
// between two Steps.
type Follow struct {
	Root   event.RootID
	Source string // the directory, as Source of SyncConfig
}

// Relist asks the monitor for Create events for what is below a directory now, "" for the source.
type Relist struct {
	Root event.RootID
	Path string
	// Hidden, unless it is nil, limits that to what was excluded until now.
	Hidden func(path string) bool
	// Seen, which may be nil, reports whether what was hidden was known when it changed last: it is watched, and not reported.
	Seen func(path string, changed time.Time) bool
	// Existing asks for Exist events instead, and EndExist after them.
	Existing bool
}

// Inspect asks what a source is that was lost and is back; the answer comes as Inspected with the same Number.
type Inspect struct {
	Root           event.RootID
	Number         uint64
	Source, Target string // of SyncConfig
}

// Count asks what a source has; the answer comes as Counted with the same Number.
type Count struct {
	Root     event.RootID
	Number   uint64
	Source   string
	Flat     bool
	Excluded func(path string) bool // as in Watch
}

// Unwatch ends the watching of a source.
type Unwatch struct{ Root event.RootID }

// Ready says, once, that every root is watched or its receiver has reported why it is not.
type Ready struct{}

// Exit ends the program; it is the last command.
type Exit struct {
	Code   int
	Why    string
	Remedy string // what to do about it; may be empty
}

// Choice is what the test of Events says of one delay.
type Choice = delay.Choice

// Agent is what a script acts on: one delay, or a list of them.
type Agent struct {
	Sync   *Sync
	List   bool
	Delays []*delay.Delay

	value   any    // what SetScript was given
	script  uint64 // of which script of the sync that is
	limited bool   // its work was told a limit of deletions
	stale   bool   // its work was ended because it does not know what must not be deleted
	kill    func() // ends the script's job that acts on it; nil: none does

	proc  ProcID
	work  Work
	begun time.Time
	end   *tunnel.End // what Through gave, until the work has ended
}

// Log is where core reports to; *logging.Logger satisfies it. Any goroutine may use it. What
// Enabled says of a category does not change.
type Log interface {
	Log(category string, args ...any)
	Enabled(category string) bool
}
