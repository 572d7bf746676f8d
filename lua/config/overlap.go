package config

import (
	"strings"

	"lsyncgo/engine/address"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/guard"
	"lsyncgo/lua/values"
)

// rememberTarget has what writes to a target on this machine see that it is still the same one.
func (s *Definition) rememberTarget() {
	if target := s.localTarget(); target != "" && s.Sync.StringKey("source") != "" {
		s.Sync.GuardTarget(target)
	}
}

// checkOverlap refuses targets of the presets that would make a mirror eat its own source, or itself.
func (s *Definition) checkOverlap() {
	target, source := s.localTarget(), s.Sync.StringKey("source")
	if target == "" || source == "" || !s.mirrors() {
		return
	}
	if guard.Resolved(target) == "/" && s.caps.target == localDir && s.refused {
		return // whatever the source is
	}
	if _, err := filter.Compile(s.Sync.Rules()); err != nil {
		return // said already
	}
	if remedy, text := s.Sync.Overlaps(guard.OverlapOf(source, target)); text != "" {
		s.problem(remedy, "%s", text)
	}
}

// checkOverlappingTargets warns of a sync that deletes at its start what another one puts into the same place.
func (r *Config) checkOverlappingTargets() {
	for _, a := range r.definitions {
		for _, b := range r.definitions {
			if a != b && a.mirrors() && a.config.DeletesAtStart && a.deletesOf(b) {
				a.warn("choose targets beside each other, or exclude the other one",
					"its startup deletes what sync %s puts into %s", b.Sync.Name, b.config.Target)
			}
		}
	}
}

// deletesOf reports whether the startup of s takes what b sends for something that its source does not have.
func (s *Definition) deletesOf(b *Definition) bool {
	rel, ok := strings.CutPrefix(values.WithSlash(b.config.Target), values.WithSlash(s.config.Target))
	rules, err := filter.Compile(s.Sync.Rules())
	if !ok || err != nil || rules.Excluded(rel) {
		return false
	}
	same, ok := guard.Below(b.config.Source, s.config.Source) // both bring the same
	return !ok || same != rel
}

// localTarget returns a target on this machine as an absolute path, "" if it is none.
func (s *Definition) localTarget() string {
	target := s.Sync.StringKey("target")
	if address.Remote(target) || s.Sync.StringKey("host") != "" {
		return ""
	}
	return s.r.Scripts.Anchored(target)
}
