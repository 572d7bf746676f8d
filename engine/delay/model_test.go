package delay

import (
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/event"
)

// model is the queue as its rules read: one slice, everything compared with everything.
type model struct {
	max  int
	seq  uint64
	list []*entry
}

type entry struct {
	kind       event.Kind
	path, dest string
	// ghost is the destination of a Move that was turned into a Delete.
	ghost   string
	haunted bool
	tree    bool
	tries   uint16
	data    any
	alarm   time.Time
	held    bool
	active  bool
	seq     uint64
}

func touch(a, b string) bool {
	a, b = strings.TrimSuffix(a, "/")+"/", strings.TrimSuffix(b, "/")+"/"
	return a == "/" || b == "/" || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// under reports whether a is strictly below b.
func under(a, b string) bool {
	return touch(a, b) && len(strings.TrimSuffix(a, "/")) > len(strings.TrimSuffix(b, "/"))
}

func (e *entry) bars() bool { return e.kind == event.Init || e.kind == event.Blanket }

func (e *entry) paths() []string {
	switch {
	case e.kind == event.Move:
		return []string{e.path, e.dest}
	case e.haunted:
		return []string{e.path, e.ghost}
	}
	return []string{e.path}
}

// blocks reports whether young has to wait for e.
func (e *entry) blocks(young *entry) bool {
	if e.seq >= young.seq || e.kind == event.Full || young.kind == event.Full || young.bars() {
		return false
	}
	if e.bars() {
		return true
	}
	for _, a := range e.paths() {
		for _, b := range young.paths() {
			if touch(a, b) {
				return true
			}
		}
	}
	return false
}

func (m *model) newest(young *entry) (found *entry) {
	for _, old := range m.list {
		if old.blocks(young) {
			found = old
		}
	}
	return found
}

func (m *model) status(e *entry) Status {
	switch {
	case e.active:
		return Active
	case m.newest(e) != nil:
		return Block
	}
	return Wait
}

func (m *model) append(e *entry) Verdict {
	m.list = append(m.list, e)
	if m.newest(e) != nil {
		return Stacked
	}
	return Queued
}

func (m *model) make(kind event.Kind, path, dest string, tree bool, alarm time.Time) *entry {
	m.seq++
	return &entry{kind: kind, path: path, dest: dest, tree: tree, alarm: alarm, seq: m.seq}
}

func (m *model) add(kind event.Kind, path, dest string, tree bool, alarm time.Time) Verdict {
	if kind == event.Move {
		return m.addMove(path, dest, tree, alarm)
	}
	e := m.make(kind, path, dest, tree, alarm)
	old := m.newest(e)
	if old == nil || old.active || old.bars() {
		return m.append(e)
	}
	isDelete, isCreate := kind == event.Delete, kind == event.Create
	if old.kind == event.Move {
		if old.dest == path && (isDelete || isCreate) {
			old.kind, old.ghost, old.haunted, old.dest = event.Delete, old.dest, true, ""
			old.tries, old.data = 0, nil
			e.tree = e.tree || isCreate && event.IsDir(path)
		}
		return m.append(e)
	}
	if old.path != path {
		return m.append(e)
	}
	var replace bool
	switch old.kind {
	case event.Attrib:
		replace = kind != event.Attrib
	case event.Modify:
		replace = isCreate || isDelete
	case event.Create:
		replace = isDelete
	case event.Delete:
		if isCreate && event.IsDir(path) {
			return m.append(e)
		}
		replace = isCreate
	}
	if !replace {
		old.tree = old.tree || tree
		return Absorbed
	}
	keep := old.tree && old.kind != event.Delete && !isDelete
	old.kind, old.tree, old.tries, old.data = kind, tree || keep, 0, nil
	if !old.held || !old.alarm.After(alarm) {
		old.alarm, old.held = alarm, false
	}
	return Replaced
}

func (m *model) addMove(path, dest string, tree bool, alarm time.Time) Verdict {
	e := m.make(event.Move, path, dest, tree, alarm)
	old := m.newest(e)
	split := touch(path, dest) || old != nil && !old.bars()
	for _, o := range m.list {
		if o.bars() || !o.blocks(e) {
			continue
		}
		for _, p := range o.paths() {
			split = split || under(p, path) || under(p, dest)
		}
	}
	if !split {
		return m.append(e)
	}
	m.add(event.Delete, path, "", false, alarm)
	m.add(event.Create, dest, "", event.IsDir(dest), alarm)
	return Split
}

func (m *model) crowded() bool { return m.max > 0 && len(m.list) >= m.max }

func (m *model) next(now time.Time) *entry {
	for _, e := range m.list {
		if m.status(e) == Wait && (!e.alarm.After(now) || m.crowded() && !e.held) {
			return e
		}
	}
	return nil
}

func (m *model) nextAlarm() (at time.Time, ok bool) {
	for _, e := range m.list {
		if m.status(e) != Wait {
			continue
		}
		alarm := e.alarm
		if m.crowded() && !e.held {
			alarm = time.Time{}
		}
		if !ok || alarm.Before(at) {
			at, ok = alarm, true
		}
	}
	return at, ok
}

// collect is Collect from an entry on, nil for the first; it returns where to go on.
func (m *model) collect(now time.Time, from *entry, most int, test func(*entry) Choice) (taken []*entry, rest *entry) {
	var first int
	if from != nil {
		first = slices.Index(m.list, from)
	}
	taken, rest = m.offer(now, first, most, test)
	if rest == nil || len(taken) > 0 {
		return taken, nil
	}
	if ready := m.next(now); ready != nil && ready.seq > rest.seq {
		if taken, _ = m.offer(now, slices.Index(m.list, ready), most, test); len(taken) > 0 {
			return taken, nil
		}
	}
	return nil, rest
}

func (m *model) offer(now time.Time, first, most int, test func(*entry) Choice) (taken []*entry, rest *entry) {
	left := slices.Clone(m.list[:first])
	offered, looked := 0, 0
	for _, e := range m.list[first:] {
		if slices.ContainsFunc(left, (*entry).bars) || e.bars() {
			return taken, nil
		}
		if e.active {
			left = append(left, e)
			continue
		}
		if offered >= most || looked/5 >= most {
			return taken, e
		}
		looked++
		if e.kind == event.Full {
			continue
		}
		out := e.held && e.alarm.After(now)
		for _, o := range left {
			out = out || o.blocks(e)
		}
		choice := Leave
		if !out {
			choice = test(e)
			offered++
		}
		switch choice {
		case Take:
			taken = append(taken, e)
		case Leave:
			left = append(left, e)
		case Break:
			return taken, nil
		}
	}
	return taken, nil
}

func (m *model) curtail(e *entry) bool {
	path := e.path
	switch {
	case e.kind == event.Delete || e.kind > event.Move:
		return true
	case e.kind == event.Move:
		path = e.dest
	}
	for _, o := range m.list {
		if o.seq <= e.seq || o.kind != event.Delete || !touch(o.path, path) || under(o.path, path) {
			continue
		}
		if e.kind != event.Move {
			return false
		}
		e.kind, e.ghost, e.haunted, e.dest = event.Delete, e.dest, true, ""
		e.tries, e.data = 0, nil
		break
	}
	return true
}

func (m *model) remove(e *entry) {
	for i, o := range m.list {
		if o == e {
			m.list = append(m.list[:i:i], m.list[i+1:]...)
			return
		}
	}
}
