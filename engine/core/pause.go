package core

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/engine/message"
)

// Pause is what somebody has asked for: that a sync does nothing for a while. What happens meanwhile waits.
type Pause struct {
	Sync  string    // its name
	Until time.Time // zero: until somebody says resume
	By    string    // who asked; "" if nobody knows
}

// words say who and until when.
func (p *Pause) words() string {
	text := "paused by " + cmp.Or(p.By, "somebody")
	if !p.Until.IsZero() {
		text += " until " + p.Until.Format(time.DateTime)
	}
	return text
}

// over reports whether the pause has ended by itself.
func (p *Pause) over(now time.Time) bool { return !p.Until.IsZero() && !p.Until.After(now) }

// named returns the sync of this name.
func (c *Core) named(name string) (*Sync, error) {
	names := make([]string, len(c.syncs))
	for i, s := range c.syncs {
		if names[i] = s.cfg.Name; names[i] == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("there is no sync %q; there are %s", name, strings.Join(names, ", "))
}

// Pause has a sync start nothing until the pause ends, also if it is begun anew by a reload; what runs goes on to its end.
// One that is paused already is paused anew.
func (c *Core) Pause(p Pause) error {
	s, err := c.named(p.Sync)
	if err != nil {
		return err
	}
	if s.phase == stopped {
		return fmt.Errorf("sync %q is stopped and does nothing any more", p.Sync)
	}
	s.setPause(p)
	s.tell(message.Paused, "Normal", p.words())
	return nil
}

// Pauses returns those in force.
func (c *Core) Pauses() (list []Pause) {
	for _, s := range c.syncs {
		if s.pause != nil {
			list = append(list, *s.pause)
		}
	}
	return list
}

// Restore puts pauses in force that were when the program ended. Those of syncs that are gone, or that are over, are dropped.
func (c *Core) Restore(list []Pause, now time.Time) {
	for _, p := range list {
		if s, err := c.named(p.Sync); err == nil && !p.over(now) {
			s.setPause(p)
			s.tell(message.Paused, "Normal", "still ", p.words())
		}
	}
}

func (s *Sync) setPause(p Pause) {
	p.Sync = s.cfg.Name
	s.pause = &p
	s.holds.add(paused, p.words())
	s.changes++
}

// unpause lets the sync go on, unless something else holds it.
func (s *Sync) unpause(words ...any) {
	s.pause = nil
	s.holds.end(paused)
	s.changes++
	s.quietUntil = s.core.now
	s.tell(message.Resumed, "Normal", words...)
	s.stillHeld()
}

// endPauses lets those go on whose pause is over.
func (c *Core) endPauses() {
	for _, s := range c.syncs {
		if s.pause != nil && s.pause.over(c.now) {
			s.unpause("the pause is over")
		}
	}
}

// keepPauses hands pauses on to syncs that a reload has made: by name, whatever else has changed, else to the one that took
// the place of a renamed one.
func keepPauses(next, removed []*Sync) {
	for _, s := range next {
		if s.pause != nil {
			continue
		}
		former := predecessor(&s.cfg, removed)
		for _, old := range removed {
			if old.cfg.Name == s.cfg.Name {
				former = old
			}
		}
		if former != nil && former.pause != nil {
			s.setPause(*former.pause)
		}
	}
}

// Place says what is at a path in a source.
type Place uint8

const (
	// Absent: nothing.
	Absent Place = iota
	// Directory is a directory, and no link to one.
	Directory
	// Other is anything else.
	Other
)

// Resync has a sync bring a path to the target as it is now, path "" for the whole source. path is relative to the
// source, without a slash at its end. It waits its turn, and for the end of what holds the sync.
func (c *Core) Resync(name, path string, is Place, by string) error {
	s, err := c.named(name)
	switch {
	case err != nil:
		return err
	case s.phase == stopped:
		return fmt.Errorf("sync %q is stopped and does nothing any more", name)
	case path == "" && !s.cfg.HasInit:
		return fmt.Errorf("sync %q has no init, so nothing can bring all of its source to the target; name a path", name)
	}
	dir := path
	if is == Directory && path != "" {
		dir += "/"
	}
	if path != "" && s.Excluded(dir) {
		return fmt.Errorf("sync %q leaves %q alone: %s", name, path, s.Verdict(dir))
	}
	s.log("Normal", "resync of ", s.cfg.Source, path, " asked for by ", cmp.Or(by, "somebody"))
	e := event.Event{Root: s.id, Path: dir, Time: c.now}
	switch {
	case path == "":
		s.Full("")
		return nil
	case is == Directory && s.deletesInFullOnly():
		s.Full(dir)
		return nil
	case is == Directory:
		e.Kind, e.Tree = event.Create, true
		s.Report(e)
		s.list(dir)
		return nil
	case is == Absent: // the target may have either there
		e.Kind = event.Delete
		s.Report(e)
		e.Path += "/"
	default:
		e.Kind = event.Modify
	}
	s.Report(e)
	return nil
}

// Verdict says what the filter rules say of a path, and which one.
func (s *Sync) Verdict(path string) string {
	set := s.filter.Load()
	return set.Explain(path, set.Verdict(path))
}
