package core_test

import (
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// §4: the alarm of an event is its own time, which the monitor tells, plus the delay; not the time at which the engine gets to it.
func TestAlarmCountsFromTheEvent(t *testing.T) {
	now := time.Unix(1e9, 0)
	c := core.New(core.Settings{}, silent{})
	s, err := c.Add(core.SyncConfig{Name: "one", Delay: 5 * time.Second, MaxDelays: 1000, Actions: discarder{}})
	if err != nil {
		t.Fatal(err)
	}
	c.Step(now, core.Tick{})
	c.Step(now, core.Watched{Root: s.ID()})
	late := now.Add(3 * time.Second)
	c.Step(late, core.Events{{Root: s.ID(), Kind: event.Modify, Path: "f", Time: now}})
	if at, ok := c.Alarm(); !ok || !at.Equal(now.Add(5*time.Second)) {
		t.Errorf("alarm at %v, %v; the event was at %v", at, ok, now)
	}
	c.Step(now.Add(5*time.Second-1), core.Tick{})
	if c.Snapshot(late, nil).Syncs[0].Pending != 1 {
		t.Error("served before its alarm")
	}
	c.Step(now.Add(5*time.Second), core.Tick{})
	if c.Snapshot(late, nil).Syncs[0].Pending != 0 {
		t.Error("not served at its alarm")
	}
}

// A sync that waits hears of changes together; one without a delay hears of each at once.
func TestSlackIsAShareOfTheDelay(t *testing.T) {
	for delay, want := range map[time.Duration]time.Duration{0: 0, time.Second: 20 * time.Millisecond} {
		c := core.New(core.Settings{}, silent{})
		if _, err := c.Add(core.SyncConfig{Name: "one", Delay: delay, MaxDelays: 1000, Actions: discarder{}}); err != nil {
			t.Fatal(err)
		}
		watched := false
		for _, cmd := range c.Step(time.Unix(1e9, 0), core.Tick{}) {
			if w, ok := cmd.(core.Watch); ok {
				watched = true
				if w.Slack != want {
					t.Errorf("delay %v: slack %v, want %v", delay, w.Slack, want)
				}
			}
		}
		if !watched {
			t.Errorf("delay %v: nothing is watched", delay)
		}
	}
}
