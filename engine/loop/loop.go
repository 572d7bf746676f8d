// Package loop is the only select of the engine. One goroutine, Run, owns the
// core, and with it the scripts: it feeds what monitors, children, timers and
// other goroutines report to core.Step and carries out the commands.
package loop

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/inventory"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/mount"
	"lsyncgo/engine/processors"
)

// Runner runs what core starts. Start must not block; every Start is answered
// by one Exited, also if it failed.
type Runner interface {
	Start(id core.ProcID, w core.Work)
	Kill(id core.ProcID)
	Exits() <-chan core.Exited
}

// Options are the parts that a loop connects. Core, Runner and Monitor are required.
type Options struct {
	Core    *core.Core
	Runner  Runner
	Monitor monitor.Monitor
	Log     core.Log // of events, in the category Inotify, and of turns, in Masterloop; nil: nothing

	// Look looks at a source and its target, which may take as long as a file system takes to answer; guard.Look.
	// Nil trusts them all.
	Look func(source, target string) core.Seen
	// Count looks what a source has, for syncs with MaxDelete; guard.Count. Without such a sync it may be nil.
	Count func(ctx context.Context, source string, flat bool, excluded func(path string) bool) (*inventory.Inventory, error)

	// Follow answers core.Follow in three parts: itself on the loop's goroutine, what it returns beside the loop, as that may take as
	// long as a file system takes to answer, and what that returns on the loop's goroutine again. Nil: no path ever leads elsewhere.
	Follow func(root event.RootID, source string) (look func() (take func()))

	// Ready is called once, when every sync is watched or has said why it is not.
	Ready func()
	// Changed is called after each step that had a cause other than itself and
	// returns when it wants to be called again although nothing happens (zero:
	// never). The status file hangs here.
	Changed func(now time.Time) (again time.Time)
	// Alive is called about every AliveEvery, unless the loop is stuck: the service
	// manager's watchdog. Zero: never, and an idle loop sleeps.
	Alive      func()
	AliveEvery time.Duration
	// Processors decides how many are used; nil: nobody.
	Processors *processors.Set
}

// Loop connects one Core with the outside.
type Loop struct {
	o       Options
	answers chan core.Input // to commands that are carried out beside the loop
	stops   chan core.Stop
	posts   chan func()
	asks    chan func()   // as posts, but somebody waits for the answer
	done    chan struct{} // closed when Run returns

	roots   map[event.RootID]context.CancelFunc // watches that are being placed or in force
	sources map[event.RootID]string             // their paths
	placing sync.WaitGroup
	endings []ending // in order
	backlog backlog

	exit *core.Exit
}

// ending is a process that has ended, or a Sweep. Core hears of it when it has heard of all that had happened by then: what the
// process did is judged as things were while it ran, whatever is decided about its end.
type ending struct {
	core.Input
	heard <-chan struct{}
}

// New returns a loop that Run starts.
func New(o Options) *Loop {
	return &Loop{
		o:       o,
		answers: make(chan core.Input),
		stops:   make(chan core.Stop),
		posts:   make(chan func()),
		asks:    make(chan func()),
		done:    make(chan struct{}),
		roots:   map[event.RootID]context.CancelFunc{},
		sources: map[event.RootID]string{},
	}
}

// Stop asks the engine to end; see core.Stop. Any goroutine may call it.
func (l *Loop) Stop(s core.Stop) {
	select {
	case l.stops <- s:
	case <-l.done:
	}
}

// Run runs the engine until a command ends it, and returns that command. A
// done ctx ends it as Stop would with exit code 0. When it returns, all its own
// goroutines have ended; Runner and Monitor still have to be closed.
func (l *Loop) Run(ctx context.Context) core.Exit {
	watching, cancel := context.WithCancel(ctx)
	defer l.placing.Wait()
	defer close(l.done)
	defer cancel()

	timer := time.NewTimer(0)
	defer timer.Stop()
	ended := ctx.Done()
	var again, alive time.Time
	trace := newTrace(l.o)
	asked := false // in the turn before
	for in := core.Input(core.Tick{}); l.exit == nil; {
		now := time.Now()
		l.o.Processors.Look(now)
		if in != nil {
			again = l.step(watching, now, in)
		}
		if l.exit != nil {
			break
		}
		if l.o.AliveEvery > 0 && now.Sub(alive) >= l.o.AliveEvery {
			alive = now
			l.o.Alive()
		}
		wait := l.untilAlarm(again)
		trace.waits(now, wait)
		timer.Reset(wait)
		var why string
		if asked = !asked && l.answer(); asked {
			in = core.Tick{}
			trace.woke(in, "a request")
			continue
		}
		select {
		case <-ended:
			ended = nil
			in = core.Stop{Why: "asked to end"}
		case <-timer.C:
			in, why = core.Tick{}, "its alarm"
		case f := <-l.posts:
			l.between(f)
			in, why = core.Tick{}, "a message"
		case f := <-l.asks:
			l.between(f)
			in, why, asked = core.Tick{}, "a request", true
		case batch, ok := <-l.events():
			if !ok {
				return core.Exit{Code: 255, Why: "the monitor has ended"}
			}
			l.log(batch)
			l.backlog = backlog(batch)
			in = l.backlog.next()
		case <-l.backlog.more():
			in = l.backlog.next()
		case x := <-l.o.Runner.Exits():
			l.endings = append(l.endings, ending{x, l.o.Monitor.Mark()})
			in = nil
		case <-l.heard():
			in = l.endings[0].Input
			l.endings = l.endings[1:]
		case in = <-l.answers:
			if _, ok := in.(core.Swept); ok && len(l.backlog) > 0 {
				l.endings = append(l.endings, ending{in, ready})
				in = nil
			}
		case s := <-l.stops:
			in = s
		}
		trace.woke(in, why)
	}
	return *l.exit
}

// step lets core take in what happened and does what it says. It returns when Changed wants to be called again.
func (l *Loop) step(ctx context.Context, now time.Time, in core.Input) (again time.Time) {
	for _, cmd := range l.o.Core.Step(now, in) {
		l.carryOut(ctx, cmd)
	}
	if l.o.Changed == nil {
		return time.Time{}
	}
	return l.o.Changed(now)
}

// heard is closed when the end of the first process that has ended can be handed in; nil: there is none.
func (l *Loop) heard() <-chan struct{} {
	if len(l.endings) == 0 || len(l.backlog) > 0 {
		return nil
	}
	return l.endings[0].heard
}

// never is a wait for loops without an alarm; it is long, but valid for a timer.
const never = 24 * time.Hour

func (l *Loop) untilAlarm(again time.Time) time.Duration {
	wait := never
	if at, ok := l.o.Core.Alarm(); ok {
		wait = min(wait, time.Until(at))
	}
	if !again.IsZero() {
		wait = min(wait, time.Until(again))
	}
	if l.o.AliveEvery > 0 {
		wait = min(wait, l.o.AliveEvery)
	}
	return max(wait, 0)
}

func (l *Loop) carryOut(ctx context.Context, cmd core.Command) {
	switch cmd := cmd.(type) {
	case core.Start:
		l.o.Runner.Start(cmd.Proc, cmd.Work)
	case core.Kill:
		l.o.Runner.Kill(cmd.Proc)
	case core.Reserve:
		l.reserve(ctx, cmd)
	case core.Watch:
		l.o.Processors.Need()
		l.watch(ctx, cmd)
	case core.Follow:
		l.follow(ctx, cmd)
	case core.Inspect:
		l.inspect(ctx, cmd)
	case core.Count:
		l.o.Processors.Need()
		l.count(ctx, cmd)
	case core.Relist:
		l.o.Monitor.Relist(cmd.Root, cmd.Path, monitor.Want{Hidden: cmd.Hidden, Seen: cmd.Seen, Existing: cmd.Existing})
	case core.Sweep:
		l.sweep(ctx, cmd)
	case core.Unwatch:
		l.unwatch(cmd.Root)
	case core.Ready:
		if l.o.Ready != nil {
			l.o.Ready()
		}
	case core.Exit:
		l.exit = &cmd
	}
}

// watch places the watches of a source beside the loop: a large tree takes seconds.
func (l *Loop) watch(ctx context.Context, cmd core.Watch) {
	ctx, cancel := context.WithCancel(ctx)
	l.roots[cmd.Root], l.sources[cmd.Root] = cancel, cmd.Source
	root := monitor.Root{ID: cmd.Root, Path: cmd.Source, Name: cmd.Given, Backend: cmd.Monitor, PollInterval: cmd.PollInterval, Flat: cmd.Flat,
		Mode: cmd.Mode, Links: cmd.HardLinks, Signatures: cmd.Signatures, Slack: cmd.Slack, Excluded: cmd.Excluded, Mounts: cmd.Mounts, Raw: cmd.Raw}
	l.placing.Go(func() {
		w := core.Watched{Root: root.ID}
		if cmd.Resolve {
			root.Path, w.Err = resolved(cmd.Source)
		}
		if w.Err == nil {
			w.Err = l.o.Monitor.Watch(ctx, root)
		}
		if w.Err == nil {
			w.Unmounted = mount.Missing(root.Path, root.Mounts)
		}
		if w.Err == nil && l.o.Look != nil && cmd.Raw == nil && !cmd.Resolve {
			seen := l.o.Look(cmd.Source, cmd.Target)
			w.Seen = &seen
		}
		select {
		case l.answers <- w:
		case <-ctx.Done():
		}
	})
}

// resolved is a directory without symbolic links on the way to it, with a slash at the end.
func resolved(dir string) (string, error) {
	path, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", fmt.Errorf("watch %s: %w", dir, err)
	}
	return strings.TrimSuffix(path, "/") + "/", nil
}

func (l *Loop) follow(ctx context.Context, cmd core.Follow) {
	if l.o.Follow == nil {
		return
	}
	look := l.o.Follow(cmd.Root, cmd.Source)
	l.placing.Go(func() { l.Post(ctx, look()) })
}

// count looks what a source has beside the loop: it takes as long as a listing of the tree.
func (l *Loop) count(ctx context.Context, cmd core.Count) {
	l.placing.Go(func() {
		n := core.Counted{Root: cmd.Root, Number: cmd.Number}
		n.Inventory, n.Err = l.o.Count(ctx, cmd.Source, cmd.Flat, cmd.Excluded)
		select {
		case l.answers <- n:
		case <-ctx.Done():
		}
	})
}

// inspect looks beside the loop at a source that is back.
func (l *Loop) inspect(ctx context.Context, cmd core.Inspect) {
	l.placing.Go(func() {
		in := core.Inspected{Root: cmd.Root, Number: cmd.Number}
		if l.o.Look != nil {
			seen := l.o.Look(cmd.Source, cmd.Target)
			in.Seen = &seen
		}
		select {
		case l.answers <- in:
		case <-ctx.Done():
		}
	})
}

// log says what the monitor has reported, in the category that is called after its first kind.
func (l *Loop) log(batch []event.Event) {
	if l.o.Log == nil || !l.o.Log.Enabled("Inotify") {
		return
	}
	names := map[event.RootID]string{} // of syncs, whose other receivers have none
	for _, s := range l.o.Core.Syncs() {
		names[s.ID()] = s.Config().Name + ": "
	}
	for _, e := range batch {
		source, known := l.sources[e.Root]
		if !known || e.Kind == event.Untouched { // whose receiver logs it
			continue
		}
		text := fmt.Sprint(names[e.Root], e.Kind, " ", source, e.Path)
		if e.Kind == event.Move {
			text += " to " + source + e.Dest
		}
		l.o.Log.Log("Inotify", text)
	}
}

// sweep has the monitor look at everything beside the loop, which takes as long as a listing where the system tells nothing.
func (l *Loop) sweep(ctx context.Context, cmd core.Sweep) {
	told := monitor.Sweep(l.o.Monitor)
	l.placing.Go(func() {
		select {
		case <-told:
		case <-ctx.Done():
			return
		}
		select {
		case l.answers <- core.Swept(cmd):
		case <-ctx.Done():
		}
	})
}

func (l *Loop) unwatch(id event.RootID) {
	if cancel := l.roots[id]; cancel != nil {
		cancel()
		delete(l.roots, id)
		delete(l.sources, id)
	}
	l.o.Monitor.Unwatch(id)
}
