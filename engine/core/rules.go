package core

import (
	"slices"
	"time"

	"lsyncgo/engine/filter"
)

// rule is a filter rule in force.
type rule struct {
	filter.Rule
	added time.Time // zero: it is from the definition, or was there before the source was watched
}

// rules are filter rules that held.
type rules struct {
	list []rule
	set  *filter.Set
}

// Rules returns the filter rules in force, in order.
func (s *Sync) Rules() []filter.Rule { return plain(s.rules) }

func plain(rules []rule) []filter.Rule {
	list := make([]filter.Rule, len(rules))
	for i, r := range rules {
		list[i] = r.Rule
	}
	return list
}

func (s *Sync) setRules(list []rule) error {
	set, err := filter.Compile(plain(list))
	if err != nil {
		return err
	}
	if s.before == nil {
		s.before = &rules{s.rules, s.filter.Load()}
	}
	s.rules = list
	s.filter.Store(set)
	return nil
}

// AddExclude excludes what matches pattern from now on.
func (s *Sync) AddExclude(pattern string) error {
	return s.AddRule(filter.Rule{Pattern: pattern}, 0)
}

// AddRule adds a rule in front of so many that stay the last.
func (s *Sync) AddRule(r filter.Rule, last int) error {
	added := rule{Rule: r}
	if s.phase == running {
		added.added = s.core.now
	}
	return s.setRules(slices.Insert(slices.Clone(s.rules), len(s.rules)-last, added))
}

// RemoveExclude removes the newest exclude rule with exactly this pattern, and
// reports whether there was one.
func (s *Sync) RemoveExclude(pattern string) bool {
	for i := len(s.rules) - 1; i >= 0; i-- {
		if r := s.rules[i]; !r.Include && r.Pattern == pattern {
			rest := slices.Delete(slices.Clone(s.rules), i, i+1)
			return s.setRules(rest) == nil
		}
	}
	return false
}

// Excluded reports whether the filter rules exclude path, which is relative to
// the source and ends in a slash for a directory. Any goroutine may call it.
func (s *Sync) Excluded(path string) bool { return s.filter.Load().Excluded(path) }

// reveal has reported as new what rules that changed exclude no more: nobody watched it until now.
func (c *Core) reveal() {
	for _, s := range c.syncs {
		before, now := s.before, s.filter.Load()
		s.before = nil
		if before != nil && s.phase != queued && !s.phase.ended() && !before.set.Within(now) {
			s.relist(Relist{Root: s.id, Hidden: before.set.Excluded, Seen: s.seen(before.list)})
		}
	}
}

// seen returns what Relist needs to know of the rules that held. What only those hid that the script itself had added
// while it ran was in sight before, and is new only if it changed since, and not by the script's own work: a converter
// that excludes what its child writes would hear of that for ever. A preset changes nothing in its source.
func (s *Sync) seen(before []rule) func(path string, changed time.Time) bool {
	var gone time.Time // when the oldest rule that was added and is gone was
	var persistent []filter.Rule
	for _, r := range before {
		switch {
		case r.Include || r.added.IsZero():
			persistent = append(persistent, r.Rule)
		case slices.Contains(s.rules, r) || !gone.IsZero() && gone.Before(r.added):
		default:
			gone = r.added
		}
	}
	set, err := filter.Compile(persistent)
	if gone.IsZero() || err != nil || s.cfg.TakesTrees {
		return nil
	}
	if s.judged.After(gone) {
		gone = s.judged
	}
	return func(path string, changed time.Time) bool { return !set.Excluded(path) && !changed.After(gone) }
}
