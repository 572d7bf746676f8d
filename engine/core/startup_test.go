package core_test

import (
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// spawner spawns for everything, and keeps the delays.
type spawner struct {
	taken map[string]*delay.Delay
}

func (w spawner) Describe() string { return "work" }

func (w spawner) Init(s *core.Sync, a *core.Agent) error { return s.Spawn(a, w) }

func (w spawner) Full(*core.Sync, *core.Agent) error { return nil }

func (w spawner) Action(s *core.Sync) error {
	a := s.Events(nil)
	for _, d := range a.Delays {
		w.taken[d.Path()] = d
	}
	return s.Spawn(a, w)
}

func (spawner) Exist(*core.Sync, *core.Agent) error { return nil }
func (w spawner) Collect(*core.Sync, *core.Agent, core.Result) (core.Verdict, error) {
	return core.Ok, nil
}

// TestDirectoriesOfTheStartup: what appears while a startup runs may have been read by that before the
// monitor read it, so all of it is compared again.
func TestDirectoriesOfTheStartup(t *testing.T) {
	now := time.Unix(1e9, 0)
	w := spawner{taken: map[string]*delay.Delay{}}
	c := core.New(core.Settings{}, silent{})
	s, err := c.Add(core.SyncConfig{Name: "one", MaxDelays: 1000, Actions: w, HasInit: true})
	if err != nil {
		t.Fatal(err)
	}
	create := func(path string) {
		c.Step(now, core.Events{{Root: s.ID(), Kind: event.Create, Path: path, Time: now}})
	}
	c.Step(now, core.Tick{})
	c.Step(now, core.Watched{Root: s.ID()})
	create("during/")
	create("file")
	c.Step(now, core.Exited{Proc: 1})
	create("just after/")
	c.Step(now, core.Exited{Proc: 2})
	now = now.Add(time.Second)
	create("later/")
	c.Step(now, core.Exited{Proc: 3})
	for path, tree := range map[string]bool{"during/": true, "file": false, "just after/": true, "later/": false} {
		if d := w.taken[path]; d == nil || d.Tree != tree {
			t.Errorf("%s: %+v, want tree %v", path, d, tree)
		}
	}
}
