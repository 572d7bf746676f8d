package core

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
)

// Snapshot tells what all syncs are doing at now. Between, unless it is nil, adds the pending delays, which any goroutine may read then:
// of very many they are looked at in parts, as they are by then, for each of which between runs a function between two Steps and
// returns after it, or reports false if that cannot be. Daemon only has what core knows.
func (c *Core) Snapshot(now time.Time, between func(func()) bool) status.Snapshot {
	shot := status.Snapshot{At: now}
	shot.Daemon.Running = c.running
	shot.Daemon.MaxProcesses = c.settings.MaxProcesses
	for _, s := range c.syncs {
		shot.Syncs = append(shot.Syncs, s.snapshot(now, between))
	}
	shot.Tunnels = c.tunnelSnapshots()
	shot.Tasks = c.taskSnapshot()
	return shot
}

func (s *Sync) snapshot(now time.Time, between func(func()) bool) status.Sync {
	v := status.Sync{
		Name: s.cfg.Name, Source: s.cfg.Source, Target: s.cfg.Target,
		Pending: s.queue.Len(), MaxProcesses: s.cfg.MaxProcesses,
		LastError: s.last, Degraded: slices.Clone(s.degraded),
	}
	if s.cfg.led() {
		v.Given = s.cfg.path()
	}
	for _, path := range s.Unmounted() {
		v.NotMounted = append(v.NotMounted, strings.TrimSuffix(s.cfg.Source+path, "/"))
	}
	for _, r := range s.rules {
		if r.Include {
			v.Filters = append(v.Filters, "+ "+r.Pattern)
		} else {
			v.Excludes = append(v.Excludes, r.Pattern)
		}
	}
	for _, a := range s.running {
		if a.proc != 0 {
			v.Running = append(v.Running, status.Process{Describe: a.work.Describe(), Since: a.begun})
		}
	}
	v.Active, v.Blocked, v.Waiting = s.queue.Count(delay.Active), s.queue.Count(delay.Block), s.queue.Count(delay.Wait)
	v.Retrying, v.NextRetry = s.queue.Retrying()
	if between != nil {
		v.Delays = s.told(between)
	}
	if d := s.queue.Oldest(); d != nil {
		v.OldestAge = now.Sub(s.happened(d))
	}
	v.State, v.Reason = s.state(v), s.reason
	s.persistent.show(&v)
	if batch := s.batch; batch.Events > 0 {
		v.LastBatch = &batch
	}
	if s.pause != nil {
		v.PausedUntil, v.PausedBy = s.pause.Until, cmp.Or(s.pause.By, "somebody")
	}
	switch {
	case s.phase == stopped:
	case s.holds.any():
		v.OnHold, v.Reason = s.holds.doubtful(), s.holds.reason()
	case s.phase == running && !s.open():
		v.Reason = s.waitingFor()
	}
	return v
}

// happened is when the event of d did.
func (s *Sync) happened(d *delay.Delay) time.Time {
	if d.Kind > event.Move { // ready when it was made
		return d.FirstAlarm()
	}
	return d.FirstAlarm().Add(-s.cfg.Delay)
}

// told yields what is queued. The first part is that of now.
func (s *Sync) told(between func(func()) bool) iter.Seq[status.Delay] {
	first, next := s.items(0)
	return func(yield func(status.Delay) bool) {
		items, from := first, next
		for {
			for _, i := range items { // beside the loop, as making texts of them takes longer than all else
				if !yield(status.Delay{Status: i.Status.String(), Kind: i.Kind.String(), Path: i.Path(), Dest: i.Dest()}) {
					return
				}
			}
			if from == 0 || !between(func() { items, from = s.items(from) }) {
				return
			}
		}
	}
}

// items returns what a part of the FIFO is now, and the position of the next; 0: that was all.
func (s *Sync) items(from uint64) (items []delay.Item, next uint64) {
	part := s.queue.Part(from, maxPart)
	items = make([]delay.Item, len(part))
	for i, d := range part {
		items[i] = d.Item()
	}
	if len(part) == maxPart {
		next = part[len(part)-1].Position() + 1
	}
	return items, next
}

func (s *Sync) state(v status.Sync) status.State {
	return status.Condition{
		Ended: s.phase == stopped || s.core.shuttingDown(),
		Held:  s.holds.doubtful(), Paused: s.pause != nil,
		Lasting:  s.persistent.any() && s.phase == running,
		Failing:  v.Retrying > 0 || s.watchTries > 0 || !s.open() && s.tunnel != nil && s.tunnel.Failing(),
		Starting: s.phase != running || s.starting || s.following || !s.open(),
		GivenUp:  s.failures > 0,
		Pending:  v.Pending > 0,
	}.State()
}
