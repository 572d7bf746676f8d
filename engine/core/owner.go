package core

import (
	"maps"
	"slices"

	"lsyncgo/engine/event"
	"lsyncgo/engine/work"
)

// Owner is who has a piece of work run: a sync's agent, a tunnel, and whatever else needs a process or a job.
type Owner interface {
	// Ended takes in how a piece of its work ended. Core has forgotten that work by then.
	Ended(in Exited)
	// Serves reports that the work is kept up for other work. Such work takes no process slot, and the end of the program does
	// not wait for it: its owner ends it when all other work has ended.
	Serves() bool
}

// portOwner is an owner that asks for ports.
type portOwner interface {
	Owner
	Reserved(in Reserved)
}

// Receiver is who the events of a root are for: a sync, and whatever else watches a tree.
type Receiver interface {
	// Receive takes in what the root's monitor reports, in order, from the Watch command on.
	Receive(e event.Event)
	// Watched takes in how the Watch command ended. After an error nothing is watched; the receiver may ask for it again.
	Watched(in Watched)
	// Placing reports whether nobody knows yet whether the root can be watched. The engine is not ready before.
	Placing() bool
}

// Register gives a receiver a root of its own. Watch begins to watch a tree for it.
func (c *Core) Register(r Receiver) event.RootID {
	id := c.nextID
	c.nextID++
	c.receivers[id] = r
	return id
}

// Watch asks the monitor to watch a tree for a registered receiver, who hears through Watched how that went and may then call
// it again.
func (c *Core) Watch(w Watch) {
	if c.receivers[w.Root] != nil && !c.shuttingDown() {
		c.do(w)
	}
}

// Relist asks the monitor for Create events for what is below a directory of a root now, and for a Listed event after them.
func (c *Core) Relist(id event.RootID, dir string) {
	if c.receivers[id] != nil {
		c.do(Relist{Root: id, Path: dir})
	}
}

// Release ends the watching of a root, and its receiver hears nothing more.
func (c *Core) Release(id event.RootID) {
	if c.receivers[id] != nil {
		delete(c.receivers, id)
		c.do(Unwatch{Root: id})
	}
}

// Run starts a piece of work for its owner and returns its name. It starts it at once, whether a process slot is
// free or not. The error says that the end has begun: nothing new is started, but by a LastingOwner, who may
// until the end was asked for twice.
func (c *Core) Run(o Owner, w Work) (ProcID, error) {
	if !c.mayRun(o) {
		return 0, errStopping
	}
	return c.run(o, w), nil
}

// mayRun reports whether an owner may have something started.
func (c *Core) mayRun(o Owner) bool {
	_, lasts := o.(LastingOwner)
	return !c.shuttingDown() || lasts && !c.exited && c.stops == 1
}

func (c *Core) run(o Owner, w Work) ProcID {
	id := c.newProc()
	c.carry(o, Start{Proc: id, Work: w})
	return id
}

// maxInTurn is how many pieces of work RunInTurn has run at once unless MaxProcesses says so: a burst of events must not
// take all processes of the machine.
const maxInTurn = 64

// turns is work that waits for its turn.
type turns struct {
	order   []ProcID // also of those that are not in waiting any more
	waiting map[ProcID]turn
}

type turn struct {
	owner Owner
	work  Work
}

// RunInTurn is Run for work of which there may be any amount: it starts as soon as there is a slot, in the order of the calls.
// Work that is killed before it has begun ends with Kill.
func (c *Core) RunInTurn(o Owner, w Work) (ProcID, error) {
	if !c.mayRun(o) {
		return 0, errStopping
	}
	id := c.newProc()
	c.turns.waiting[id] = turn{o, w}
	c.turns.order = append(c.turns.order, id)
	c.takeTurns()
	return id, nil
}

// takeTurns starts what has a slot now.
func (c *Core) takeTurns() {
	most := c.settings.MaxProcesses
	if most == 0 {
		most = maxInTurn
	}
	for len(c.turns.order) > 0 && c.running < most {
		id := c.turns.order[0]
		c.turns.order = c.turns.order[1:]
		if next, ok := c.turns.waiting[id]; ok {
			delete(c.turns.waiting, id)
			c.carry(next.owner, Start{Proc: id, Work: next.work})
		}
	}
}

// Kill has a piece of work ended that runs; its owner hears of its end. Of what has ended already nothing happens.
func (c *Core) Kill(id ProcID) {
	if w, waits := c.turns.waiting[id]; waits {
		delete(c.turns.waiting, id)
		w.owner.Ended(Exited{Proc: id, Result: Result{Code: killedEarly, Signal: killedEarly - 128}})
	} else if c.owners[id] != nil {
		c.do(Kill{Proc: id})
	}
}

// Running counts the processes and jobs that run now, save for those that serve others.
func (c *Core) Running() int { return c.running }

func (c *Core) newProc() ProcID {
	c.nextProc++
	return c.nextProc
}

// carry passes on what an owner asks for, and remembers whom the answer is for.
func (c *Core) carry(o Owner, cmd work.Command) {
	switch cmd := cmd.(type) {
	case Start:
		c.owners[cmd.Proc] = o
		if !o.Serves() {
			c.running++
		}
	case Reserve:
		c.owners[cmd.Proc] = o
	}
	c.do(cmd)
}

// ended tells the owner of a piece of work that it has ended.
func (c *Core) ended(in Exited) {
	o := c.owners[in.Proc]
	if o == nil {
		return
	}
	delete(c.owners, in.Proc)
	if !o.Serves() {
		c.running--
	}
	o.Ended(in)
	c.takeTurns()
}

// killedEarly is the exit code of work that was killed before it began: as after SIGTERM.
const killedEarly = 128 + 15

// reserved gives an owner the port that it asked for. What it starts there then is its work again.
func (c *Core) reserved(in Reserved) {
	if o, ok := c.owners[in.Proc].(portOwner); ok {
		delete(c.owners, in.Proc)
		o.Reserved(in)
	}
}

// killAll ends all work, save for that which serves other work.
func (c *Core) killAll() {
	for _, id := range c.turns.order {
		if _, waits := c.turns.waiting[id]; waits {
			c.Kill(id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.owners)) {
		if !c.owners[id].Serves() {
			c.Kill(id)
		}
	}
}

// sync returns the sync whose root this is, nil if there is none any more.
func (c *Core) sync(id event.RootID) *Sync {
	s, _ := c.receivers[id].(*Sync)
	return s
}
