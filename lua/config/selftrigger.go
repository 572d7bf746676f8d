package config

import (
	"slices"
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/guard"
)

// checkSelfTrigger warns of a log or status file in a source: what is logged about a change is the next change, for ever.
func (r *Config) checkSelfTrigger() {
	settings := &r.settings.resolved
	for _, own := range []struct{ key, path string }{{"logfile", settings.LogFile}, {"statusFile", settings.StatusFile}} {
		if own.path == "" {
			continue
		}
		for _, s := range r.definitions {
			if rel, ok := s.hears(own.path); ok {
				s.warn("choose another place for it, or exclude = { \"/"+rel+"\" }",
					"%s %s is in the source: each time that it is written is a change", own.key, own.path)
			}
		}
	}
}

// hears reports whether writing a file makes an event of the sync, and returns its path below the source.
func (s *Definition) hears(file string) (rel string, ok bool) {
	rel, ok = guard.Below(file, s.config.Source)
	rel = strings.TrimSuffix(rel, "/")
	if !ok || rel == "" || s.config.Flat && strings.Contains(rel, "/") || slices.Contains(s.config.Ignores, event.Modify) {
		return "", false
	}
	rules, err := filter.Compile(s.config.Rules)
	return rel, err == nil && !rules.Excluded(rel)
}
