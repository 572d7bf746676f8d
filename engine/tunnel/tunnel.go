// Package tunnel keeps the processes of a tunnel up, such as ssh with a forwarded
// port, and says which of them a transfer shall use. Like core it is a value machine: Step
// takes the time and one input and returns what has to be done; it reads no clock,
// opens nothing and starts nothing itself.
package tunnel

import (
	"slices"
	"time"

	"lsyncgo/engine/status"
	"lsyncgo/engine/work"
)

// Input is what happened outside. One of work.Reserved, work.Exited, Tick, Stop.
type Input any

// Tick says that the time of Alarm may have come.
type Tick struct{}

// Stop ends all processes for good; when they have ended, Gone is true.
type Stop struct{}

// Deps are what a tunnel needs of the machine that it is a part of.
type Deps struct {
	NewID func() work.ID
	// Backoff is the wait after so many failures in a row.
	Backoff func(first time.Duration, tries int) time.Duration
	Log     func(category string, args ...any)
}

// Tunnel is one tunnel. Its methods may only be called by one goroutine.
type Tunnel struct {
	cfg  *Config
	deps Deps
	now  time.Time

	processes []*process
	turn      int              // the process that is handed out next
	orphans   map[work.ID]bool // checks that were killed, until they have ended
	begun     bool
	stopping  bool

	commands []work.Command
}

// New returns a tunnel without processes; the first Step starts them.
func New(cfg *Config, deps Deps) *Tunnel {
	t := &Tunnel{cfg: cfg, deps: deps, orphans: map[work.ID]bool{}}
	for range max(cfg.Parallel, 1) {
		t.processes = append(t.processes, &process{})
	}
	return t
}

// Config returns the definition; it must not be changed.
func (t *Tunnel) Config() *Config { return t.cfg }

// Adopt takes over a new Config with the same Digest.
func (t *Tunnel) Adopt(cfg *Config) { t.cfg = cfg }

// Step takes one input at time now and returns what has to be done about it, in order.
func (t *Tunnel) Step(now time.Time, in Input) []work.Command {
	t.now = now
	switch in := in.(type) {
	case work.Reserved:
		t.reserved(in)
	case work.Exited:
		t.ended(in)
	case Stop:
		t.stop()
	}
	if !t.stopping {
		t.begun = true
		for _, p := range t.processes {
			t.keep(p)
		}
	}
	commands := t.commands
	t.commands = nil
	return commands
}

func (t *Tunnel) do(cmd work.Command) { t.commands = append(t.commands, cmd) }

func (t *Tunnel) log(category string, args ...any) {
	t.deps.Log(category, append([]any{"tunnel ", t.cfg.Name, ": "}, args...)...)
}

// Alarm returns the time at which Step wants a Tick; ok is false if only an
// input can bring it further.
func (t *Tunnel) Alarm() (at time.Time, ok bool) {
	if t.stopping {
		return at, false
	}
	for _, p := range t.processes {
		for _, due := range t.due(p) {
			if !ok || due.Before(at) {
				at, ok = due, true
			}
		}
	}
	return at, ok
}

// Ready reports whether a process is ready.
func (t *Tunnel) Ready() bool { return t.ready() > 0 }

func (t *Tunnel) ready() (n int) {
	for _, p := range t.processes {
		if p.state == up {
			n++
		}
	}
	return n
}

// Next returns the end of the next ready process, each in turn; ok is false if none is ready.
func (t *Tunnel) Next() (end End, ok bool) {
	for range t.processes {
		p := t.processes[t.turn%len(t.processes)]
		t.turn++
		if p.state == up {
			return p.end, true
		}
	}
	return End{}, false
}

// Leads reports whether a ready process has this end.
func (t *Tunnel) Leads(end End) bool {
	return slices.ContainsFunc(t.processes, func(p *process) bool { return p.state == up && p.end == end })
}

// Begun reports whether it has had a Step that could start something.
func (t *Tunnel) Begun() bool { return t.begun }

// Stopping reports whether it was told to stop.
func (t *Tunnel) Stopping() bool { return t.stopping }

// Gone reports whether nothing of it runs.
func (t *Tunnel) Gone() bool {
	return len(t.orphans) == 0 && !slices.ContainsFunc(t.processes, func(p *process) bool { return p.id != 0 })
}

// Failing reports that the newest attempt of some process failed.
func (t *Tunnel) Failing() bool {
	return slices.ContainsFunc(t.processes, func(p *process) bool { return p.last != nil })
}

// Down reports that the newest attempt of every process failed.
func (t *Tunnel) Down() bool {
	return len(t.processes) > 0 && !slices.ContainsFunc(t.processes, func(p *process) bool { return p.last == nil })
}

// Snapshot tells what the tunnel is doing.
func (t *Tunnel) Snapshot() status.Tunnel {
	v := status.Tunnel{Name: t.cfg.Name, Ready: t.ready(), Wanted: len(t.processes)}
	for _, p := range t.processes {
		if p.state != down && p.state != reserving {
			v.Running = append(v.Running, status.Process{Describe: p.work.Describe(), Since: p.since})
		}
		if p.last != nil && (v.LastError == nil || p.last.When.After(v.LastError.When)) {
			v.LastError = p.last
		}
	}
	return v
}
