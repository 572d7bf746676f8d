package kernel

import (
	"strconv"
	"time"
)

// In a storm the reader would be woken for every single event, and would wake three
// goroutines each time. So it takes steps then, in which the kernel makes far
// fewer events than its queue holds (16384 unless somebody lowered
// fs.inotify.max_queued_events). A single change is a handful of events and does not wait.
const (
	paceBurst = 16
	paceStep  = 2 * time.Millisecond
	// paceLong is the step while each brings manyRecords: those of a real storm wait for many others anyway.
	paceLong    = 8 * time.Millisecond
	manyRecords = 32
)

// eventsPerMicrosecond is more events than the kernel makes in a microsecond for one instance, whose lock each takes.
const eventsPerMicrosecond = 1

// slackFor returns how long the kernel's queue of so many events can be left alone.
func slackFor(maxQueued string) time.Duration {
	n, err := strconv.Atoi(maxQueued)
	if err != nil {
		return 0
	}
	return time.Duration(n/eventsPerMicrosecond) * time.Microsecond
}

// fewRecords is what a step brings at most of events that come one by one, each caused by what the one before has led to.
const fewRecords = 4

// pace lets paceBurst reads through at once, and then one in each paceStep, as long as a step brings more than fewRecords. With slack
// each read waits for what comes next, but in a flood.
type pace struct {
	used   int       // reads of the burst
	last   time.Time // when used was last made smaller
	waited bool      // the last read has waited for a step
	long   bool      // the next one is to be paceLong
	flood  bool      // the last time there was more than a buffer holds
	// longest is how long the kernel's queue is sure to last.
	longest time.Duration
}

// brought takes in what was there after a wait.
func (p *pace) brought(reads, records int) {
	p.flood = reads > 1
	if p.waited && records <= fewRecords {
		p.used = 0 // waiting gathers nothing
	}
	p.long = p.waited && records >= manyRecords
	p.waited = false
}

// wait returns when the next read may be made.
func (p *pace) wait(slack time.Duration) {
	if slack > 0 && !p.flood {
		time.Sleep(slack)
		return
	}
	now := time.Now()
	if steps := now.Sub(p.last) / paceStep; steps > 0 {
		p.used, p.last = max(0, p.used-int(min(steps, paceBurst))), now
	}
	if p.used < paceBurst {
		p.used++
		return
	}
	step := paceStep
	if p.long {
		step = max(step, min(paceLong, p.longest))
	}
	time.Sleep(step)
	p.waited = true
	p.last = time.Now() // this read has used the step up
}
