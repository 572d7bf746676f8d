package task_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/task"
)

// slot is all that the model knows of one path.
type slot struct {
	path, event string
	running     bool
	ending      bool
	due         time.Time
	order       int
	queued      string // what came while it runs
	by          *definition
}

// definition is what the model knows of one scheduler, of one config.
type definition struct {
	task.Config
	job      string
	retired  bool
	deadline time.Time
	cut      bool
	gone     bool
}

// model does what a Set does, the simple way: it looks at everything each time.
type model struct {
	slots    map[string]*slot // by the scheduler's name and the path
	queuedBy map[*slot]*definition
	now      *definition
	all      []*definition
	timeout  time.Duration
	stopping bool
	order    int
	out      []string
}

func (m *model) say(format string, args ...any) { m.out = append(m.out, fmt.Sprintf(format, args...)) }

func (m *model) schedule(now time.Time, path, kind string) {
	s := m.slots[path]
	switch {
	case m.stopping:
	case s == nil:
		s = &slot{path: path}
		m.slots[path] = s
		m.wait(now, s, m.now, kind)
	case !s.running:
		m.wait(now, s, m.now, kind)
	case m.now.Busy == task.Drop:
	default:
		s.queued, m.queuedBy[s] = kind, m.now
		if m.now.Busy == task.Restart {
			m.kill(s)
		}
	}
}

func (m *model) kill(s *slot) {
	if !s.ending {
		s.ending = true
		m.say("kill %s", s.path)
	}
}

func (m *model) wait(now time.Time, s *slot, by *definition, kind string) {
	m.order++
	s.running, s.ending, s.by, s.event, s.due, s.order = false, false, by, kind, now.Add(by.Delay), m.order
}

func (m *model) cancel(path string) {
	if s := m.slots[path]; s != nil && s.running {
		s.queued = ""
	} else {
		delete(m.slots, path)
	}
}

func (m *model) end(now time.Time, path string) {
	s := m.slots[path]
	kind, by := s.queued, m.queuedBy[s]
	s.queued = ""
	switch {
	case kind == "" || by.cut:
		delete(m.slots, path)
	case s.ending && by.Busy == task.Restart:
		m.start(s, by, kind)
	default:
		m.wait(now, s, by, kind)
	}
}

func (m *model) start(s *slot, by *definition, kind string) {
	s.running, s.ending, s.by, s.event = true, false, by, kind
	m.say("start %s %s %s", by.job, s.path, kind)
}

// due looks at every slot.
func (m *model) due(now time.Time) {
	var list []*slot
	for _, s := range m.slots {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *slot) int { return cmp.Compare(a.order, b.order) })
	for _, s := range list {
		over := !s.by.deadline.IsZero() && !now.Before(s.by.deadline)
		switch {
		case over && s.running && !s.by.cut:
			m.kill(s)
		case over && !s.running:
			delete(m.slots, s.path)
		case !s.running && !s.due.After(now):
			m.start(s, s.by, s.event)
		}
	}
	for _, d := range m.all {
		d.cut = d.cut || !d.deadline.IsZero() && !now.Before(d.deadline)
	}
}

func (m *model) left() {
	for _, d := range m.all {
		used := false
		for _, s := range m.slots {
			used = used || s.by == d || s.queued != "" && m.queuedBy[s] == d
		}
		if d.retired && !used && !d.gone {
			d.gone = true
			m.say("gone %s", d.job)
		}
	}
}

func (m *model) limit(d *definition, end time.Time) {
	if d.deadline.IsZero() || end.Before(d.deadline) {
		d.deadline = end
	}
}

// TestModel has a scheduler and its successors do what a simple model does, whatever comes in which order. Tasks §1 Schedulers.
func TestModel(t *testing.T) {
	for range 300 {
		seed := rand.Uint64()
		if err := compare(rand.New(rand.NewPCG(seed, 0))); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func compare(r *rand.Rand) error {
	now := time.Unix(1e9, 0)
	ids := uint64(0)
	set := task.New(func() task.ID { ids++; return task.IDOf(0, ids) })
	m := &model{slots: map[string]*slot{}, queuedBy: map[*slot]*definition{}}
	running := map[string]*task.Task{}
	var force *task.Scheduler
	replace := func() {
		d := &definition{job: fmt.Sprint("job", len(m.all))}
		d.Config = task.Config{Name: "s", Delay: time.Duration(r.IntN(4)) * time.Second, Files: true, Busy: task.Busy(r.IntN(3)), Job: d.job, Log: silent{}}
		if m.now != nil {
			m.now.retired = true
			m.limit(m.now, now.Add(m.timeout))
		}
		m.now, m.timeout = d, time.Duration(r.IntN(8))*time.Second
		m.all = append(m.all, d)
		force = set.Replace(now, []task.Config{d.Config}, m.timeout)[0]
	}
	replace()
	var did []string
	for step := range 60 {
		path, kind := fmt.Sprint("/w/", r.IntN(4)), "IN_CREATE"
		if r.IntN(2) == 0 {
			kind = "IN_MODIFY"
		}
		e := &event.Raw{Path: "/w", Name: path[3:]}
		e.Mask, _ = event.RawKind(kind)
		did = append(did, fmt.Sprint(step, " ", path, " ", kind))
		switch n := r.IntN(100); {
		case n < 40:
			m.schedule(now, path, kind)
			force.Schedule(now, e)
		case n < 50:
			m.cancel(path)
			force.Cancel(e)
		case n < 75:
			if running[path] != nil {
				x := running[path]
				delete(running, path)
				m.end(now, path)
				set.Ended(now, x)
			}
		case n < 80 && !m.stopping:
			replace()
		case n < 82:
			m.stopping = true
			for _, d := range m.all {
				m.limit(d, now.Add(m.timeout))
			}
			set.Stop(now)
		case n < 83:
			m.stopping = true
			for _, d := range m.all {
				m.limit(d, now)
			}
			set.Abandon(now)
		default:
			now = now.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
		}
		m.due(now)
		m.left()
		for at, ok := set.Alarm(); ok && !at.After(now); at, ok = set.Alarm() {
			set.Due(now, 1+r.IntN(3))
		}
		if err := same(m, set, running); err != nil {
			return fmt.Errorf("%w; after %q", err, did)
		}
		if n := len(m.slots); n != count(set) {
			return fmt.Errorf("%d tasks, %d in the model, after %q", count(set), n, did)
		}
	}
	return nil
}

// same compares what was said since the last time, whose order between schedulers is open.
func same(m *model, set *task.Set, running map[string]*task.Task) error {
	var got []string
	for _, c := range set.Commands() {
		switch c := c.(type) {
		case task.Start:
			if x := c.Task; running[x.Path()] != nil {
				return fmt.Errorf("%s runs twice", x.Path())
			}
			running[c.Task.Path()] = c.Task
			got = append(got, fmt.Sprint("start ", c.Task.Scheduler().Config().Job, " ", c.Task.Path(), " ", c.Task.Event.Mask))
		case task.Kill:
			got = append(got, "kill "+c.Task.Path())
		case task.Gone:
			got = append(got, fmt.Sprint("gone ", c.Scheduler.Config().Job))
		}
	}
	slices.Sort(got)
	slices.Sort(m.out)
	defer func() { m.out = nil }()
	if !slices.Equal(got, m.out) {
		return fmt.Errorf("said %s; the model: %s", strings.Join(got, ", "), strings.Join(m.out, ", "))
	}
	return nil
}

func count(set *task.Set) int {
	waiting, running := set.Count()
	return waiting + running
}

// silent is a log that nobody reads.
type silent struct{}

func (silent) Log(string, ...any)  {}
func (silent) Enabled(string) bool { return false }
