// Package message says what a log message is about, for programs that read the log: its kind, whatever words it
// has, and the values in it. It holds values only.
package message

import "time"

// Fields are what a message is about. They are one of the arguments of a log, add nothing to the text, and reach
// the places that have fields: JSON and the journal. What is the zero value is not said.
type Fields struct {
	Kind  Kind
	Sync  string // its name
	Event string // the type of the events of a batch, or of the first one
	Path  string // as the file system has it, of a single event or of the first one; Path and Event do not change
	// Batch is the number of the process or job that the batch was given to.
	Batch uint64
	// Events counts those of the batch, Files and Bytes what was copied, where that is known.
	Events       int
	Files, Bytes int64
	Duration     time.Duration
	Ended        bool // Exit says how
	Exit         int
}

// String is empty, so that fields among the arguments of a message add nothing to its text.
func (*Fields) String() string { return "" }

// Kind is what a message says. Its ID never changes and is never used for anything else.
type Kind uint8

// The kinds. Other is everything that has none.
const (
	Other Kind = iota
	Startup
	Ready
	Ended
	Reloaded
	NotReloaded
	StartupDone
	Done
	Retry
	Degraded
	Recovered
	SyncStopped
	Held
	Paused
	Resumed
	EventsLost
	NotWatched
	Unreachable
	numKinds
)

// Description is what is known of a kind.
type Description struct {
	Kind Kind
	Name string // as JSON has it
	ID   string // MESSAGE_ID, as systemd writes it
	Text string // what it means, and what to do about it
}

var descriptions = [numKinds]Description{
	Startup:     {Name: "startup", ID: "307570c0fc6f47b3a6982b2d50c2efca", Text: "The daemon has read its config and begins to place watches."},
	Ready:       {Name: "ready", ID: "0ac907106a1748de92fd5335a7c6f410", Text: "Every watch is placed: whatever changes from now on is noticed."},
	Ended:       {Name: "ended", ID: "6b190b5305bf4959aa000d8681672dae", Text: "The daemon ends. The message says why; the exit status is in LSYNCGO_EXIT."},
	Reloaded:    {Name: "reloaded", ID: "09f0bbe279db4bfaa409b616bd6ee304", Text: "The config was read again and is in force. Syncs whose definition is the same went on."},
	NotReloaded: {Name: "not-reloaded", ID: "b4c89a2d127b47ffbb4d69ddf60b6f4a", Text: "The config was read again and is broken. The old one stays in force; \"lsyncgo check\" says what is wrong."},
	StartupDone: {Name: "startup-done", ID: "308e1a54511842c0867e567b53922abf", Text: "A sync has brought its target into step for the first time."},
	Done:        {Name: "done", ID: "6b7c42e0600441fcb28b2d437e0fef8e", Text: "What had changed has arrived at the target."},
	Retry:       {Name: "retry", ID: "cfb83ccabaf84828bd0704a32fdd86d4", Text: "A transfer or a script failed and is tried again by itself."},
	Degraded:    {Name: "degraded", ID: "7d53e30a368f45ef9b5ac9a1105782c1", Text: "Changes failed again and again: the target may differ from the source. \"lsyncgo status\" lists them."},
	Recovered:   {Name: "recovered", ID: "7009749556a54eaba79e260b7e2a6655", Text: "What had failed again and again went through."},
	SyncStopped: {Name: "sync-stopped", ID: "4187ce42a7bc47cda09440e65a7c5530", Text: "A sync does nothing any more, because an exit code says to stop or its startup failed. Mend the cause, then reload or restart."},
	Held:        {Name: "held", ID: "d8897c5465e74b45a48c9c683101283f", Text: "A sync is on hold: its source or target is not what it was, or too much would be deleted. Look at it, then \"lsyncgo resume\"."},
	Paused:      {Name: "paused", ID: "8a6a6e2d7efc49d7947d1e7fc67e8a5b", Text: "Somebody has paused a sync; the message says who, and until when. \"lsyncgo resume\" ends the pause."},
	Resumed:     {Name: "resumed", ID: "a95f6cc0443b44048502dd59731c1c36", Text: "A sync that was on hold, or paused, goes on."},
	EventsLost:  {Name: "events-lost", ID: "04bfb8db18fc4910b118e29ac90d19e1", Text: "The system lost events, as more happened than it keeps. What they may have been about is compared; fs.inotify.max_queued_events sets how many it keeps."},
	NotWatched:  {Name: "not-watched", ID: "1ff5c9b70b324ba1ae49ae3b454f3d31", Text: "A directory cannot be watched. It is polled or tried again; fs.inotify.max_user_watches sets how many can be."},
	Unreachable: {Name: "heartbeat-failed", ID: "fdb00710a41d4cf89b2cbc6f3b1d9ffd", Text: "Whoever is told that all is well could not be reached. Syncs go on."},
}

// Kinds are the descriptions of all kinds but Other.
func Kinds() []Description {
	var all []Description
	for k := Other + 1; k < numKinds; k++ {
		all = append(all, k.Description())
	}
	return all
}

// Description returns what is known of a kind; of Other that is nothing.
func (k Kind) Description() Description {
	d := descriptions[k]
	d.Kind = k
	return d
}
