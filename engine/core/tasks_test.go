package core_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
	"lsyncgo/engine/task"
)

// chore is a job that runs a piece of work for each task.
type chore struct {
	core *core.Core
	said []string
}

type choreOwner struct {
	core.LastingOwner
	done func()
}

func (choreOwner) Serves() bool          { return false }
func (choreOwner) Lasts()                {}
func (o choreOwner) Ended(_ core.Exited) { o.done() }

func (j *chore) Start(t *task.Task, done func()) func() {
	if strings.HasSuffix(t.Path(), "at once") {
		done()
		return nil
	}
	id, err := j.core.Run(choreOwner{done: done}, work(t.Path()))
	if err != nil {
		j.said = append(j.said, err.Error())
		done()
		return nil
	}
	return func() { j.core.Kill(id) }
}

func (j *chore) Gone() { j.said = append(j.said, "gone") }

func withChore(t *testing.T, cfg task.Config, timeout time.Duration) (*core.Core, *chore, *stage, *task.Scheduler) {
	st := newStage(t)
	c := core.New(core.Settings{}, st)
	c.Step(st.now, core.Tick{})
	j := &chore{core: c}
	cfg.Name, cfg.Files, cfg.Job, cfg.Log = "s", true, j, st
	return c, j, st, c.Schedulers([]task.Config{cfg}, timeout)[0]
}

func closed(name string) *event.Raw {
	return &event.Raw{Mask: event.InCloseWrite, Path: "/w", Name: name}
}

// advanceTo has core woken at each alarm up to a time, and returns the commands.
func advanceTo(c *core.Core, st *stage, at time.Time) (list []core.Command) {
	for {
		next, ok := c.Alarm()
		if !ok || next.After(at) {
			st.now = at
			return list
		}
		if next.After(st.now) {
			st.now = next
		}
		list = append(list, c.Step(st.now, core.Tick{})...)
	}
}

// §1 Schedulers, exit: what waits runs when its delay is over, what runs ends, new events start nothing, the rest is cancelled and named.
func TestTasksAtTheEnd(t *testing.T) {
	c, j, st, s := withChore(t, task.Config{Delay: 10 * time.Second}, 30*time.Second)
	begin := st.now
	s.Schedule(c.Now(), closed("first"))
	first := startOf(advanceTo(c, st, begin.Add(10*time.Second)), "/w/first")
	s.Schedule(c.Now(), closed("second"))
	fired := 0
	late, lasting := c.NewTimers(), c.LastingTimers()
	late.Add(begin.Add(15*time.Second), func(time.Time) error { t.Error("a script's alarm in the end"); return nil })
	lasting.Add(begin.Add(15*time.Second), func(time.Time) error { fired++; return nil })
	c.Step(st.now, core.Stop{Code: 143, Why: "SIGTERM"})
	late.Add(begin.Add(15*time.Second), func(time.Time) error { t.Error("a script's alarm in the end"); return nil })
	if !strings.Contains(st.out.String(), "SIGTERM: waiting for 1 running process and 2 tasks; once more ends them") {
		t.Errorf("said %s", st.out.String())
	}
	s.Schedule(c.Now(), closed("late"))
	second := startOf(advanceTo(c, st, begin.Add(20*time.Second)), "/w/second")
	if first == 0 || second == 0 || fired != 1 {
		t.Fatalf("started %d and %d, %d timers fired", first, second, fired)
	}
	if got := c.Step(st.now, core.Exited{Proc: first}); len(got) > 0 {
		t.Errorf("at the end of the first: %v", got)
	}
	if got := advanceTo(c, st, begin.Add(40*time.Second)); !slices.Equal(got, []core.Command{core.Kill{Proc: second}}) {
		t.Errorf("at the end of the time: %v", got)
	}
	if !strings.Contains(st.out.String(), "/w/second: task 00000000-0000-4000-8000-000000000002 of IN_CLOSE_WRITE is ended, as shutdownTimeout = 30 seconds are over") {
		t.Errorf("said %s", st.out.String())
	}
	got := c.Step(st.now, core.Exited{Proc: second})
	if !slices.Equal(got, []core.Command{core.Exit{Code: 143, Why: "SIGTERM"}}) || len(j.said) > 0 {
		t.Errorf("at the end: %v, %v", got, j.said)
	}
}

// §1 Schedulers, exit: without tasks it is at once; asked for twice, too.
func TestTasksDoNotHoldUpTheEnd(t *testing.T) {
	c, _, st, s := withChore(t, task.Config{Delay: time.Hour}, time.Hour)
	s.Schedule(c.Now(), closed("a"))
	if got := c.Step(st.now, core.Stop{Why: "SIGTERM"}); len(got) > 0 {
		t.Errorf("at once: %v", got)
	}
	got := c.Step(st.now, core.Stop{Why: "SIGTERM"})
	if !slices.Equal(got, []core.Command{core.Exit{Why: "SIGTERM"}}) || !strings.Contains(st.out.String(), "/w/a: task") {
		t.Errorf("asked twice: %v, %s", got, st.out.String())
	}
	c, _, st, s = withChore(t, task.Config{}, time.Hour)
	s.Schedule(c.Now(), closed("a"))
	work := startOf(c.Step(st.now, core.Tick{}), "/w/a")
	c.Step(st.now, core.Exited{Proc: work})
	if got := c.Step(st.now, core.Stop{Why: "SIGTERM"}); !slices.Equal(got, []core.Command{core.Exit{Why: "SIGTERM"}}) {
		t.Errorf("nothing left: %v", got)
	}
}

// §1 Schedulers, HUP: the old job does what it has begun, and is told when nothing is left of it.
func TestTasksOverAReload(t *testing.T) {
	c, old, st, s := withChore(t, task.Config{Delay: time.Second}, time.Minute)
	s.Schedule(c.Now(), closed("a"))
	young := &chore{core: c}
	next := c.Schedulers([]task.Config{{Name: "s", Files: true, Job: young, Log: st}}, time.Minute)[0]
	next.Schedule(c.Now(), closed("at once"))
	proc := startOf(advanceTo(c, st, st.now.Add(2*time.Second)), "/w/a")
	if proc == 0 || len(old.said) > 0 {
		t.Fatalf("process %d, %v", proc, old.said)
	}
	c.Step(st.now, core.Exited{Proc: proc})
	if _, more := c.Alarm(); more || !slices.Equal(old.said, []string{"gone"}) || len(young.said) > 0 {
		t.Errorf("the old job heard %v, the new one %v", old.said, young.said)
	}
}

// A burst is taken in slices, and the status counts what it does not list. Tasks §1 Schedulers.
func TestManyTasks(t *testing.T) {
	c, _, st, s := withChore(t, task.Config{Delay: time.Second}, time.Minute)
	for i := range 2500 {
		s.Schedule(c.Now(), closed(fmt.Sprint(i)))
	}
	now := st.now.Add(time.Second)
	started := 0
	for _, want := range []int{1000, 2000, 2500} {
		for _, cmd := range c.Step(now, core.Tick{}) {
			if isStart(cmd) {
				started++
			}
		}
		at, more := c.Alarm()
		if started != want || more != (want < 2500) || more && at.After(now) {
			t.Errorf("%d started, not %d; the alarm is at %v, %t", started, want, at, more)
		}
	}
	c.Step(now, core.Exited{Proc: 1})
	s.Schedule(c.Now(), closed("waits"))
	s.Schedule(c.Now(), closed("1"))
	shot := c.Snapshot(now, nil).Tasks
	if shot.Waiting != 1 || shot.Running != 2499 || len(shot.List) != 50 || shot.List[0].State != "running" || shot.List[0].Path != "/w/1" {
		t.Errorf("%d wait, %d run, shown %d, first %+v", shot.Waiting, shot.Running, len(shot.List), shot.List[0])
	}
	var text strings.Builder
	if err := status.WriteText(&text, c.Snapshot(now, nil)); err != nil || !strings.Contains(text.String(), "tasks: 1 waiting, 2499 running\n") ||
		!strings.Contains(text.String(), "\n  and 2450 more\n") {
		t.Errorf("%v: %s", err, text.String())
	}
}
