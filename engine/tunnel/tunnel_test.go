package tunnel_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lsyncgo/engine/tunnel"
	"lsyncgo/engine/work"
)

type program string

func (w program) Describe() string { return string(w) }

// world runs a tunnel in virtual time and knows what the tunnel has running.
type world struct {
	tunnel  *tunnel.Tunnel
	now     time.Time
	newest  work.ID
	asked   []work.ID          // for ports
	works   map[work.ID]string // that run
	killed  []work.ID
	started []string
	log     []string
}

func newWorld(adjust func(*tunnel.Config)) *world {
	w := &world{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), works: map[work.ID]string{}}
	cfg := &tunnel.Config{Name: "way", Parallel: 1, Localhost: "lo", Command: []string{"run", "^localhost:^localport"},
		ReadyDelay: 5 * time.Second, RetryDelay: 10 * time.Second, CheckExitCodes: []int{0, 3}, CheckMaxFailed: 2, CheckInterval: 5 * time.Second,
		NewWork: func(argv []string) work.Work { return program(strings.Join(argv, " ")) }}
	if adjust != nil {
		adjust(cfg)
	}
	w.tunnel = tunnel.New(cfg, tunnel.Deps{
		NewID:   func() work.ID { w.newest++; return w.newest },
		Backoff: func(first time.Duration, tries int) time.Duration { return first * time.Duration(tries) },
		Log:     func(category string, args ...any) { w.log = append(w.log, category+" "+fmt.Sprint(args...)) },
	})
	return w
}

func (w *world) step(in tunnel.Input) {
	for _, cmd := range w.tunnel.Step(w.now, in) {
		switch cmd := cmd.(type) {
		case work.Reserve:
			w.asked = append(w.asked, cmd.Proc)
		case work.Start:
			w.works[cmd.Proc] = cmd.Work.Describe()
			w.started = append(w.started, cmd.Work.Describe())
		case work.Kill:
			w.killed = append(w.killed, cmd.Proc)
		}
	}
}

func (w *world) end(id work.ID, code int) {
	delete(w.works, id)
	w.step(work.Exited{Proc: id, Result: work.Result{Code: code}})
}

// advance lets time pass, from alarm to alarm.
func (w *world) advance(t interface{ Fatal(...any) }, d time.Duration) {
	end := w.now.Add(d)
	for range 1000 {
		at, ok := w.tunnel.Alarm()
		if !ok || at.After(end) {
			w.now = end
			w.step(tunnel.Tick{})
			return
		}
		if at.After(w.now) {
			w.now = at
		}
		w.step(tunnel.Tick{})
	}
	t.Fatal("the tunnel wants to be woken all the time")
}

func TestReadyAfterDelay(t *testing.T) {
	w := newWorld(nil)
	w.step(tunnel.Tick{})
	if !slices.Equal(w.started, []string{"run lo:^localport"}) {
		t.Fatalf("started %q", w.started)
	}
	w.advance(t, 5*time.Second-1)
	if _, ok := w.tunnel.Next(); ok || w.tunnel.Ready() {
		t.Error("ready too early")
	}
	w.advance(t, 1)
	if end, ok := w.tunnel.Next(); !ok || end != (tunnel.End{Host: "lo"}) {
		t.Errorf("the end is %v %t", end, ok)
	}
}

// A process that was ready is started again after retryDelay; only failures in a row make the pause grow.
func TestPauses(t *testing.T) {
	w := newWorld(nil)
	w.step(tunnel.Tick{})
	for i, c := range []struct {
		ready bool
		pause time.Duration
	}{{false, 10 * time.Second}, {false, 20 * time.Second}, {true, 10 * time.Second}, {false, 20 * time.Second}, {true, 10 * time.Second}} {
		if c.ready {
			w.advance(t, 5*time.Second)
		}
		if w.tunnel.Ready() != c.ready {
			t.Fatalf("%d: ready is %t", i, w.tunnel.Ready())
		}
		w.end(w.newest, 1)
		before := w.newest
		if w.tunnel.Ready() {
			t.Errorf("%d: an ended process is ready", i)
		}
		w.advance(t, c.pause-1)
		if w.newest != before {
			t.Errorf("%d: started again before %s", i, c.pause)
		}
		w.advance(t, 1)
		if w.newest == before {
			t.Errorf("%d: not started again after %s", i, c.pause)
		}
	}
}

func TestCheckDecides(t *testing.T) {
	w := newWorld(func(c *tunnel.Config) { c.Check, c.ReadyDelay = []string{"look", "^localhost"}, time.Hour })
	w.step(tunnel.Tick{})
	process := w.newest
	w.advance(t, time.Second)
	if w.started[len(w.started)-1] != "look lo" {
		t.Fatalf("started %q", w.started)
	}
	w.end(w.newest, 3) // one of the accepted codes
	if !w.tunnel.Ready() {
		t.Error("not ready after a good check")
	}
	for _, code := range []int{1, 0, 1, 1} { // only two bad ones in a row count
		if len(w.killed) > 0 {
			t.Errorf("ended too early: %d", w.killed)
		}
		w.advance(t, 5*time.Second)
		w.end(w.newest, code)
	}
	if !slices.Equal(w.killed, []work.ID{process}) || w.tunnel.Ready() {
		t.Errorf("killed %v, ready %t", w.killed, w.tunnel.Ready())
	}
}

// The result of a check counts for the process that it was started for only.
func TestLateCheck(t *testing.T) {
	w := newWorld(func(c *tunnel.Config) { c.Check, c.RetryDelay = []string{"look"}, time.Second })
	w.step(tunnel.Tick{})
	process := w.newest
	w.advance(t, time.Second)
	check := w.newest
	w.end(process, 1)
	if !slices.Equal(w.killed, []work.ID{check}) {
		t.Errorf("killed %v", w.killed)
	}
	w.advance(t, time.Second) // the next process
	w.end(check, 0)
	if w.tunnel.Ready() {
		t.Error("ready by the check of another process")
	}
	w.step(tunnel.Stop{})
	if w.tunnel.Gone() {
		t.Error("gone while a process runs")
	}
	w.end(w.newest, 143)
	if !w.tunnel.Gone() {
		t.Error("not gone")
	}
}

// Whatever happens: no more processes than wanted, each with a port of its own; what is handed out runs;
// and after Stop everything that runs was asked to end.
func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wanted := rapid.IntRange(1, 4).Draw(t, "parallel")
		w := newWorld(func(c *tunnel.Config) {
			c.Pool, c.Parallel, c.Name = true, wanted, "pool"
			if rapid.Bool().Draw(t, "check") {
				c.Check = []string{"look"}
			}
		})
		w.step(tunnel.Tick{})
		for range rapid.IntRange(0, 60).Draw(t, "length") {
			w.random(t)
			w.invariants(t, wanted)
		}
		w.step(tunnel.Stop{})
		for id := range w.works {
			if w.tunnel.Gone() {
				t.Fatalf("%s runs and is forgotten", w.works[id])
			}
			if !slices.Contains(w.killed, id) {
				t.Fatalf("%s was not asked to end", w.works[id])
			}
			w.end(id, 143)
		}
		if !w.tunnel.Gone() || w.tunnel.Ready() {
			t.Fatal("not gone")
		}
		started := len(w.started)
		w.advance(t, time.Hour)
		if len(w.started) != started {
			t.Fatal("something was started after the end")
		}
	})
}

// random makes one thing happen.
func (w *world) random(t *rapid.T) {
	var running []work.ID
	for id := range w.works {
		running = append(running, id)
	}
	slices.Sort(running)
	switch what := rapid.IntRange(0, 3).Draw(t, "what"); {
	case what == 0 && len(w.asked) > 0:
		in := work.Reserved{Proc: w.asked[0], Port: rapid.IntRange(4001, 4006).Draw(t, "port")}
		if w.asked = w.asked[1:]; in.Port == 4006 {
			in.Port, in.Err = 0, errors.New("no port")
		}
		w.step(in)
	case what == 1 && len(running) > 0:
		w.end(rapid.SampledFrom(running).Draw(t, "which"), rapid.SampledFrom([]int{0, 1, 143}).Draw(t, "code"))
	default:
		w.advance(t, time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds"))*time.Second)
	}
}

func (w *world) invariants(t *rapid.T, wanted int) {
	ends := map[string]int{}
	for _, text := range w.works {
		if end, ok := strings.CutPrefix(text, "run "); ok {
			ends[end]++
		}
	}
	for end, n := range ends {
		if n > 1 || strings.Contains(end, "^") {
			t.Fatalf("%d processes at %s", n, end)
		}
	}
	if len(ends) > wanted {
		t.Fatalf("%d processes, wanted %d", len(ends), wanted)
	}
	end, ok := w.tunnel.Next()
	if ok != w.tunnel.Ready() {
		t.Fatal("Next and Ready differ")
	}
	if ok && (ends[end.Fill("^localhost:^localport")] == 0 || !w.tunnel.Leads(end)) {
		t.Fatalf("%v was handed out and does not run", end)
	}
	if w.tunnel.Ready() && w.tunnel.Snapshot().Ready == 0 {
		t.Fatal("the status knows of no ready process")
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		end        tunnel.End
		word, want string
	}{
		{tunnel.End{Host: "h", Port: 7}, "^localhost:^localport:x:22", "h:7:x:22"},
		{tunnel.End{Host: "h", Port: 7}, "^local^localport^", "^local7^"},
		{tunnel.End{Host: "h"}, "^localhost:^localport", "h:^localport"},
		{tunnel.End{Host: "^localport", Port: 7}, "^localhost", "^localport"},
		{tunnel.End{Host: "h", Port: 7}, "\xff$(id)\n", "\xff$(id)\n"},
	} {
		if got := c.end.Fill(c.word); got != c.want {
			t.Errorf("%v fills %q: %q, not %q", c.end, c.word, got, c.want)
		}
	}
}
