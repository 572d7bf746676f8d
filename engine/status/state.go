package status

import (
	"fmt"
	"slices"
	"strings"

	"lsyncgo/engine/printable"
)

// State says how far one sync is from its target, in the one word that every output has for that.
type State string

const (
	// InStep means: nothing is pending and nothing is running.
	InStep State = "in step"
	// Behind means: changes are pending or on their way.
	Behind State = "behind"
	// Starting means: the watches are being placed or the startup sync has not ended yet.
	Starting State = "starting"
	// Retrying means: the last attempt failed and is going to be repeated.
	Retrying State = "retrying"
	// Degraded means: changes fail again and again, or were given up;
	// the target may differ from the source until someone looks.
	Degraded State = "degraded"
	// Paused means: somebody asked for a pause, which ends at a time or when somebody asks for that.
	Paused State = "paused"
	// Held means: the sync does nothing until its source is back or somebody says resume.
	Held State = "held"
	// Stopped means: the sync does nothing any more, as it has died, or the daemon is ending.
	Stopped State = "stopped"
)

// States lists all of them, the worst last.
var States = []State{InStep, Behind, Starting, Retrying, Degraded, Paused, Held, Stopped}

// Condition is what decides a sync's state.
type Condition struct {
	Ended  bool // the sync has died, or the daemon is ending
	Held   bool // something holds it that is no pause
	Paused bool
	// Lasting: changes fail again and again. Failing: the last attempt failed. GivenUp: changes are not tried again.
	Lasting, Failing, GivenUp bool
	Starting                  bool // it is not watched yet, or its startup has not ended
	Pending                   bool // events wait, or work runs for them
}

// State is the worst that is true.
func (c Condition) State() State {
	switch {
	case c.Ended:
		return Stopped
	case c.Held:
		return Held
	case c.Paused:
		return Paused
	case c.Lasting:
		return Degraded
	case c.Failing:
		return Retrying
	case c.Starting:
		return Starting
	case c.GivenUp:
		return Degraded
	case c.Pending:
		return Behind
	}
	return InStep
}

// The exit statuses of commands that ask how things are, as monitoring systems have them.
const (
	Fine     = 0
	Warning  = 1
	Critical = 2
	Unknown  = 3 // no daemon answers
)

// Severity is the exit status that tells of the state.
func (s State) Severity() int {
	switch s {
	case InStep, Behind, Starting:
		return Fine
	case Held, Stopped:
		return Critical
	}
	return Warning // a word of a newer daemon, too, is worth a look
}

// Severity is that of the worst sync.
func (s Snapshot) Severity() (worst int) {
	for i := range s.Syncs {
		worst = max(worst, s.Syncs[i].State.Severity())
	}
	return worst
}

// Summary counts the syncs in each state, as "3 syncs: 2 in step, 1 held".
func (s Snapshot) Summary() string {
	counts := map[State]int{}
	order := slices.Clone(States)
	for i := range s.Syncs {
		state := s.Syncs[i].State
		if counts[state]++; !slices.Contains(order, state) {
			order = append(order, state)
		}
	}
	var parts []string
	for _, state := range order {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	text := printable.Count(len(s.Syncs), "sync", "syncs")
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// Only returns a snapshot with the syncs of these names; of none it says so in the error.
func (s Snapshot) Only(names []string) (Snapshot, error) {
	if len(names) == 0 {
		return s, nil
	}
	var list []Sync
	for _, name := range names {
		i := slices.IndexFunc(s.Syncs, func(v Sync) bool { return v.Name == name })
		if i < 0 {
			return s, fmt.Errorf("there is no sync %q", name)
		}
		list = append(list, s.Syncs[i])
	}
	s.Syncs, s.Tunnels, s.Tasks = list, nil, nil
	return s, nil
}

// Problems returns a snapshot without what is well.
func (s Snapshot) Problems() Snapshot {
	var list []Sync
	for _, v := range s.Syncs {
		if v.State.Severity() > Fine || len(v.NotMounted) > 0 {
			list = append(list, v)
		}
	}
	s.Syncs, s.Tasks = list, nil
	s.Tunnels = slices.DeleteFunc(slices.Clone(s.Tunnels), func(t Tunnel) bool { return t.LastError == nil })
	return s
}
