package core

import "slices"

// Reload replaces the settings and the definitions. A sync whose definition
// has the same digest keeps its FIFO, its children and its watches and only
// gets the new script; the others are removed, and new ones start when the children of
// the removed ones have ended. What is known of a source, and what holds its sync, goes on
// to the one that has that source and the same name or target. It returns the syncs in the order of cfgs. The
// error names a filter rule that cannot be used; then nothing has changed.
func (c *Core) Reload(settings Settings, cfgs []SyncConfig) ([]*Sync, error) {
	old := c.syncs
	next := make([]*Sync, 0, len(cfgs))
	for _, cfg := range cfgs {
		if i := slices.IndexFunc(old, func(s *Sync) bool { return s.survives(cfg) && !slices.Contains(next, s) }); i >= 0 {
			next = append(next, old[i])
			continue
		}
		s, err := c.Add(cfg)
		if err != nil {
			c.forget(next, old)
			return nil, err
		}
		next = append(next, s)
	}
	c.settings = settings
	c.turn = 0
	c.syncs = next
	var removed []*Sync
	for _, s := range old {
		if !slices.Contains(next, s) {
			removed = append(removed, s)
			if c.log.Enabled("Info") {
				s.log("Info", "ends: it is not in the new config, or not like this; ", s.queue.Len(), " events are dropped")
			}
			if len(s.mounts.here) > 0 {
				s.outdate() // nobody will tell it of what is unmounted from now on
			}
			c.remove(s)
		}
	}
	for i, s := range next {
		if slices.Contains(old, s) {
			s.adopt(cfgs[i])
		} else if former := predecessor(&s.cfg, removed); former != nil {
			s.succeed(former)
		}
	}
	keepPauses(next, removed)
	return next, nil
}

// forget undoes the Adds of a reload that failed.
func (c *Core) forget(added, old []*Sync) {
	for _, s := range added {
		if !slices.Contains(old, s) {
			delete(c.receivers, s.id)
		}
	}
	c.syncs = old
}

func (s *Sync) survives(cfg SyncConfig) bool {
	return s.cfg.Digest == cfg.Digest && s.cfg.Name == cfg.Name && s.phase != stopped
}

// adopt takes over the new script for an unchanged definition.
func (s *Sync) adopt(cfg SyncConfig) {
	cfg.MaxProcesses = max(cfg.MaxProcesses, 1)
	s.cfg = cfg
	s.queue.SetMaxDelays(cfg.MaxDelays)
	s.queue.Ignore(cfg.Ignores)
	s.script++
	s.scan = scan{}
	s.changes++
	s.quietUntil, s.restUntil = s.core.now, s.core.now
	s.log("Info", "goes on: its definition is the same")
}

// remove lets a sync end: its children run to their end, nothing else happens.
func (c *Core) remove(s *Sync) {
	if s.phase != stopped && s.phase != queued {
		c.do(Unwatch{Root: s.id})
	}
	s.dropWaiting()
	c.killJobs(s)
	s.phase = draining
	c.draining++
	c.left(s)
}

// left forgets a removed sync when its last child has ended.
func (c *Core) left(s *Sync) {
	if len(s.running) == 0 {
		delete(c.receivers, s.id)
		c.draining--
	}
}
