package main

import (
	"fmt"
	"testing"
	"time"

	"lsyncgo/engine/daemon"
)

// The service manager hears of what has changed, at most every five seconds, and of a start that gets on.
func TestManager(t *testing.T) {
	var told []daemon.State
	summary, walked := "1 sync: 1 starting", 0
	m := &manager{listens: true, notify: func(states ...daemon.State) { told = append(told, states...) },
		summary: func() string { return summary }, walked: func() int { return walked }}
	begin := time.Unix(1000, 0)
	const more = "EXTEND_TIMEOUT_USEC=60000000"
	for _, step := range []struct {
		seconds int
		do      func()
		again   int // seconds; 0: not by itself
		want    string
	}{
		{0, func() {}, 5, "[STATUS=1 sync: 1 starting]"},
		{1, func() { walked = 10 }, 5, "[]"},
		{5, func() {}, 10, "[" + more + "]"},
		{10, func() {}, 15, "[]"}, // the walk does not get on
		{15, func() { walked = 20 }, 20, "[" + more + "]"},
		{16, func() { summary = "1 sync: 1 behind"; m.serving() }, 20, "[READY=1 STATUS=1 sync: 1 behind]"},
		{20, func() { walked = 30 }, 0, "[]"},
		{21, func() { summary = "1 sync: 1 in step" }, 25, "[]"},
		{25, func() {}, 0, "[STATUS=1 sync: 1 in step]"},
		{60, func() {}, 0, "[]"},
	} {
		told = nil
		step.do()
		again := m.changed(begin.Add(time.Duration(step.seconds) * time.Second))
		want := time.Time{}
		if step.again > 0 {
			want = begin.Add(time.Duration(step.again) * time.Second)
		}
		if got := fmt.Sprint(told); got != step.want || !again.Equal(want) {
			t.Errorf("at %d s: told %s, again at %v, want %s and %v", step.seconds, got, again, step.want, want)
		}
	}
	m = &manager{notify: func(...daemon.State) { t.Error("nobody listens") }}
	if again := m.changed(begin); !again.IsZero() {
		t.Errorf("without a service manager again at %v", again)
	}
}
