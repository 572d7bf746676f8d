// Package filter decides which paths a sync leaves alone. Its rules are those
// of rsync, so that what the engine watches and reports is what rsync
// transfers. The package is pure: it looks at bytes only, never at files.
package filter

import (
	"fmt"
	"io"
	"strings"
)

// Rule includes or excludes the paths that match a pattern of rsync's syntax.
type Rule struct {
	Include bool
	Pattern string
}

// String returns the rule as rsync reads it with --filter.
func (r Rule) String() string {
	if r.Include {
		return "+ " + r.Pattern
	}
	return "- " + r.Pattern
}

// Parse reads one filter rule, "+ pattern" or "- pattern". Everything after the
// first space is the pattern, further spaces included.
func Parse(line string) (Rule, error) {
	rest, include := strings.CutPrefix(line, "+ ")
	if !include {
		var exclude bool
		if rest, exclude = strings.CutPrefix(line, "- "); !exclude {
			return Rule{}, fmt.Errorf("filter rule %q: write \"+ pattern\" to include or \"- pattern\" to exclude", line)
		}
	}
	r := Rule{Include: include, Pattern: rest}
	if err := r.check(); err != nil {
		return Rule{}, err
	}
	return r, nil
}

// maxPattern is PATH_MAX: rsync discards longer patterns with a mere warning.
const maxPattern = 4096

func (r Rule) check() error {
	switch {
	case r.Pattern == "":
		return fmt.Errorf("filter rule %q has no pattern: write one or remove the rule", r)
	case strings.IndexByte(r.Pattern, 0) >= 0:
		return fmt.Errorf("filter rule %q: no path contains a zero byte: remove it from the pattern", r)
	case len(r.Pattern) >= maxPattern:
		return fmt.Errorf("filter rule %.40q...: the pattern has %d bytes: shorten it to less than %d", r.String(), len(r.Pattern), maxPattern)
	}
	return nil
}

// ReadExcludes reads a file of patterns to exclude, one on a line, as rsync's
// --exclude-from: a leading "- " is dropped, blank lines and those that start
// with '#' or ';' are comments, a lone "!" forgets the lines above it. Unlike there,
// and as in Lsyncd, blanks at the start of a line do not count. Lines
// that start with "+ " are left out. Name is for errors: "name:line: ...".
func ReadExcludes(r io.Reader, name string) ([]Rule, error) {
	return read(r, name, func(line string) (Rule, bool, error) {
		line = strings.TrimLeft(line, " \t")
		if isComment(line) {
			return Rule{}, false, nil
		}
		rule := Rule{Pattern: strings.TrimPrefix(line, "- ")}
		return rule, !strings.HasPrefix(line, "+ "), rule.check()
	})
}

// ReadFilters reads a file of rules as Parse takes them, one on a line.
// Comments, "!" and name are as in ReadExcludes.
func ReadFilters(r io.Reader, name string) ([]Rule, error) {
	return read(r, name, func(line string) (Rule, bool, error) {
		rule, err := Parse(line)
		return rule, true, err
	})
}

// read collects the rules of the lines that are not comments; parse says
// whether to keep the rule.
func read(r io.Reader, name string, parse func(line string) (rule Rule, keep bool, err error)) ([]Rule, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var rules []Rule
	n := 0
	for line := range strings.SplitSeq(lineEnds.Replace(string(text)), "\n") {
		n++
		if line == "!" {
			rules = nil
			continue
		}
		if isComment(line) {
			continue
		}
		rule, keep, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if keep {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// lineEnds turns everything that rsync takes for the end of a line into one form.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func isComment(line string) bool {
	return line == "" || line[0] == '#' || line[0] == ';' || strings.TrimSpace(line) == ""
}
