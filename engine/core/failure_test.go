package core_test

import (
	"errors"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// failing has scripts that fail.
type failing struct {
	spawner
	calls *int
}

func (w failing) Action(*core.Sync) error {
	*w.calls++
	return errors.New("the script ran too long")
}

// TestSlowFailures: a script that fails may have run for as long as its limit allows. So one Step runs one of them at
// most, and the wait for the next try counts from the time after it.
func TestSlowFailures(t *testing.T) {
	now := time.Unix(1e9, 0)
	calls := 0
	c := core.New(core.Settings{}, silent{})
	s, err := c.Add(core.SyncConfig{Name: "one", MaxDelays: 1000, Delay: time.Second, Actions: failing{calls: &calls}})
	if err != nil {
		t.Fatal(err)
	}
	c.Step(now, core.Tick{})
	c.Step(now, core.Watched{Root: s.ID()})
	step := func(paths ...string) {
		t.Helper()
		var list core.Events
		for _, path := range paths {
			list = append(list, event.Event{Root: s.ID(), Kind: event.Create, Path: path, Time: now})
		}
		c.Step(now, list)
	}
	step("a")
	now = now.Add(time.Second)
	step() // runs it
	now = now.Add(time.Minute)
	step()
	if at, ok := c.Alarm(); calls != 1 || !ok || !at.After(now) {
		t.Fatalf("after the first failure, which took until %v: %d calls, next one at %v", now, calls, at)
	}

	step("b", "c")
	now = now.Add(time.Minute)
	for want := 2; want <= 4; want++ {
		step()
		if calls != want {
			t.Fatalf("%d calls, want %d: one in each step", calls, want)
		}
		if at, ok := c.Alarm(); want < 4 && (!ok || at.After(now)) {
			t.Fatalf("after call %d the next step is at %v, want it at once", calls, at)
		}
	}
}

// TestSlowFailuresRest: a script that fails slowly is not asked again, be it for other events, before it has let others have
// as much time as it took.
func TestSlowFailuresRest(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	calls := 0
	c := core.New(core.Settings{}, silent{})
	s, err := c.Add(core.SyncConfig{Name: "one", MaxDelays: 1000, Actions: failing{calls: &calls}})
	if err != nil {
		t.Fatal(err)
	}
	c.Step(now, core.Tick{})
	c.Step(now, core.Watched{Root: s.ID()})
	create := func(path string) {
		c.Step(now, core.Events{{Root: s.ID(), Kind: event.Create, Path: path, Time: now}})
	}
	create("a") // runs it, for ten seconds
	now = now.Add(10 * time.Second)
	create("b")
	end := now.Add(10 * time.Second)
	now = end.Add(-time.Second)
	create("c")
	if at, ok := c.Alarm(); calls != 1 || !ok || !at.Equal(end) {
		t.Fatalf("%d calls by %v, and the next one at %v, want it at %v", calls, now, at, end)
	}
	now = end
	c.Step(now, core.Tick{})
	if calls != 2 {
		t.Fatalf("%d calls after its rest, want 2", calls)
	}
}
