package core_test

import (
	"fmt"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// §9: what an event costs does not grow with the queue. There is no limit of time in here: this is done in
// seconds, and were each event compared to all others, it would still run when the test binary is ended.
func TestCostOfLongQueues(t *testing.T) {
	const events = 100_000
	for _, shape := range []struct {
		name string
		path func(i int) string
	}{
		{"one directory", func(i int) string { return fmt.Sprintf("directory/file-%d", i) }},
		{"many directories", func(i int) string { return fmt.Sprintf("%d/%d/%d/file", i%10, i%100, i) }},
		{"directories and what is in them", func(i int) string { return fmt.Sprintf("%d/%d/", i/2%100, i/2) + []string{"", "file"}[i%2] }},
	} {
		t.Run(shape.name, func(t *testing.T) { pass(t, events, shape.path) })
	}
}

// pass takes events into one queue, in which all wait, and then lets the script have them one by one.
func pass(t *testing.T, events int, path func(i int) string) {
	t.Helper()
	now := time.Unix(1e9, 0)
	c := core.New(core.Settings{}, silent{})
	s, err := c.Add(core.SyncConfig{Name: "long", Delay: time.Hour, MaxDelays: 2 * events, Actions: discarder{}})
	if err != nil {
		t.Fatal(err)
	}
	c.Step(now, core.Tick{})
	c.Step(now, core.Watched{Root: s.ID()})
	for _, kind := range []event.Kind{event.Create, event.Modify} { // a new delay, and one that combines
		for i := range events {
			c.Step(now, core.Events{{Root: s.ID(), Kind: kind, Path: path(i), Time: now}})
		}
	}
	now = now.Add(time.Hour)
	for c.Step(now, core.Tick{}); s.Event() != nil; {
		c.Step(now, core.Tick{})
	}
}
