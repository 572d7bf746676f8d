package delay

// queueState says which part of the schedule a delay is in.
type queueState uint8

const (
	unscheduled queueState = iota // active, blocked or not queued
	scheduled                     // its alarm is to come
	holding                       // as scheduled, by Retry: being over the limit does not hurry it
	due                           // its alarm has come, and others of later alarms are older
)

// schedule knows which of the delays that nothing blocks comes next.
//
// A queue over its limit serves scheduled delays by position, others by
// alarm. Around the limit both orders are kept, and far from it only the one in
// use, so that a queue swinging across its limit does not sort all it holds each
// time, and a million delays over a limit of 1000 do not pay for two orders.
type schedule struct {
	byAlarm   timerHeap // scheduled
	bySeq     timerHeap // scheduled
	held      timerHeap // holding, by alarm
	due       timerHeap // by position
	overLimit bool      // bySeq is kept
	alarms    bool      // byAlarm is kept
	count     [due + 1]int
}

func newSchedule() schedule {
	return schedule{alarms: true, bySeq: timerHeap{bySeq: true}, due: timerHeap{bySeq: true}}
}

// enter takes in d, which nothing blocks.
func (s *schedule) enter(d *Delay) {
	if d.held {
		s.put(d, holding)
	} else {
		s.put(d, scheduled)
	}
}

func (s *schedule) put(d *Delay, to queueState) {
	d.state = to
	s.count[to]++
	switch to {
	case scheduled:
		if s.alarms {
			s.byAlarm.push(d)
		}
		if s.overLimit {
			s.bySeq.push(d)
		}
	case holding:
		s.held.push(d)
	case due:
		s.due.push(d)
	}
}

// leave takes d out, if it is in, and voids what any timerHeap has of it.
func (s *schedule) leave(d *Delay) {
	d.turn++
	from := d.state
	if from == unscheduled {
		return
	}
	d.state = unscheduled
	s.count[from]--
	switch from {
	case scheduled:
		s.byAlarm.trim(s.count[scheduled])
		s.bySeq.trim(s.count[scheduled])
	case holding:
		s.held.trim(s.count[holding])
	case due:
		s.due.trim(s.count[due])
	}
}

// next returns the ready delay that is first in the FIFO, or nil.
func (s *schedule) next(now instant, overLimit bool) *Delay {
	first := s.takeDue(&s.byAlarm, now)
	candidates := [...]*Delay{s.takeDue(&s.held, now), nil, nil}
	candidates[1], _ = s.due.peek()
	if overLimit {
		candidates[2], _ = s.bySeq.peek()
	}
	for _, d := range candidates {
		if d != nil && (first == nil || d.seq < first.seq) {
			first = d
		}
	}
	return first
}

// takeDue moves those of h whose time has come to the due ones, save for those of a run that is in order of position: a million
// whose time comes at once would stop the engine. It returns the first of these.
func (s *schedule) takeDue(h *timerHeap, now instant) *Delay {
	for d, key := h.peekHeap(); d != nil && key <= int64(now); d, key = h.peekHeap() {
		s.moveToDue(d)
	}
	for {
		d, key := h.peekRun()
		if d == nil || key > int64(now) {
			return nil
		}
		if !h.mixed {
			return d
		}
		s.moveToDue(d)
	}
}

func (s *schedule) moveToDue(d *Delay) {
	s.leave(d)
	s.put(d, due)
}

// alarm returns when next will return something, if it ever will.
func (s *schedule) alarm(overLimit bool) (at instant, ok bool) {
	at = always
	if overLimit && s.count[scheduled]+s.count[due] > 0 {
		return at, true
	}
	for _, h := range [...]*timerHeap{&s.due, &s.byAlarm, &s.held} {
		if first, _ := h.peek(); first != nil && (!ok || first.alarm < at) {
			at, ok = first.alarm, true
		}
	}
	return at, ok
}

// adjust starts and ends the keeping of both orders as the length of the queue
// nears or leaves its limit; 0 or less is none. Between one change and the
// next the length changes by a good part of the limit, which pays for it.
func (s *schedule) adjust(length, limit int) {
	if limit <= 0 {
		limit = length*4 + 1
	}
	if !s.overLimit && length >= limit {
		s.overLimit = true
		s.byAlarm.each(s.bySeq.push)
	}
	if !s.alarms && length < limit+limit/2 {
		s.alarms = true
		s.bySeq.each(s.byAlarm.push)
	}
	if s.overLimit && length <= limit/2 {
		s.overLimit, s.bySeq = false, timerHeap{bySeq: true}
	}
	if s.alarms && length >= 2*limit {
		s.alarms, s.byAlarm = false, timerHeap{}
	}
}
