package core

import "lsyncgo/engine/event"

// Hidden returns Excluded for who watches or copies the source. With the log category Exclude it
// logs what it hides, with Filter every verdict and the rule that decided: a monitor asks
// before it watches or reports, so most of what is excluded never becomes an event.
// Any goroutine may call the result.
func (s *Sync) Hidden() func(path string) bool {
	log, name := s.core.log, s.cfg.Name // a reload writes the definition while others ask
	filtering, excluding := log.Enabled("Filter"), log.Enabled("Exclude")
	if !filtering && !excluding {
		return s.Excluded
	}
	return func(path string) bool {
		set := s.filter.Load()
		if set.Empty() {
			return false
		}
		v := set.Verdict(path)
		if filtering {
			log.Log("Filter", name, ": ", set.Explain(path, v))
		}
		if excluding && v.Excluded {
			log.Log("Exclude", name, ": ignored ", path)
		}
		return v.Excluded
	}
}

// exclude logs that an event is not taken in: the monitor had not been told to hide its
// path when it happened, or a script is the source of it.
func (s *Sync) exclude(k event.Kind, path string) {
	if s.core.log.Enabled("Filter") {
		set := s.filter.Load()
		s.log("Filter", set.Explain(path, set.Verdict(path)))
	}
	if s.core.log.Enabled("Exclude") {
		s.log("Exclude", "ignored ", k, " of ", path)
	}
}
