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
		p.wait()
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
