package kernel

import (
	"testing"
	"testing/synctest"
	"time"
)

// waits makes n reads and returns how long that took.
func (p *pace) waits(n int) time.Duration {
	start := time.Now()
	for range n {
		p.wait(0)
	}
	return time.Since(start)
}

// In virtual time: a few reads never wait, many are spread out, and after a rest a few do not wait again.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		check := func(what string, n int, least, most time.Duration) {
			t.Helper()
			if took := p.waits(n); took < least || took > most {
				t.Errorf("%s: %d reads took %v, want %v to %v", what, n, took, least, most)
			}
		}
		check("at rest", paceBurst, 0, 0)
		check("storm", 1000, 990*paceStep, 1000*paceStep)
		<-time.After(paceBurst * paceStep)
		check("after a rest", paceBurst, 0, 0)
		check("storm again", 100, 90*paceStep, 100*paceStep)
		for range 100 {
			<-time.After(3 * paceStep)
			check("single changes", 2, 0, paceStep)
		}
	})
}

// Events that come one by one, each after what the one before has led to, hardly wait, however many: waiting would gather nothing.
// In a storm they wait longer, but not so long that the kernel's queue could overflow. Tasks §3 Speed, load and faults.
func TestPaceOfSingleEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for records, most := range map[int]time.Duration{
			1: 60 * paceStep, fewRecords: 60 * paceStep, fewRecords + 1: 1000 * paceStep, manyRecords: 1000 * 3 * time.Millisecond,
		} {
			p, start := pace{longest: 3 * time.Millisecond}, time.Now()
			for range 1000 {
				p.wait(0)
				p.brought(1, records)
			}
			if took := time.Since(start); took > most || took < most*9/10 {
				t.Errorf("%d events for each read: 1000 reads took %v, want about %v", records, took, most)
			}
		}
	})
}

// With slack a read waits for what comes next, but in a flood; slack is never longer than the kernel's queue lasts.
func TestPaceWithSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slack = 10 * time.Millisecond
		p := pace{}
		start := time.Now()
		p.wait(slack)
		if took := time.Since(start); took != slack {
			t.Errorf("at rest: a read took %v, want %v", took, slack)
		}
		p.flood = true
		start = time.Now()
		p.wait(slack)
		if took := time.Since(start); took != 0 {
			t.Errorf("in a flood: a read took %v, want none", took)
		}
	})
	for queue, want := range map[string]time.Duration{"16384": 16384 * time.Microsecond, "100": 100 * time.Microsecond, "unknown": 0} {
		if got := slackFor(queue); got != want {
			t.Errorf("slackFor(%q) = %v, want %v", queue, got, want)
		}
	}
	r := &Reader{slackMax: 2 * time.Millisecond}
	for asked, want := range map[time.Duration]time.Duration{time.Millisecond: time.Millisecond, time.Second: 2 * time.Millisecond} {
		r.SetSlack(asked)
		if got := r.Slack(); got != want {
			t.Errorf("SetSlack(%v) = %v, want %v", asked, got, want)
		}
	}
}
