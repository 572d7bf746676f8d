package config

import "lsyncgo/lua/api"

// readTimetable takes in crontab = { "sec min hour dom month dow", ... }.
func (s *Definition) readTimetable() {
	for _, line := range s.texts.crontab {
		t, ever, err := api.ParseTimetable(line, s.r.Scripts.Now())
		switch {
		case err != nil:
			s.problem(`write "sec min hour dayOfMonth month dayOfWeek", like "0 30 3 * * *"`, "crontab %q: %v", line, err)
		case !ever:
			s.problem("choose a day that exists", "crontab %q never comes", line)
		default:
			s.Sync.Timetable = append(s.Sync.Timetable, t)
		}
	}
}
