package api

import (
	"fmt"

	glua "github.com/yuin/gopher-lua"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/guard"
)

// Follow answers core.Follow. See loop.Options: what it returns is called beside the loop, and what that returns on
// the loop's goroutine, where another config may be in force by then.
func (r *Scripts) Follow(id event.RootID, source string) (look func() (take func())) {
	c, target := r.Core(), ""
	if x := scriptOf(c, id); x != nil && x.config.Mirrors {
		target = x.targetPath
	}
	return func() func() {
		var o guard.Overlap
		if target != "" {
			o = guard.OverlapOf(source, target)
		}
		return func() {
			if x := scriptOf(c, id); x != nil {
				x.lead(c, source, o)
			}
		}
	}
}

// scriptOf returns the script of a sync, nil if it is gone.
func scriptOf(c *core.Core, id event.RootID) *Sync {
	for _, s := range c.Syncs() {
		if x, ok := s.Config().Actions.(*Sync); ok && s.ID() == id {
			return x
		}
	}
	return nil
}

// lead gives the sync the source that its path leads to now.
func (s *Sync) lead(c *core.Core, source string, o guard.Overlap) {
	if remedy, text := s.Overlaps(o); text != "" {
		s.sync.Astray(fmt.Sprintf("leads to %s now: %s (%s)", source, text, remedy))
		return
	}
	former := s.config.Source
	s.setSource(source)
	cfg := *s.sync.Config()
	cfg.Source, cfg.Digest = s.config.Source, s.config.Digest
	next := c.Lead(s.sync.ID(), cfg)
	if next == nil {
		s.setSource(former)
		return
	}
	for a, p := range s.plans { // nobody will hear how it ends
		delete(s.plans, a)
		s.inherited = append(s.inherited, p)
	}
	s.sweeper, s.sweeps = nil, nil
	s.sync, s.sent = next, s.r.Now()
}

func (s *Sync) setSource(path string) {
	s.Table.RawSetString("source", glua.LString(path))
	s.config.Source = path
	s.config.Digest = s.digestWithSource()
}
