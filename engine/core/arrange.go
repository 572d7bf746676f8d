package core

import (
	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// arranging is how the FIFO is put into another order. That may take a look at all that is queued, and so is done in parts. Events
// that come meanwhile wait, and nothing is acted on.
type arranging struct {
	steps  []arrangement
	budget int           // how many delays may still be looked at in this Step
	events []event.Event // came meanwhile, or later and wait behind those
}

// arrangement is one such change.
type arrangement struct {
	begin func() *delay.Work // nil: there is nothing to do
	work  *delay.Work        // once it has begun
	then  func()             // is called when it is done, unless it is nil
}

// goesOn reports whether something is not done yet.
func (a *arranging) goesOn() bool { return len(a.steps) > 0 || len(a.events) > 0 }

// arrange changes the FIFO, at once if nothing else waits for that and there is little to look at.
func (s *Sync) arrange(begin func() *delay.Work, then func()) {
	step := &arrangement{begin: begin, then: then}
	if len(s.arranging.steps) > 0 || s.arrangeIn(step) {
		s.arranging.steps = append(s.arranging.steps, *step)
	}
}

// arrangeIn goes on with a step, and reports whether there is more to do.
func (s *Sync) arrangeIn(step *arrangement) (more bool) {
	if step.work == nil {
		if step.work = step.begin(); step.work == nil {
			return false
		}
	}
	s.changes++
	s.derived++
	if step.work.Do(&s.arranging.budget) {
		return true
	}
	if step.then != nil {
		step.then()
	}
	return false
}

// rearrange goes on with what is not done yet, as far as this Step may.
func (s *Sync) rearrange() {
	a := &s.arranging
	for a.budget = maxPart; len(a.steps) > 0; {
		if s.arrangeIn(&a.steps[0]) {
			return
		}
		a.steps = a.steps[1:]
	}
	n := 0
	for ; n < len(a.events) && n < maxPart && len(a.steps) == 0; n++ {
		s.takeEvent(a.events[n])
		s.derived++
	}
	if a.events = a.events[n:]; len(a.events) == 0 {
		a.events = nil
	}
}

// arrangeAll does at once what is not done yet, for one that wants to know all that is queued.
func (s *Sync) arrangeAll() {
	for s.arranging.goesOn() {
		s.rearrange()
	}
}
