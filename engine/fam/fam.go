// Package fam tells handlers what exists at a path and what changes there, as a value machine: a monitor is a core.Receiver that knows
// which names there are. It reads no clock, opens nothing and starts nothing.
package fam

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lsyncgo/engine/core"
)

// Action is what an event says.
type Action string

// The actions. Exists and EndExist tell of what existed at the start; a monitored path that appears later is Created, with all in it.
const (
	Exists   Action = "exists"
	EndExist Action = "endExist"
	Created  Action = "created"
	Changed  Action = "changed"
	Deleted  Action = "deleted"
)

// Event is one thing that a handler is told.
type Event struct {
	Action Action
	// Filename is absolute for the monitored path itself, and relative to it for what is in it.
	Filename  string
	RequestID string // the monitor's ID
}

// Config is one monitor.
type Config struct {
	// ID is the ID that the script asks for; empty: the path. One that is taken is made unique.
	ID        string
	Path      string // absolute, clean
	Recursive bool
	// Ignored reports of what nothing is told, by its name as in Event; nil: nothing.
	Ignored func(filename string) bool
	Backend string // of the monitor; empty: the best one
	// PollInterval is how often a backend that compares listings lists everything; 0: its default.
	PollInterval time.Duration
	// Handle is called for each event, by the goroutine that calls Core.Step, never while Add runs. It calls done when that is over, and is not
	// called for this monitor before. kill, which may be nil, ends it early.
	Handle func(e Event, done func()) (kill func())
}

// Set has the monitors of a config.
type Set struct {
	core     *core.Core
	timers   *core.Timers
	log      core.Log
	monitors map[string]*fileMonitor
	tokens   []*fileMonitor // one for each event that waits, in order, but for those of busy handlers
	waiting  int            // events
	planned  bool           // their delivery
}

// New returns a set without monitors.
func New(c *core.Core, log core.Log) *Set {
	return &Set{core: c, timers: c.NewTimers(), log: log, monitors: map[string]*fileMonitor{}}
}

// UniqueID is the ID under which a monitor can be added. Taken reports which are in use.
func UniqueID(c *Config, taken func(id string) bool) string {
	id := c.ID
	if id == "" {
		id = c.Path
	}
	for n, wanted := 2, id; taken(id); n++ {
		id = fmt.Sprintf("%s#%d", wanted, n)
	}
	return id
}

// Add begins to monitor. ID must be unique.
func (s *Set) Add(c Config) {
	m := &fileMonitor{Config: c, set: s, wanted: c.Path, action: Exists}
	s.monitors[c.ID] = m
	m.place(m.wanted)
}

// Len counts the monitors.
func (s *Set) Len() int { return len(s.monitors) }

// Has reports whether a monitor has this ID.
func (s *Set) Has(id string) bool { return s.monitors[id] != nil }

// Remove ends a monitor; what waits for its handler is dropped. False: there is none of that ID.
func (s *Set) Remove(id string) bool {
	m := s.monitors[id]
	if m == nil {
		return false
	}
	delete(s.monitors, id)
	for range m.owed {
		s.tokens = append(s.tokens, m)
	}
	m.owed = 0
	s.plan()
	m.end()
	return true
}

// Pending counts the events that wait to be delivered.
func (s *Set) Pending() int { return s.waiting }

// List returns the monitors, in order of their IDs.
func (s *Set) List() []Config {
	list := make([]Config, 0, len(s.monitors))
	for _, m := range s.monitors {
		list = append(list, m.Config)
	}
	slices.SortFunc(list, func(a, b Config) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// Close ends all monitors.
func (s *Set) Close() {
	s.timers.Retire()
	for _, m := range s.monitors {
		m.end()
		if m.kill != nil {
			m.kill()
		}
	}
	clear(s.monitors)
	s.tokens, s.waiting = nil, 0
}
