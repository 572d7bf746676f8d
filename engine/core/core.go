package core

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/task"
	"lsyncgo/engine/tunnel"
)

// Settings are what holds for all syncs.
type Settings struct {
	MaxProcesses int  // over all syncs; 0: no limit
	Insist       bool // a startup that fails is tried again
	OnePass      bool // end when every startup is done
	OnDieStop    bool // a verdict of Die ends the sync, not the program
	// ShutdownTimeout is how long jobs that act on events of syncs may take to end, when the program ends.
	ShutdownTimeout time.Duration
	DryRun          bool // tunnels are not started and count as ready
	// Resume returns the command that lets a sync of this name go on, as a user would type it. Nil: it names no daemon.
	Resume func(name string) string
	// NewTaskID makes the IDs of tasks. Nil numbers them.
	NewTaskID func() task.ID
}

// Core is the machine. Its methods may only be called by one goroutine.
type Core struct {
	settings Settings
	log      Log
	now      time.Time

	syncs     []*Sync
	receivers map[event.RootID]Receiver
	jobs      map[*Agent]struct{} // that act on agents of syncs
	draining  int                 // syncs removed by a reload that still have children
	nextID    event.RootID
	counts    uint64 // Count commands so far
	sweeps    uint64 // Sweep commands so far
	arrivals  []*arrival
	looks     uint64 // Inspect commands so far
	turn      int    // the sync that is asked first in the next round

	owners   map[ProcID]Owner // of what was started, or has a port reserved
	turns    turns
	running  int // of these, started and not serving others
	nextProc ProcID
	tunnels  []*tunnel.Tunnel

	tasks     tasks
	timers    timerHeap
	nextTimer uint64

	commands []Command
	more     bool     // a round was cut short
	failed   []*Agent // whose scripts have failed in the last Step
	ready    bool
	stops    int
	exitCode int
	exitWhy  string
	exited   bool
}

// New returns a machine without syncs.
func New(settings Settings, log Log) *Core {
	return &Core{settings: settings, log: log, receivers: map[event.RootID]Receiver{}, owners: map[ProcID]Owner{}, jobs: map[*Agent]struct{}{},
		turns: turns{waiting: map[ProcID]turn{}}, tasks: newTasks(settings.NewTaskID)}
}

// Add adds a sync. The first Step after it asks for its watch. The error names
// a filter rule that cannot be used.
func (c *Core) Add(cfg SyncConfig) (*Sync, error) {
	s, err := c.make(cfg)
	if err == nil {
		c.syncs = append(c.syncs, s)
	}
	return s, err
}

func (c *Core) make(cfg SyncConfig) (*Sync, error) {
	cfg.MaxProcesses = max(cfg.MaxProcesses, 1)
	s := &Sync{core: c, cfg: cfg, queue: delay.New(cfg.MaxDelays), mounts: &mounts{}, persistent: newPersistent()}
	s.queue.Ignore(cfg.Ignores)
	rules := make([]rule, len(cfg.Rules))
	for i, r := range cfg.Rules {
		rules[i] = rule{Rule: r}
	}
	if err := s.setRules(rules); err != nil {
		return nil, fmt.Errorf("%s: sync %q: %w", cfg.Place, cfg.Name, err)
	}
	s.id = c.Register(s)
	return s, nil
}

// Syncs returns the syncs in the order of the config.
func (c *Core) Syncs() []*Sync { return c.syncs }

// Pending counts the events of all syncs that are not done yet.
func (c *Core) Pending() (n int) {
	for _, s := range c.syncs {
		n += s.queue.Len()
	}
	return n
}

// Now is the time of the Step in progress, or of the last one or Wake.
func (c *Core) Now() time.Time { return c.now }

// Wake tells the time to what is called between two Steps: the last one may have been long ago.
func (c *Core) Wake(now time.Time) {
	if now.After(c.now) {
		c.now = now
	}
}

// Step takes one input at time now and returns what has to be done about it, in order.
func (c *Core) Step(now time.Time, in Input) []Command {
	c.Wake(now)
	c.afterFailures()
	switch in := in.(type) {
	case Events:
		c.events(in)
	case Exited:
		c.ended(in)
	case Watched:
		c.watched(in)
	case Inspected:
		c.inspected(in)
	case Counted:
		c.counted(in)
	case Reserved:
		c.reserved(in)
	case Swept:
		c.swept(in)
	case Stop:
		c.stop(in)
	}
	if !c.shuttingDown() {
		c.endPauses()
		c.place()
		c.goOn()
		c.tend()
		c.fireTimers()
		c.runTasks()
		c.startWaiting()
		c.rounds()
		c.reveal()
	} else if !c.exited {
		c.fireTimers()
		c.runTasks()
	}
	c.settleArrivals()
	c.finished()
	commands := c.commands
	c.commands = nil
	return commands
}

func (c *Core) do(cmd Command) {
	if !c.exited {
		c.commands = append(c.commands, cmd)
	}
}

func (c *Core) events(list Events) {
	if c.shuttingDown() {
		return
	}
	for _, e := range list {
		if r := c.receivers[e.Root]; r != nil {
			r.Receive(e)
		}
	}
}

// Alarm returns the time at which Step wants a Tick; ok is false if only an
// input can bring it further.
func (c *Core) Alarm() (at time.Time, ok bool) {
	if c.exited {
		return time.Time{}, false
	}
	earliest := func(t time.Time) {
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if len(c.timers) > 0 {
		earliest(c.timers[0].at)
	}
	if t, waits := c.tasks.set.Alarm(); waits {
		earliest(t)
	}
	if c.tasks.set.Pending() {
		earliest(c.now)
	}
	if c.shuttingDown() {
		return at, ok
	}
	if c.more || slices.ContainsFunc(c.syncs, (*Sync).inParts) {
		return c.now, true
	}
	for _, t := range c.tunnels {
		if at, ok := t.Alarm(); ok && !c.settings.DryRun && c.mayBegin(t) {
			earliest(at)
		}
	}
	for _, s := range c.syncs {
		if !s.watchAt.IsZero() {
			earliest(s.watchAt)
		}
		if s.pause != nil && !s.pause.Until.IsZero() {
			earliest(s.pause.Until)
		}
		if s.persistent.any() && s.retriesPersistent() {
			earliest(s.persistent.at)
		}
		if !s.canAct() || c.full() {
			continue
		}
		if t, ok := s.queue.NextAlarm(); ok {
			earliest(s.notBefore(t))
		}
	}
	return at, ok
}

// shuttingDown reports whether the end has begun: nothing new is started.
func (c *Core) shuttingDown() bool { return c.stops > 0 || c.exited }

// Terminate ends the program with this exit code at once.
func (c *Core) Terminate(code int, why string) { c.exit(code, why) }

func (c *Core) exit(code int, why string) { c.end(Exit{Code: code, Why: why}) }

func (c *Core) end(exit Exit) {
	c.do(exit)
	c.exited = true
}

func (c *Core) stop(in Stop) {
	c.stops++
	switch c.stops {
	case 1:
		c.exitCode, c.exitWhy = in.Code, in.Why
		c.beginEnd()
		if left := c.unended(); left != "" {
			c.log.Log("Normal", in.Why, ": waiting for ", left, "; once more ends them")
		}
	case 2:
		c.log.Log("Normal", in.Why, ": ending ", cmp.Or(c.unended(), processes(0)))
		c.tasks.set.Abandon(c.now)
		c.killJobs(nil)
		c.killAll()
	default:
		c.exit(in.Code, in.Why)
	}
}

// beginEnd drops work that was never started, and what would only lead to more. Tasks and their jobs go on for a while.
func (c *Core) beginEnd() {
	for _, s := range c.syncs {
		s.waiting = nil
	}
	c.keepTimers(func(t *Timer) bool { return t.owner.lasting })
	c.tasks.set.Stop(c.now)
	c.limitJobs()
}

// unended says what the end waits for; "": nothing.
func (c *Core) unended() string {
	var left []string
	if c.running > 0 {
		left = append(left, processes(c.running))
	}
	for _, what := range []struct {
		n    int
		name string
	}{{c.pendingTasks(), " task"}, {len(c.jobs), " job"}} {
		switch what.n {
		case 0:
		case 1:
			left = append(left, "1"+what.name)
		default:
			left = append(left, fmt.Sprint(what.n, what.name, "s"))
		}
	}
	return strings.Join(left, " and ")
}

// finished ends the program when nothing is left to wait for.
func (c *Core) finished() {
	if !c.shuttingDown() && c.settings.OnePass {
		c.onePass()
	}
	if c.stops > 0 && !c.exited && c.running == 0 && len(c.jobs) == 0 && c.pendingTasks() == 0 && c.endTunnels() {
		c.exit(c.exitCode, c.exitWhy)
	}
}
