package status

import "lsyncgo/engine/printable"

// Printable returns a copy of the snapshot in which every path and text is one printable
// line. Only what may hold foreign bytes is copied; the rest is shared.
func (s Snapshot) Printable() Snapshot { return s.with(printable.Line) }

// UTF8 returns a copy as JSON can carry it: names and texts as they are, save for bytes that are not UTF-8.
func (s Snapshot) UTF8() Snapshot { return s.with(printable.UTF8) }

// with returns a copy in which spell has spelled every path and text.
func (s Snapshot) with(spell func(string) string) Snapshot {
	s.Daemon.Version, s.Daemon.Config, s.Daemon.Monitor = spell(s.Daemon.Version), spell(s.Daemon.Config), spell(s.Daemon.Monitor)
	s.Daemon.Monitors = each(s.Daemon.Monitors, func(m Monitor) Monitor { m.Name = spell(m.Name); return m })
	s.Syncs = each(s.Syncs, func(v Sync) Sync { return v.with(spell) })
	s.Tunnels = each(s.Tunnels, func(t Tunnel) Tunnel {
		t.Name = spell(t.Name)
		t.Running = processes(t.Running, spell)
		t.LastError = t.LastError.with(spell)
		return t
	})
	s.Watches = each(s.Watches, func(w Watch) Watch {
		w.Name, w.Path, w.Reason = spell(w.Name), spell(w.Path), spell(w.Reason)
		return w
	})
	if s.Tasks != nil {
		tasks := *s.Tasks
		tasks.List = each(tasks.List, func(t Task) Task {
			t.Scheduler, t.Path, t.Event = spell(t.Scheduler), spell(t.Path), spell(t.Event)
			return t
		})
		s.Tasks = &tasks
	}
	return s
}

func (s Sync) with(spell func(string) string) Sync {
	s.Name, s.Source, s.Given, s.Target, s.Monitor = spell(s.Name), spell(s.Source), spell(s.Given), spell(s.Target), spell(s.Monitor)
	s.State, s.Reason, s.PausedBy = State(spell(string(s.State))), spell(s.Reason), spell(s.PausedBy)
	s.Degraded, s.NotMounted = each(s.Degraded, spell), each(s.NotMounted, spell)
	s.Excludes, s.Filters = each(s.Excludes, spell), each(s.Filters, spell)
	s.Running = processes(s.Running, spell)
	if delays := s.Delays; delays != nil {
		s.Delays = func(yield func(Delay) bool) {
			for d := range delays {
				d.Path, d.Dest = spell(d.Path), spell(d.Dest)
				if !yield(d) {
					return
				}
			}
		}
	}
	s.LastError = s.LastError.with(spell)
	return s
}

func processes(list []Process, spell func(string) string) []Process {
	return each(list, func(p Process) Process {
		p.Describe = spell(p.Describe)
		return p
	})
}

func (f *Failure) with(spell func(string) string) *Failure {
	if f == nil {
		return nil
	}
	out := *f
	out.Text, out.Command, out.Tail = spell(f.Text), spell(f.Command), each(f.Tail, spell)
	out.Reason, out.Remedy = spell(f.Reason), spell(f.Remedy)
	return &out
}

func each[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
