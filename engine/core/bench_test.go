package core_test

import (
	"fmt"
	"testing"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

type silent struct{}

func (silent) Log(string, ...any)  {}
func (silent) Enabled(string) bool { return false }

// discarder discards what is ready, one event a call.
type discarder struct{ *script }

func (discarder) Exist(*core.Sync, *core.Agent) error { return nil }
func (discarder) Action(s *core.Sync) error           { return s.Discard(s.Event()) }

// BenchmarkEvents feeds events through the machine from the monitor to the
// script that discards them: files of 1,000 directories, created and modified.
func BenchmarkEvents(b *testing.B) {
	for _, delay := range []time.Duration{0, time.Second} {
		b.Run(fmt.Sprintf("delay=%s", delay), func(b *testing.B) {
			now := time.Unix(1e9, 0)
			c := core.New(core.Settings{}, silent{})
			s, err := c.Add(core.SyncConfig{Name: "bench", Delay: delay, MaxDelays: 1 << 30, Actions: discarder{}})
			if err != nil {
				b.Fatal(err)
			}
			c.Step(now, core.Tick{})
			c.Step(now, core.Watched{Root: s.ID()})
			paths := make([]string, 100_000)
			for i := range paths {
				paths[i] = fmt.Sprintf("some/directory-%d/file-%d", i%1000, i)
			}
			b.ReportAllocs()
			batch := make(core.Events, 0, 256)
			for i := 0; b.Loop(); i++ {
				kind := event.Create
				if i%2 == 1 {
					kind = event.Modify
				}
				batch = append(batch, event.Event{Root: s.ID(), Kind: kind, Path: paths[i/2%len(paths)], Time: now})
				if len(batch) < cap(batch) {
					continue
				}
				now = now.Add(time.Millisecond)
				c.Step(now, batch)
				batch = batch[:0]
				for {
					if at, ok := c.Alarm(); !ok || at.After(now) {
						break
					}
					c.Step(now, core.Tick{})
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
