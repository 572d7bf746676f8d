package filter

import (
	"slices"
	"strings"
)

// Positional reports whether a directory's place decides about what is in it, so that a rename
// may bring something to light.
func (s *Set) Positional() bool {
	return !s.Empty() && slices.ContainsFunc(s.rules, func(r Rule) bool {
		return strings.Contains(strings.TrimSuffix(r.Pattern, "/"), "/") || strings.Contains(r.Pattern, "**")
	})
}

// Within reports whether other surely excludes all that s does: if it has the same rules
// in the same order, and besides only rules that exclude.
func (s *Set) Within(other *Set) bool {
	if s.Empty() {
		return true
	}
	if other.Empty() {
		return false
	}
	rest := s.rules
	for _, r := range other.rules {
		switch {
		case len(rest) > 0 && rest[0] == r:
			rest = rest[1:]
		case r.Include:
			return false
		}
	}
	return len(rest) == 0
}
