package watch

import (
	"lsyncgo/engine/event"
	"lsyncgo/engine/status"
)

// Status tells how each path is watched. About says which monitor tells of a root, and how many files and directories the kernel watches for it.
func (s *Set) Status(about func(event.RootID) (monitor string, watched int)) (list []status.Watch) {
	for _, w := range s.watches {
		for _, r := range w.roots {
			one := status.Watch{Name: w.config.Name, Path: r.path.Given, State: "watched", Events: w.config.Kinds().Names()}
			switch {
			case r.err != nil:
				one.State, one.Reason = "lost", r.err.Error()
			case !r.answered:
				one.State = "starting"
			}
			one.Monitor, one.Watched = about(r.id)
			list = append(list, one)
		}
	}
	return list
}
