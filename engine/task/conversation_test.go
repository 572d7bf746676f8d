package task_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/conversationtest"
	"lsyncgo/engine/event"
	"lsyncgo/engine/task"
)

// TestConversations plays testdata/*.txt. Tasks have numbers in place of their IDs, in the order in which they came up. Inputs are
//
//	scheduler NAME [delay=D] [dirs] [nofiles] [single] [each] [busy=drop|restart] [only=TEXT] [job=NAME]
//	config TIMEOUT (puts the schedulers since the last one in force)
//	begin NAME EVENT PATH (of a scheduler with each)
//	schedule|cancel NAME EVENT PATH [SOURCE] (a slash at the end makes it a directory's) | old-schedule (by one that was replaced)
//	advance D | due N (of each scheduler at most N) | end TASK | stop | abandon | status
func TestConversations(t *testing.T) {
	conversationtest.Run(t, func(t *testing.T, out *strings.Builder) func(words []string) {
		return newStage(t, out).line
	})
}

// stage is the world of one conversation.
type stage struct {
	t       *testing.T
	out     *strings.Builder
	now     time.Time
	set     *task.Set
	tasks   []task.ID
	byID    map[task.ID]*task.Task
	configs []task.Config
	force   []*task.Scheduler
	former  []*task.Scheduler
}

func newStage(t *testing.T, out *strings.Builder) *stage {
	st := &stage{t: t, out: out, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), byID: map[task.ID]*task.Task{}}
	st.set = task.New(func() task.ID {
		st.tasks = append(st.tasks, task.IDOf(0, uint64(len(st.tasks)+1)))
		return st.tasks[len(st.tasks)-1]
	})
	return st
}

func (st *stage) say(format string, args ...any) {
	text := fmt.Sprintf("\t"+format+"\n", args...)
	for i, id := range st.tasks {
		text = strings.ReplaceAll(text, id.String(), strconv.Itoa(i+1))
	}
	st.out.WriteString(text)
}

// named is the log of one scheduler.
type named struct {
	*stage
	name string
}

func (n named) Log(category string, args ...any) {
	n.say("%s %s: %s", category, n.name, fmt.Sprint(args...))
}
func (named) Enabled(string) bool { return true }

func (st *stage) line(words []string) {
	verb, args := words[0], words[1:]
	switch verb {
	case "scheduler":
		st.configs = append(st.configs, st.config(args))
	case "config":
		st.former = st.force
		st.force = st.set.Replace(st.now, st.configs, st.duration(args[0]))
		st.configs = nil
	case "schedule":
		find(st.force, args[0]).Schedule(st.now, raw(st.t, args[1:]))
	case "old-schedule":
		find(st.former, args[0]).Schedule(st.now, raw(st.t, args[1:]))
	case "cancel":
		find(st.force, args[0]).Cancel(raw(st.t, args[1:]))
	case "begin":
		if t := find(st.force, args[0]).Begin(st.now, raw(st.t, args[1:])); t != nil {
			st.byID[t.ID] = t
			st.say("begun %s: %s", t.ID, describe(t))
		}
	case "old-cancel":
		find(st.former, args[0]).Cancel(raw(st.t, args[1:]))
	case "advance":
		st.advance(st.duration(args[0]))
	case "due":
		st.set.Due(st.now, st.number(args[0]))
	case "end":
		st.set.Ended(st.now, st.byID[st.tasks[st.number(args[0])-1]])
	case "stop":
		st.set.Stop(st.now)
	case "abandon":
		st.set.Abandon(st.now)
	case "status":
		st.status()
	default:
		st.t.Fatalf("unknown verb %q", verb)
	}
	st.commands()
}

func (st *stage) commands() {
	for _, c := range st.set.Commands() {
		switch c := c.(type) {
		case task.Start:
			st.byID[c.Task.ID] = c.Task
			st.say("start %s of %s: %s", c.Task.ID, c.Task.Scheduler().Config().Job, describe(c.Task))
		case task.Kill:
			st.say("kill %s", c.Task.ID)
		case task.Gone:
			st.say("gone: %s", c.Scheduler.Config().Job)
		}
	}
}

func describe(t *task.Task) string {
	return strings.TrimSpace(fmt.Sprint(t.Event.Mask, " ", t.Path(), " ", t.Event.Source))
}

func (st *stage) status() {
	waiting, running := st.set.Count()
	at, ok := st.set.Alarm()
	alarm := "none"
	if ok {
		alarm = "in " + at.Sub(st.now).String()
	}
	st.say("%d waiting, %d running, alarm %s", waiting, running, alarm)
	for _, t := range st.set.First(10) {
		more := ""
		if t.Queued() {
			more = ", more queued"
		}
		st.say("%s %s %s: %s%s", t.ID, t.State, t.At.Sub(st.now), describe(t), more)
	}
}

// advance lets time pass, with every alarm on its way.
func (st *stage) advance(d time.Duration) {
	for end := st.now.Add(d); ; {
		at, ok := st.set.Alarm()
		if !ok || at.After(end) {
			st.now = end
			return
		}
		if at.After(st.now) {
			st.now = at
		}
		st.set.Due(st.now, 10)
		st.commands()
	}
}

func (st *stage) number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		st.t.Fatal(err)
	}
	return n
}

func (st *stage) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		st.t.Fatal(err)
	}
	return d
}

func (st *stage) config(words []string) task.Config {
	c := task.Config{Name: words[0], Files: true, Job: words[0], Log: named{st, words[0]}}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "delay":
			c.Delay = st.duration(value)
		case "dirs":
			c.Dirs = true
		case "nofiles":
			c.Files = false
		case "each":
			c.Each = true
		case "single":
			c.Single = true
		case "busy":
			c.Busy = map[string]task.Busy{"drop": task.Drop, "restart": task.Restart}[value]
		case "only":
			c.Wants = func(e *event.Raw) bool { return strings.Contains(e.Pathname(), value) }
		case "job":
			c.Job = value
		default:
			st.t.Fatalf("unknown word %q", w)
		}
	}
	return c
}

func find(list []*task.Scheduler, name string) *task.Scheduler {
	for _, s := range list {
		if s.Config().Name == name {
			return s
		}
	}
	return nil
}

// raw is the event of KIND [PATH [SOURCE]].
func raw(t *testing.T, words []string) *event.Raw {
	mask, ok := event.RawKind(words[0])
	if !ok {
		t.Fatalf("no event %q", words[0])
	}
	e := &event.Raw{Mask: mask}
	if len(words) > 1 {
		path := strings.TrimSuffix(words[1], "/")
		at := strings.LastIndexByte(path, '/')
		e.Path, e.Name, e.IsDir = path[:max(at, 1)], path[at+1:], path != words[1]
	}
	if len(words) > 2 {
		e.Source = words[2]
	}
	return e
}
