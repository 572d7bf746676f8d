package core_test

import (
	"slices"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// §9: what is not mounted can be kept where state is kept, and handed to the sync of the next run.
func TestUnmountedHandedOn(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	begin := func(st *stage) (*core.Core, *core.Sync) {
		t.Helper()
		c := core.New(core.Settings{}, st)
		s, err := c.Add(core.SyncConfig{Name: "one", Source: "/one/", Actions: &script{st: st, style: "list"}, DeletesLive: true})
		if err != nil {
			t.Fatal(err)
		}
		return c, s
	}
	c, s := begin(newStage(t))
	c.Step(now, core.Watched{Root: s.ID()})
	for _, path := range []string{"b/", "a/disk/"} {
		c.Step(now, core.Events{{Root: s.ID(), Kind: event.Mounted, Path: path}, {Root: s.ID(), Kind: event.Unmounted, Path: path}})
	}
	c.Step(now, core.Events{{Root: s.ID(), Kind: event.Move, Path: "b/", Dest: "c/"}})
	kept := s.Unmounted()
	if !slices.Equal(kept, []string{"a/disk/", "c/"}) {
		t.Fatalf("%q", kept)
	}

	c, s = begin(newStage(t))
	s.SetUnmounted(kept)
	s.SetUnmounted(kept)
	if !slices.Equal(s.MountPoints(), kept) {
		t.Errorf("the monitor is asked for %q", s.MountPoints())
	}
	c.Step(now, core.Watched{Root: s.ID()})
	if commands := c.Step(now, core.Events{{Root: s.ID(), Kind: event.Delete, Path: "c/f"}}); len(commands) > 0 || !slices.Equal(s.Spared(), kept) {
		t.Errorf("%+v, spared %q", commands, s.Spared())
	}
	c.Step(now, core.Events{{Root: s.ID(), Kind: event.Mounted, Path: "c/"}})
	if list := s.Unmounted(); !slices.Equal(list, kept[:1]) {
		t.Errorf("mounted again: %q", list)
	}
}

// §9: however often a directory above is renamed, what is remembered stays small.
func TestUnmountedRenamedOften(t *testing.T) {
	for _, moves := range []bool{true, false} {
		st := newStage(t)
		c := core.New(core.Settings{}, st)
		s, err := c.Add(core.SyncConfig{Name: "one", Source: "/one/", Actions: &script{st: st, style: "discard"}, KeepMoves: moves, TakesTrees: true, DeletesLive: true})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		c.Step(now, core.Watched{Root: s.ID()})
		c.Step(now, core.Events{{Root: s.ID(), Kind: event.Mounted, Path: "a/m/"}, {Root: s.ID(), Kind: event.Unmounted, Path: "a/m/"}})
		at := "a/"
		for i := range 200 {
			next := string(rune('A'+i%26)) + string(rune('a'+i/26)) + "/"
			now = now.Add(time.Second)
			c.Step(now, core.Events{{Root: s.ID(), Kind: event.Move, Path: at, Dest: next}})
			at = next
		}
		if list := s.Unmounted(); !slices.Equal(list, []string{at + "m/"}) {
			t.Errorf("it is called %q, and is %s", list, at)
		}
		if list := s.Spared(); len(list) > 20 || !slices.Contains(list, "a/m/") {
			t.Errorf("spared: %q", list)
		}
	}
}
