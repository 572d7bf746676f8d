package lua_test

import (
	"fmt"
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
)

// mute is a log that nobody reads.
type mute struct{ testing.TB }

func (m mute) Log(category string, args ...any) {
	if category == "Error" {
		m.Fatal(args...)
	}
}
func (mute) Enabled(string) bool { return false }

// bench starts a config without keeping its log.
func bench(b *testing.B, text string) *stage {
	st := newStage(b).config(text)
	st.options.Log = mute{b}
	return st.start()
}

func paths(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("directory-%d/some-file-name-%d.txt", i%1000, i)
	}
	return list
}

// BenchmarkActionEvents is one event through the FIFO and a layer 1 action that looks at it and discards it.
func BenchmarkActionEvents(b *testing.B) {
	st := bench(b, `local count = 0
sync{ source = source, action = function(inlet)
	local event = inlet.getEvent()
	if event.etype == "Create" and #event.path > 0 then
		count = count + 1
	end
	inlet.discardEvent(event)
end }`)
	list := paths(1000)
	id := st.syncs[0].ID()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		st.core.Step(st.now, core.Events{{Root: id, Kind: event.Create, Path: list[i%len(list)], Time: st.now}})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkLayer2Events is the same through the default action, with a handler for the event.
func BenchmarkLayer2Events(b *testing.B) {
	st := bench(b, `local count = 0
sync{ source = source, onCreate = function(event) count = count + #event.sourcePath end }`)
	list := paths(1000)
	id := st.syncs[0].ID()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		st.core.Step(st.now, core.Events{{Root: id, Kind: event.Create, Path: list[i%len(list)], Time: st.now}})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkGetPaths asks a list of 100,000 events for its paths, in each of the three ways.
func BenchmarkGetPaths(b *testing.B) {
	for name, call := range map[string]string{
		"table": "getPaths()", "string": "getPaths('\\0')", "function": "getPaths(function(etype, path) return path end)",
	} {
		b.Run(name, func(b *testing.B) {
			st := bench(b, `local function ask(list) return list.`+call+` end
local inlet = sync{ source = source, delay = 1, maxDelays = 1000000, action = function(inlet) error("not now") end }
alarm(now() + 0.5, function() list = inlet.getEvents() end)
list = false
function again() alarm(now() - 1, function() ask(list) again() end) end
alarm(now() + 0.5, again)`)
			id := st.syncs[0].ID()
			var events core.Events
			for _, path := range paths(100_000) {
				events = append(events, event.Event{Root: id, Kind: event.Create, Path: path, Time: st.now})
			}
			st.core.Step(st.now, events)
			st.now = st.now.Add(5e8)
			st.core.Step(st.now, core.Tick{})
			b.ReportAllocs()
			for b.Loop() {
				st.core.Step(st.now, core.Tick{})
			}
		})
	}
}

// BenchmarkLoad is what starting and each reload cost.
func BenchmarkLoad(b *testing.B) {
	st := newStage(b).config(`sync{ source = source, onCreate = true }`)
	for b.Loop() {
		if err := st.load(); err != nil {
			b.Fatal(err)
		}
	}
}
