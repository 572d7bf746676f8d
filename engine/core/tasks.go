package core

import (
	"cmp"
	"slices"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
	"lsyncgo/engine/task"
)

// Job is what a scheduler has done for each of its tasks: task.Config has it as its Job.
type Job interface {
	// Start does what is to be done for a task. It calls done once when that has ended, before it returns or later. kill, which
	// may be nil, ends it early: done is called then as well.
	Start(t *task.Task, done func()) (kill func())
	// Gone says that the job will not be started any more, as the config was replaced and no task is left.
	Gone()
}

// LastingOwner is an owner whose work is part of what the end of the program waits for: it may start more until then.
type LastingOwner interface {
	Owner
	Lasts()
}

// maxTasks is how many tasks of a scheduler are started in one Step, so that other inputs get their turn.
const maxTasks = 1000

// tasks are the tasks of all configs that have some.
type tasks struct {
	set   *task.Set
	kills map[*task.Task]func()
}

func newTasks(newID func() task.ID) tasks {
	if newID == nil {
		n := uint64(0)
		newID = func() task.ID { n++; return task.IDOf(0, n) }
	}
	return tasks{set: task.New(newID), kills: map[*task.Task]func(){}}
}

// Schedulers puts the schedulers of a config in force, in the place of those of the config before, and returns them in order; see
// task.Set.Replace. The Job of each has to be a Job. timeout is how long tasks may take to end when the config is replaced
// or the program ends.
func (c *Core) Schedulers(configs []task.Config, timeout time.Duration) []*task.Scheduler {
	return c.tasks.set.Replace(c.now, configs, timeout)
}

// runTasks starts the tasks that are due. What comes of that at once is done by the next Step, so that a job that ends
// and begins again cannot keep the engine here.
func (c *Core) runTasks() {
	set := c.tasks.set
	set.Due(c.now, maxTasks)
	for _, cmd := range set.Commands() {
		switch cmd := cmd.(type) {
		case task.Start:
			c.startTask(cmd.Task)
		case task.Kill:
			if kill := c.tasks.kills[cmd.Task]; kill != nil {
				kill()
			}
		case task.Gone:
			cmd.Scheduler.Config().Job.(Job).Gone()
		}
	}
}

// Begin starts the job of a scheduler with Each for an event, now.
func (c *Core) Begin(s *task.Scheduler, e *event.Raw) {
	if t := s.Begin(c.now, e); t != nil {
		c.startTask(t)
	}
}

func (c *Core) startTask(t *task.Task) {
	ended := false
	kill := t.Scheduler().Config().Job.(Job).Start(t, func() {
		if !ended {
			ended = true
			delete(c.tasks.kills, t)
			c.tasks.set.Ended(c.now, t)
		}
	})
	if !ended && kill != nil {
		c.tasks.kills[t] = kill
	}
}

// pendingTasks counts the tasks that the end waits for.
func (c *Core) pendingTasks() int {
	waiting, running := c.tasks.set.Count()
	return waiting + running
}

// shownTasks is how many tasks of each state the status shows of those that there are.
const shownTasks = 50

// taskSnapshot tells of the tasks, those first that have run longest or are due first.
func (c *Core) taskSnapshot() *status.Tasks {
	v := &status.Tasks{}
	if v.Waiting, v.Running = c.tasks.set.Count(); v.Waiting+v.Running == 0 {
		return nil
	}
	shown := c.tasks.set.First(shownTasks)
	slices.SortStableFunc(shown, func(a, b *task.Task) int {
		return cmp.Or(cmp.Compare(min(b.State, 1), min(a.State, 1)), a.At.Compare(b.At))
	})
	for _, t := range shown[:min(len(shown), shownTasks)] {
		one := status.Task{Scheduler: t.Scheduler().Config().Name, ID: t.ID.String(), State: t.State.String(), Path: t.Path(), Event: t.Event.Mask.String()}
		if t.State == task.Waiting {
			one.Due = t.At
		} else {
			one.Since = t.At
		}
		v.List = append(v.List, one)
	}
	return v
}
