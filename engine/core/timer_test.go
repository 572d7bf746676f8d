package core_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lsyncgo/engine/core"
)

// Timers fire in order of time, then of Add, whoever owns them; one that was cancelled, and those of an owner that was retired, never.
func TestTimers(t *testing.T) {
	now := time.Unix(1e9, 0)
	c := core.New(core.Settings{}, newStage(t))
	old, young := c.NewTimers(), c.NewTimers()
	var fired []string
	add := func(owner *core.Timers, after time.Duration, name string) *core.Timer {
		return owner.Add(now.Add(after), func(time.Time) error {
			fired = append(fired, name)
			return nil
		})
	}
	first := add(old, 0, "first")
	add(young, 3*time.Second, "late")
	add(old, 2*time.Second, "of the old one")
	dropped := add(young, time.Second, "dropped")
	add(young, 2*time.Second, "second")
	add(young, 2*time.Second, "third")

	c.Step(now, core.Tick{})
	first.Cancel() // has fired: nothing else may go instead
	dropped.Cancel()
	dropped.Cancel()
	old.Retire()
	add(old, 2*time.Second, "added by the old one")
	if at, ok := c.Alarm(); !ok || !at.Equal(now.Add(2*time.Second)) {
		t.Errorf("the next alarm is at %v, %t", at, ok)
	}
	for after := range 4 {
		c.Step(now.Add(time.Duration(after)*time.Second), core.Tick{})
	}
	if want := []string{"first", "second", "third", "late"}; !slices.Equal(fired, want) {
		t.Errorf("fired %q, not %q", fired, want)
	}
	if at, ok := c.Alarm(); ok {
		t.Errorf("an alarm at %v is left", at)
	}
}

// A timer may cancel those that are due with it, and its owner may retire while it runs.
func TestTimersEndByTimer(t *testing.T) {
	now := time.Unix(1e9, 0)
	st := newStage(t)
	c := core.New(core.Settings{}, st)
	timers, others := c.NewTimers(), c.NewTimers()
	var victim *core.Timer
	fired := 0
	timers.Add(now, func(time.Time) error {
		victim.Cancel()
		timers.Retire()
		return errors.New("its words")
	})
	victim = others.Add(now, func(time.Time) error { t.Error("a cancelled timer fired"); return nil })
	timers.Add(now, func(time.Time) error { t.Error("a retired timer fired"); return nil })
	others.Add(now, func(time.Time) error { fired++; return nil })
	c.Step(now, core.Tick{})
	if fired != 1 || st.out.String() != "\tError: alarm: its words\n" {
		t.Errorf("fired %d times, logged %q", fired, st.out.String())
	}
}
