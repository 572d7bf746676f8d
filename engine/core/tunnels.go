package core

import (
	"slices"

	"lsyncgo/engine/status"
	"lsyncgo/engine/tunnel"
)

// tend keeps the tunnels that syncs use up, and ends the others.
func (c *Core) tend() {
	for _, s := range c.syncs {
		if s.cfg.Tunnel != nil && s.phase != stopped {
			s.tunnel = c.tunnelFor(s.cfg.Tunnel)
		}
	}
	c.tunnels = slices.DeleteFunc(c.tunnels, func(t *tunnel.Tunnel) bool { return t.Stopping() && t.Gone() })
	for _, t := range c.tunnels {
		switch {
		case c.settings.DryRun:
		case t.Stopping():
		case !c.used(t):
			c.stepTunnel(t, tunnel.Stop{})
		case c.mayBegin(t):
			c.stepTunnel(t, tunnel.Tick{})
		}
	}
	for _, s := range c.syncs {
		s.noticeTunnel()
	}
}

// tunnelFor returns the tunnel of a definition: the one that has it, one that a reload left
// without a definition and that is the same, or a new one.
func (c *Core) tunnelFor(cfg *tunnel.Config) *tunnel.Tunnel {
	for _, t := range c.tunnels {
		if t.Config() == cfg && !t.Stopping() {
			return t
		}
	}
	for _, t := range c.tunnels {
		if t.Config().Digest == cfg.Digest && !t.Stopping() && !c.defined(t.Config()) {
			t.Adopt(cfg)
			return t
		}
	}
	t := tunnel.New(cfg, tunnel.Deps{
		NewID:   c.newProc,
		Backoff: backoff,
		Log:     c.log.Log,
	})
	c.tunnels = append(c.tunnels, t)
	if c.settings.DryRun {
		c.log.Log("Normal", "would start: tunnel ", cfg)
	}
	return t
}

// defined reports whether a sync of the config in force has this tunnel.
func (c *Core) defined(cfg *tunnel.Config) bool {
	return slices.ContainsFunc(c.syncs, func(s *Sync) bool { return s.cfg.Tunnel == cfg })
}

// used reports whether a sync may still send something through the tunnel.
func (c *Core) used(t *tunnel.Tunnel) bool {
	for _, r := range c.receivers {
		if s, ok := r.(*Sync); ok && s.tunnel == t && (s.phase != stopped || len(s.running) > 0) {
			return true
		}
	}
	return false
}

// mayBegin reports whether a tunnel can do what is due. A new one waits until
// those that a reload has replaced have ended: they may hold its local port.
func (c *Core) mayBegin(t *tunnel.Tunnel) bool {
	return t.Begun() || !slices.ContainsFunc(c.tunnels, func(old *tunnel.Tunnel) bool { return !c.defined(old.Config()) })
}

// tunnelOwner owns the processes of a tunnel and their checks.
type tunnelOwner struct {
	core   *Core
	tunnel *tunnel.Tunnel
}

// Serves implements Owner.
func (tunnelOwner) Serves() bool { return true }

// Ended implements Owner.
func (o tunnelOwner) Ended(in Exited) { o.core.stepTunnel(o.tunnel, in) }

// Reserved tells the tunnel which port its process shall have.
func (o tunnelOwner) Reserved(in Reserved) { o.core.stepTunnel(o.tunnel, in) }

func (c *Core) stepTunnel(t *tunnel.Tunnel, in tunnel.Input) {
	for _, cmd := range t.Step(c.now, in) {
		if start, ok := cmd.(Start); ok && c.log.Enabled("Exec") {
			c.log.Log("Exec", start.Work.Describe(), " for tunnel ", t.Config().Name)
		}
		c.carry(tunnelOwner{c, t}, cmd)
	}
}

// endTunnels ends all tunnels and reports whether they have ended.
func (c *Core) endTunnels() bool {
	gone := true
	for _, t := range c.tunnels {
		if !t.Stopping() {
			c.stepTunnel(t, tunnel.Stop{})
		}
		gone = gone && t.Gone()
	}
	return gone
}

func (c *Core) tunnelSnapshots() (list []status.Tunnel) {
	if c.settings.DryRun {
		return nil
	}
	for _, t := range c.tunnels {
		list = append(list, t.Snapshot())
	}
	return list
}

// open reports whether what the sync starts can get through.
func (s *Sync) open() bool {
	return s.cfg.Tunnel == nil || s.core.settings.DryRun || s.tunnel != nil && s.tunnel.Ready()
}

// noticeTunnel logs when the sync begins to wait for its tunnel, and when it can go on.
func (s *Sync) noticeTunnel() {
	waits := !s.open() && s.phase != stopped
	if waits == s.waitsForTunnel {
		return
	}
	s.waitsForTunnel = waits
	if waits {
		s.log("Normal", s.waitingFor())
	} else if s.phase != stopped && s.cfg.Tunnel != nil {
		s.log("Normal", "tunnel ", s.cfg.Tunnel.Name, " is ready")
	}
}

func (s *Sync) waitingFor() string { return "waiting for tunnel " + s.cfg.Tunnel.Name }

// Through returns the local end of the sync's tunnel that work for an agent
// shall use: that of the next ready process, the same one until the agent's
// work has ended. A nil agent gets another one each time. ok is false without a tunnel,
// or while it is not ready.
func (s *Sync) Through(a *Agent) (end tunnel.End, ok bool) {
	switch {
	case s.cfg.Tunnel == nil:
		return end, false
	case s.core.settings.DryRun:
		return tunnel.End{Host: s.cfg.Tunnel.Localhost}, true
	case s.tunnel == nil:
		return end, false
	case a != nil && a.end != nil && s.tunnel.Leads(*a.end):
		return *a.end, true
	}
	end, ok = s.tunnel.Next()
	if ok && a != nil {
		a.end = &end
	}
	return end, ok
}
