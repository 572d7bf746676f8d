package core

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/message"
	"lsyncgo/engine/status"
	"lsyncgo/engine/tunnel"
)

// SyncConfig is the definition of one sync, complete and checked.
type SyncConfig struct {
	Name  string
	Place string // file:line of the sync call
	// CodesKey is the key of the table in which exit codes get another meaning; "": exitcodes.
	CodesKey string
	// Source is absolute, symlinks resolved, with one trailing slash.
	Source string
	// Given is the path that the config gives for the source, absolute, from which links may lead to it. Empty: Source.
	Given  string
	Target string // for the status only: the target, or host:targetdir

	Delay        time.Duration // from an event to its action
	MaxDelays    int           // from this length of the FIFO on nothing waits; 0: no limit
	MaxProcesses int           // at least 1

	Flat bool // subdirs = false
	Mode event.Mode
	// KeepMoves: the script knows Move. Otherwise a Move becomes Delete and Create.
	KeepMoves bool
	// Ignores are those of Attrib, Modify, Create and Delete that the script does nothing about.
	Ignores []event.Kind
	// TakesTrees: the script takes a Create with Tree for all that is below the
	// directory. For others every entry of a directory that moved gets a Create of its own.
	TakesTrees bool
	// Mirrors: the work for an Init or Full makes the target equal to the source, so nothing of the sync may run beside it.
	Mirrors bool
	Rules   []filter.Rule
	Actions Actions
	// HardLinks: the script keeps names of one file names of one file.
	HardLinks bool
	// HasInit: an Init event starts the sync. Without it nothing can repair the
	// sync after lost events.
	HasInit bool
	// TellsExisting: the script is told at each startup what there is.
	TellsExisting bool
	// DeletesAtStart: the startup deletes at the target what the source does not have.
	DeletesAtStart bool
	// DeletesLive: the script deletes at the target what is deleted in the source.
	DeletesLive bool
	// MaxDelete is how much may be deleted before the sync is held; nil: no limit.
	MaxDelete *inventory.Limit
	// Digest identifies the definition: a reload leaves a sync with an equal one alone.
	Digest string
	// Monitor is the name of the sync's monitor; empty or "auto": the best one.
	Monitor string
	// PollInterval is how often a monitor that compares listings lists everything; 0: its default.
	PollInterval time.Duration
	// Tunnel has to be ready for the sync to act; nil: none. Syncs with the same one share it.
	Tunnel *tunnel.Config
}

type phase uint8

const (
	queued   phase = iota // waits until syncs that a reload removed have ended
	placing               // its watches are being placed
	running               // watched; what holds it is told by its holds
	stopped               // died; for good
	draining              // removed by a reload; its children are waited for
)

// path is the path of the source as the config gives it.
func (c *SyncConfig) path() string { return cmp.Or(c.Given, c.Source) }

// led reports whether links lead from that path to the source.
func (c *SyncConfig) led() bool {
	return strings.TrimSuffix(c.path(), "/") != strings.TrimSuffix(c.Source, "/")
}

// ended tells of the phases in which nothing is watched any more.
func (p phase) ended() bool { return p == stopped || p == draining }

// Sync is one source with its FIFO and its script: what Lsyncd calls the inlet
// is the methods of this type. They may only be called inside Step or between
// two Steps by the goroutine that owns the Core.
type Sync struct {
	core  *Core
	id    event.RootID
	cfg   SyncConfig
	queue *delay.Queue
	phase phase

	rules  []rule
	filter atomic.Pointer[filter.Set]
	before *rules    // what held before the rules changed in this Step; nil: no change
	judged time.Time // when the last of its work ended: what that did was judged by the rules of then

	running []*Agent // started or about to be, in order of spawning
	waiting []*Agent // of these, spawned while no process slot was free

	script     uint64    // counts the reloads that this sync has outlived
	listing    int       // directories whose content is still to be told
	derived    uint64    // grows with every event that is made of others
	changes    uint64    // grows with everything that may make a ready delay act differently
	quietUntil time.Time // the script left its ready delay alone: do not ask before
	restUntil  time.Time // its script failed, and held up all others: do not ask before, whatever happens
	watchTries int
	watchAt    time.Time // when to try again to watch; zero if not planned
	begun      bool      // its first startup is or was queued
	starting   bool      // the Init event is not done
	startedAt  time.Time // when the last one was done
	awaits     bool      // it is tried again until then

	tunnel         *tunnel.Tunnel // nil before the first Step, and without one
	waitsForTunnel bool           // it was logged that the sync waits for its tunnel

	holds holds
	pause *Pause // nil: none
	// following: the path of the source leads to another directory, and it is being looked whether that can be the source.
	following  bool
	detour     string // where a link leads that took the place of the source
	unlike     bool   // no startup has succeeded since the source is another one
	origin     origin
	accept     func() // takes the target that holds the sync for right
	reason     string // why stopped or degraded, in words
	inspecting uint64 // names the look at a source that is back; 0: none is awaited
	deletions  deletions
	mounts     *mounts
	existing   existing
	persistent persistent
	former     *Sync  // whose place this one takes, of which something is still to be taken over
	inherited  uint64 // up to which position of its FIFO that was done
	arranging  arranging
	dividing   bool   // Moves are being taken apart
	divided    uint64 // up to which position that was done
	scan       scan
	degraded   []string
	failures   uint64 // delays that were given up
	last       *status.Failure
	batch      status.Batch // the newest work that succeeded
}

// maxDegraded bounds the paths that are kept of what was given up.
const maxDegraded = 100

// Config returns the sync's definition; it must not be changed.
func (s *Sync) Config() *SyncConfig { return &s.cfg }

// ID names the sync's root in monitor events.
func (s *Sync) ID() event.RootID { return s.id }

// Ended reports whether the sync does nothing any more, for good.
func (s *Sync) Ended() bool { return s.phase.ended() }

// AgentOf returns the agent of one delay, the same for the same delay until it
// is replaced by another event.
func AgentOf(s *Sync, d *delay.Delay) *Agent {
	if a, ok := d.Data().(*Agent); ok {
		return a
	}
	a := &Agent{Sync: s, Delays: []*delay.Delay{d}}
	d.SetData(a)
	return a
}

// Event returns the first ready event, nil if there is none. It is the same
// one until it is spawned for or discarded.
func (s *Sync) Event() *Agent {
	d := s.queue.Next(s.core.now)
	if d == nil || s.rests() || separate(d.Kind) {
		return nil
	}
	return AgentOf(s, d)
}

// maxList bounds what one agent acts on. To list, activate and remove that many takes some hundredths of a second, for which
// a status request has to wait; a script that starts a process for each list does so seldom enough.
const maxList = 10_000

// Events returns all events that nothing active, held back or left out is in
// front of, as one list of at most maxList, nil if there are none. A nil test takes all. A test that leaves very many out is asked about
// the next of them when the action is called for the next time, in the next Step.
func (s *Sync) Events(test func(*Agent) Choice) *Agent {
	var choose func(*delay.Delay) delay.Choice
	if test != nil {
		choose = func(d *delay.Delay) delay.Choice { return test(AgentOf(s, d)) }
	}
	if s.rests() {
		return nil
	}
	ds := s.scan.collect(s.queue, s.core.now, choose)
	if len(ds) == 0 {
		return nil
	}
	return &Agent{Sync: s, List: true, Delays: ds}
}

var (
	errGone     = errors.New("the event is done already: it was discarded, or its process has ended")
	errActive   = errors.New("a process runs for this event already")
	errEnded    = errors.New("the sync has ended")
	errStopping = errors.New("lsyncgo is stopping and starts nothing new")
)

// free reports why an agent cannot be spawned for or discarded, nil if it can.
func (a *Agent) free(s *Sync) error {
	if a.Sync != s {
		return fmt.Errorf("the event belongs to sync %q", a.Sync.cfg.Name)
	}
	for _, d := range a.Delays {
		switch {
		case !d.Queued():
			return errGone
		case d.Status() == delay.Active:
			return errActive
		case d.Status() == delay.Block && !a.List:
			return errors.New("the event waits for an older one")
		}
	}
	return nil
}

// Script returns what SetScript has kept: the Lua value of this agent. It is nil for a fresh agent and again after a reload.
func (a *Agent) Script() any {
	if a.script != a.Sync.script {
		return nil
	}
	return a.value
}

// SetScript keeps a value with the agent.
func (a *Agent) SetScript(v any) { a.value, a.script = v, a.Sync.script }

// Status is the status of the agent's first delay.
func (a *Agent) Status() delay.Status { return a.Delays[0].Status() }

// Kind is the kind of the agent's first delay.
func (a *Agent) Kind() event.Kind { return a.Delays[0].Kind }

// Tries counts the attempts that failed so far.
func (a *Agent) Tries() int {
	tries := 0
	for _, d := range a.Delays {
		tries = max(tries, d.Tries())
	}
	return tries
}

// String names the agent in messages: its event, or how many.
func (a *Agent) String() string {
	if len(a.Delays) > 1 {
		return fmt.Sprintf("%d events (first: %s)", len(a.Delays), describe(a.Delays[0]))
	}
	return describe(a.Delays[0])
}

func describe(d *delay.Delay) string {
	switch d.Kind {
	case event.Init, event.Blanket, event.EndExist:
		return d.Kind.String()
	case event.Move:
		return fmt.Sprintf("%s %q to %q", d.Kind, d.Path(), d.Dest())
	}
	return fmt.Sprintf("%s %q", d.Kind, d.Path())
}

// Discard takes an event, or all of a list, off the FIFO.
func (s *Sync) Discard(a *Agent) error {
	if err := a.free(s); err != nil {
		return fmt.Errorf("discard %s: %w", a, err)
	}
	s.through(a)
	s.finish(a)
	return nil
}

// Spawn starts work for the agent and makes its delays active. If all process
// slots are taken, the work starts as soon as one is free.
func (s *Sync) Spawn(a *Agent, w Work) error {
	switch err := s.mayBegin(a); {
	case errors.Is(err, errStopping):
		return errStopping
	case errors.Is(err, errActive) && a.occupied(): // the job hands it over
	case err != nil:
		return fmt.Errorf("spawn for %s: %w", a, err)
	default:
		s.activate(a)
	}
	a.work = w
	s.waiting = append(s.waiting, a)
	s.changes++
	s.core.startWaiting()
	if s.core.log.Enabled("Debug") && slices.Contains(s.waiting, a) {
		s.log("Debug", a, " waits for a process slot; ", s.core.running, " processes run")
	}
	return nil
}

// Blanket puts a Blanket event at the end of the FIFO: what comes later waits for it.
func (s *Sync) Blanket() *Agent {
	return AgentOf(s, s.addUncombined(event.Blanket, ""))
}

// Full puts a Full event for path at the end of the FIFO; it neither waits nor is waited for.
func (s *Sync) Full(path string) *Agent {
	return AgentOf(s, s.addUncombined(event.Full, path))
}

func (s *Sync) addUncombined(k event.Kind, path string) *delay.Delay {
	s.changes++
	return s.queue.AddUncombined(k, path, s.core.now)
}

// begin has the sync start, or start anew, as it is not known what happened.
func (s *Sync) begin() {
	s.init()
	if s.cfg.TellsExisting {
		s.existing.due, s.existing.telling = true, true
	}
	s.begun = true
}

// init puts the Init event into the FIFO, so that everything after it waits.
func (s *Sync) init() {
	if s.cfg.HasInit && !s.starting {
		s.starting = true
		s.addUncombined(event.Init, "")
	}
}

// finish takes the agent's delays off the FIFO.
func (s *Sync) finish(a *Agent) {
	for _, d := range a.Delays {
		s.queue.Remove(d)
		switch d.Kind {
		case event.Init:
			s.starting = false
			s.deletions.approved, s.deletions.empty = false, false
		case event.Full:
			s.deletions.approved = s.deletions.approved && s.starting
		case event.EndExist:
			s.existing.telling = s.existing.due || s.existing.listing
		}
	}
	s.changes++
}

// log logs a message about the sync.
func (s *Sync) log(category string, args ...any) { s.tell(message.Other, category, args...) }

// tell logs a message of a kind about the sync.
func (s *Sync) tell(kind message.Kind, category string, args ...any) {
	s.tellOf(&message.Fields{Kind: kind}, category, args...)
}

// tellOf logs a message about the sync, and what f says besides.
func (s *Sync) tellOf(f *message.Fields, category string, args ...any) {
	f.Sync = s.cfg.Name
	s.core.log.Log(category, append([]any{f, s.cfg.Name, ": "}, args...)...)
}

// ended are the fields of a message about the agent's end.
func (a *Agent) ended(kind message.Kind, r Result) *message.Fields {
	f := a.fields(kind)
	f.Batch, f.Files, f.Bytes = uint64(a.proc), r.Copied.Files, r.Copied.Bytes
	f.Duration, f.Ended, f.Exit = a.Sync.core.now.Sub(a.begun), true, r.Code
	return f
}

// fields are those of a message about the agent.
func (a *Agent) fields(kind message.Kind) *message.Fields {
	first := a.Delays[0]
	f := &message.Fields{Kind: kind, Event: first.Kind.String(), Events: len(a.Delays)}
	if first.Kind <= event.Move || first.Kind == event.Full {
		f.Path = strings.TrimSuffix(a.Sync.cfg.Source, "/") + "/" + strings.TrimPrefix(first.Path(), "/")
	}
	return f
}
