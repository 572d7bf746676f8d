package filter

import (
	"math"
	"strings"
)

// Set is a list of rules ready for use. It never changes, so any number of
// goroutines may ask it. The zero value and nil exclude nothing.
type Set struct {
	rules []Rule

	// Literal patterns, by far the most frequent, cost one look-up together.
	names map[string]first // patterns for the last component
	paths map[string]first // patterns anchored at the source

	others []matcher // all other rules, in order
}

// first tells which rule is the first with some literal pattern.
type first struct {
	any, dir int // for every entry, for directories only
}

const none = math.MaxInt

// Compile prepares rules, which are tried in the given order. The error says
// which rule is unusable and why.
func Compile(rules []Rule) (*Set, error) {
	s := &Set{names: map[string]first{}, paths: map[string]first{}}
	for i, r := range rules {
		if err := r.check(); err != nil {
			return nil, err
		}
		s.rules = append(s.rules, r)
		s.add(i, r.Pattern)
	}
	return s, nil
}

// add puts the pattern of rule i where it is found fastest.
func (s *Set) add(i int, raw string) {
	p := parsePattern(raw)
	switch {
	case p.wild || !p.anchored && p.slashes > 0:
		s.others = append(s.others, matcher{rule: i, pattern: p})
	case p.anchored:
		note(s.paths, p.literal, i, p.dirOnly)
	default:
		note(s.names, p.literal, i, p.dirOnly)
	}
}

func note(m map[string]first, key string, i int, dirOnly bool) {
	f, ok := m[key]
	if !ok {
		f = first{any: none, dir: none}
	}
	f.dir = min(f.dir, i)
	if !dirOnly {
		f.any = min(f.any, i)
	}
	m[key] = f
}

// Empty reports whether the set has no rules at all.
func (s *Set) Empty() bool { return s == nil || len(s.rules) == 0 }

// Excluded reports whether path, or a directory above it, is excluded. Path is
// relative to the source, without a leading slash; a directory ends in a slash.
// The source itself, "", never is.
//
// At each level from the top the first matching rule decides; without one the
// entry is included.
func (s *Set) Excluded(path string) bool { return s.Verdict(path).Excluded }

// Verdict says whether a path is excluded, and why. Path is as for Excluded.
func (s *Set) Verdict(path string) Verdict {
	v := Verdict{Rule: -1}
	if s.Empty() {
		return v
	}
	for start := 0; start < len(path); {
		end, dir := len(path), false
		if n := strings.IndexByte(path[start:], '/'); n >= 0 {
			end, dir = start+n, true
		}
		if start < end { // an empty component has no name to match
			v.Rule = -1
			if i := s.decides(path, start, end, dir); i != none {
				v.Rule = i
				if v.Excluded = !s.rules[i].Include; v.Excluded {
					v.length = end
					return v
				}
			}
		}
		start = end + 1
	}
	return v
}

// decides returns the first rule that matches the entry path[:end], whose last
// component begins at start, or none. If dir, path[end] is its slash.
func (s *Set) decides(path string, start, end int, dir bool) int {
	best := min(look(s.names, path[start:end], dir), look(s.paths, path[:end], dir))
	for i := range s.others {
		m := &s.others[i]
		if m.rule > best {
			break
		}
		if m.match(path, start, end, dir) {
			return m.rule
		}
	}
	return best
}

func look(m map[string]first, key string, dir bool) int {
	if len(m) == 0 {
		return none
	}
	f, ok := m[key]
	switch {
	case !ok:
		return none
	case dir:
		return f.dir
	default:
		return f.any
	}
}

// matcher is a pattern that needs more than a look-up.
type matcher struct {
	rule int
	pattern
}
