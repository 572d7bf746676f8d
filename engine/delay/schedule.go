package delay

// shelf says which part of the schedule a delay is in.
type shelf uint8

const (
	nowhere shelf = iota // active, blocked or not queued
	unripe               // its alarm is to come
	holding              // as unripe, by Retry: a crowd does not hurry it
	ripe                 // its alarm has come
)

// schedule knows which of the delays that nothing blocks comes next.
//
// A crowded queue, one at its limit, serves unripe delays by position, others by
// alarm. Around the limit both orders are kept, and far from it only the one in
// use, so that a queue swinging across its limit does not sort all it holds each
// time, and a million delays over a limit of 1000 do not pay for two orders.
type schedule struct {
	byAlarm agenda // unripe
	bySeq   agenda // unripe
	held    agenda // holding, by alarm
	ripe    agenda // by position
	crowd   bool   // bySeq is kept
	alarms  bool   // byAlarm is kept
	count   [ripe + 1]int
}

func newSchedule() schedule { return schedule{alarms: true} }

// enter takes in d, which nothing blocks.
func (s *schedule) enter(d *Delay) {
	if d.held {
		s.put(d, holding)
	} else {
		s.put(d, unripe)
	}
}

func (s *schedule) put(d *Delay, to shelf) {
	d.shelf = to
	s.count[to]++
	switch to {
	case unripe:
		if s.alarms {
			s.byAlarm.push(int64(d.alarm), d)
		}
		if s.crowd {
			s.bySeq.push(int64(d.seq), d)
		}
	case holding:
		s.held.push(int64(d.alarm), d)
	case ripe:
		s.ripe.push(int64(d.seq), d)
	}
}

// leave takes d out, if it is in.
func (s *schedule) leave(d *Delay) {
	from := d.shelf
	if from == nowhere {
		return
	}
	d.shelf = nowhere
	d.turn++
	s.count[from]--
	switch from {
	case unripe:
		s.byAlarm.trim(s.count[unripe])
		s.bySeq.trim(s.count[unripe])
	case holding:
		s.held.trim(s.count[holding])
	case ripe:
		s.ripe.trim(s.count[ripe])
	}
}

// next returns the ready delay that is first in the FIFO, or nil.
func (s *schedule) next(now instant, crowded bool) *Delay {
	s.ripen(&s.byAlarm, now)
	s.ripen(&s.held, now)
	first, ok := s.ripe.peek()
	if crowded {
		if other, found := s.bySeq.peek(); found && (!ok || other.key < first.key) {
			first = other
		}
	}
	return first.delay
}

// ripen moves what is due from a to the ripe ones.
func (s *schedule) ripen(a *agenda, now instant) {
	for {
		first, ok := a.peek()
		if !ok || first.key > int64(now) {
			return
		}
		s.leave(first.delay)
		s.put(first.delay, ripe)
	}
}

// alarm returns when next will return something, if it ever will.
func (s *schedule) alarm(crowded bool) (at instant, ok bool) {
	at = always
	if crowded && s.count[unripe]+s.count[ripe] > 0 {
		return at, true
	}
	for _, a := range [...]*agenda{&s.ripe, &s.byAlarm, &s.held} {
		if first, found := a.peek(); found && (!ok || first.delay.alarm < at) {
			at, ok = first.delay.alarm, true
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
	if !s.crowd && length >= limit {
		s.crowd = true
		s.byAlarm.each(func(d *Delay) { s.bySeq.push(int64(d.seq), d) })
	}
	if !s.alarms && length < limit+limit/2 {
		s.alarms = true
		s.bySeq.each(func(d *Delay) { s.byAlarm.push(int64(d.alarm), d) })
	}
	if s.crowd && length <= limit/2 {
		s.crowd, s.bySeq = false, agenda{}
	}
	if s.alarms && length >= 2*limit {
		s.alarms, s.byAlarm = false, agenda{}
	}
}
