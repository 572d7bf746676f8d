// Package problem is what is wrong with a config, or should be changed: each with its place and what to do about it. All
// packages that take in a part of a config add to one Collector.
package problem

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lsyncgo/engine/printable"
	"lsyncgo/lua"
	"lsyncgo/lua/schema"
)

// Problem is one fault of a config, or one warning about it.
type Problem struct {
	File   string
	Line   int    // 0 if not known
	Sync   string // name of the sync, "" outside of one
	Text   string
	Remedy string // what to do about it; may be empty
}

// Place returns "file:line", as far as it is known.
func (p Problem) Place() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// String returns the problem as one line.
func (p Problem) String() string {
	var b strings.Builder
	if place := p.Place(); place != "" {
		b.WriteString(place + ": ")
	}
	if p.Sync != "" {
		fmt.Fprintf(&b, "sync %s: ", printable.Quote(p.Sync))
	}
	b.WriteString(p.Text)
	if p.Remedy != "" {
		b.WriteString(" (" + p.Remedy + ")")
	}
	return printable.Line(b.String())
}

// Problems are all faults of a config, by line.
type Problems []Problem

// Error returns one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders the problems of each file by line, files as they came up.
func (ps Problems) sorted() Problems {
	var files []string
	for _, p := range ps {
		if !slices.Contains(files, p.File) {
			files = append(files, p.File)
		}
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(slices.Index(files, a.File)-slices.Index(files, b.File), a.Line-b.Line)
	})
	return ps
}

// At returns a problem at place, which is "file:line" or a file alone.
func At(place, sync, remedy, format string, args ...any) Problem {
	p := Problem{Sync: sync, Remedy: remedy, Text: fmt.Sprintf(format, args...)}
	p.File, p.Line = lua.SplitPlace(place)
	return p
}

// Collector takes what is found while a config is loaded.
type Collector struct {
	// Shown, unless nil, says how messages call a file.
	Shown    func(file string) string
	problems Problems
	warnings []Problem
}

// Add records a fault.
func (c *Collector) Add(p Problem) {
	if c.Shown != nil {
		p.File = c.Shown(p.File)
	}
	c.problems = append(c.problems, p)
}

// Warn records what works but should be changed, each only once.
func (c *Collector) Warn(p Problem) {
	if c.Shown != nil {
		p.File = c.Shown(p.File)
	}
	if !slices.Contains(c.warnings, p) {
		c.warnings = append(c.warnings, p)
	}
}

// Report takes over what was found in a table of the config. before stands before each text; self is what the table is called in it.
func (c *Collector) Report(found schema.Findings, place, sync, before, self string) {
	for _, f := range found {
		p := At(place, sync, f.Remedy, "%s", before+f.Text(self))
		if f.Warning {
			c.Warn(p)
		} else {
			c.Add(p)
		}
	}
}

// Err returns all faults, by line; nil if there is none.
func (c *Collector) Err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return c.problems.sorted()
}

// Warnings returns what Warn has recorded, in that order.
func (c *Collector) Warnings() []Problem { return c.warnings }
