package status

import (
	"strings"
	"testing"
)

// One word for each condition, the worst of what is true, with the exit status that tells of it. §10.
func TestStates(t *testing.T) {
	for _, c := range []struct {
		is       Condition
		want     State
		severity int
	}{
		{Condition{}, InStep, Fine},
		{Condition{Pending: true}, Behind, Fine},
		{Condition{GivenUp: true, Pending: true}, Degraded, Warning},
		{Condition{Starting: true, GivenUp: true, Pending: true}, Starting, Fine},
		{Condition{Failing: true, Starting: true, Pending: true}, Retrying, Warning},
		{Condition{Lasting: true, Failing: true, Starting: true}, Degraded, Warning},
		{Condition{Paused: true, Lasting: true, Failing: true}, Paused, Warning},
		{Condition{Held: true, Paused: true, Starting: true}, Held, Critical},
		{Condition{Ended: true, Held: true, Paused: true}, Stopped, Critical},
	} {
		if got := c.is.State(); got != c.want || got.Severity() != c.severity {
			t.Errorf("%+v: %s, %d; want %s, %d", c.is, got, got.Severity(), c.want, c.severity)
		}
	}
	if s := State("a word of a newer daemon"); s.Severity() != Warning {
		t.Errorf("an unknown state has severity %d", s.Severity())
	}
}

func syncs(states ...State) (s Snapshot) {
	for i, state := range states {
		s.Syncs = append(s.Syncs, Sync{Name: string(rune('a' + i)), State: state})
	}
	return s
}

// How many syncs are in which state, and the exit status of the worst. §10.
func TestSummary(t *testing.T) {
	for _, c := range []struct {
		shot Snapshot
		want string
		code int
	}{
		{syncs(), "0 syncs", 0},
		{syncs(Behind), "1 sync: 1 behind", 0},
		{syncs(Stopped, InStep, Behind, InStep), "4 syncs: 2 in step, 1 behind, 1 stopped", 2},
		{syncs(Paused, InStep), "2 syncs: 1 in step, 1 paused", 1},
		{syncs("new word"), "1 sync: 1 new word", 1},
	} {
		if got := c.shot.Summary(); got != c.want || c.shot.Severity() != c.code {
			t.Errorf("%s, %d; want %s, %d", got, c.shot.Severity(), c.want, c.code)
		}
	}
}

func TestChosenSyncs(t *testing.T) {
	shot := syncs(InStep, Held, Behind)
	if got := shot.Problems().Summary(); got != "1 sync: 1 held" {
		t.Errorf("problems: %s", got)
	}
	only, err := shot.Only([]string{"c", "a"})
	if err != nil || only.Summary() != "2 syncs: 1 in step, 1 behind" || only.Syncs[0].Name != "c" {
		t.Errorf("%v, %s", err, only.Summary())
	}
	if _, err := shot.Only([]string{"x"}); err == nil || !strings.Contains(err.Error(), `no sync "x"`) {
		t.Errorf("an unknown name: %v", err)
	}
}

// One line, of which monitoring systems take what is behind the first bar for figures. §10.
func TestHealth(t *testing.T) {
	line := sample().Health()
	const want = `LSYNCGO CRITICAL: 7 syncs: 1 in step, 1 behind, 1 starting, 1 retrying, 1 degraded, 1 paused, 1 held; ` +
		`far retrying (exit code 255); half degraded (1 path given up); held held (the source is empty); still paused (paused by root)` +
		` | syncs=7 pending=5 oldest=75.0s retrying=1 processes=1 watched=1234`
	if line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	shot := Snapshot{Syncs: []Sync{{Name: "a|b\n", State: Stopped}}}
	if line := shot.Health(); strings.Count(line, "|") != 1 || strings.Contains(line, "\n") {
		t.Errorf("a name makes up figures: %q", line)
	}
}
