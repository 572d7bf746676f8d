package api

import (
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// startTimetable plans a Full event for the next time of each line.
func (s *Sync) startTimetable() {
	for _, t := range s.Timetable {
		s.plan(t, s.r.Now())
	}
}

func (s *Sync) plan(t Timetable, after time.Time) {
	at := t.next(after)
	if at.IsZero() {
		return
	}
	s.r.AddAlarm(at, func(now time.Time) error {
		if s.sync.Ended() { // its FIFO would only grow
			return nil
		}
		if s.r.Log.Enabled("Alarm") {
			s.r.Log.Log("Alarm", s.Name, ": crontab ", t.line)
		}
		s.sync.Full("")
		s.plan(t, latest(now, at))
		return nil
	})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// starBit is set by the parser for a field that is "*".
const starBit = 1 << 63

// next returns the first time after t. A line with fixed hours comes once in the night in
// which clocks are set back, not in both of the repeated hours; one with any hour comes in both.
func (t Timetable) next(after time.Time) time.Time {
	at := t.when.Next(after)
	if t.when.Hour&starBit != 0 {
		return at
	}
	for range 4000 { // an hour of seconds, and some
		if at.IsZero() || !repeated(at) {
			return at
		}
		at = t.when.Next(at)
	}
	return at
}

// repeated reports whether the same time on the clock was there an hour before.
func repeated(t time.Time) bool {
	const clock = "2006-01-02 15:04:05"
	_, offset := t.Zone()
	_, before := t.Add(-3 * time.Hour).Zone()
	back := time.Duration(before-offset) * time.Second
	return back > 0 && fmt.Sprint(t.Add(-back).Format(clock)) == t.Format(clock)
}

// Timetable is one line of crontab.
type Timetable struct {
	line string
	when cron.SpecSchedule
}

// ParseTimetable reads "sec min hour dayOfMonth month dayOfWeek". ever is false for a time that does not come after now.
func ParseTimetable(line string, now time.Time) (t Timetable, ever bool, err error) {
	parser := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	when, err := parser.Parse(line)
	if err != nil {
		return Timetable{}, false, err
	}
	spec, ok := when.(*cron.SpecSchedule)
	if !ok {
		return Timetable{}, false, errors.New("it is no time of the clock")
	}
	return Timetable{line, *spec}, !when.Next(now).IsZero(), nil
}
