package lua

import (
	"github.com/robfig/cron/v3"
)

// readTimetable takes in crontab = { "sec min hour dom month dow", ... }.
func (s *Definition) readTimetable() {
	parser := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	for _, line := range s.strings("crontab") {
		when, err := parser.Parse(line)
		spec, ok := when.(*cron.SpecSchedule)
		if err != nil || !ok {
			s.problem(`write "sec min hour dayOfMonth month dayOfWeek", like "0 30 3 * * *"`, "crontab %q: %v", line, err)
			continue
		}
		if when.Next(s.r.now()).IsZero() {
			s.problem("choose a day that exists", "crontab %q never comes", line)
			continue
		}
		s.timetable = append(s.timetable, timetable{line, *spec})
	}
}
