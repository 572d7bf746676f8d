package core

import (
	"maps"
	"slices"
	"strings"

	"lsyncgo/engine/event"
	"lsyncgo/engine/work"
)

// mounts is what a sync knows of the mount points below its source. It belongs to the name and the source
// of the sync, so a reload hands it on, whatever else it changes.
type mounts struct {
	here map[string]bool // where something is mounted
	away []*absence
	// back: the monitor is about to report a mount point as deleted and created, as something is mounted there again.
	back map[string]bool
}

// absence is a mount point where nothing is mounted any more. At the target nothing is deleted there until
// something is mounted again, or somebody resumes the sync.
type absence struct {
	names []absent // the first is the present one
	bare  bool     // an empty file system is mounted there, which has been said
}

// absent is a directory that is or was the mount point, or that was above it.
type absent struct {
	path  string
	there bool // the source has it
	fresh bool // the target never had what was mounted under this name
	above bool // it was above the mount point, and could not be deleted whole
}

// keeps reports whether the target may have there what was mounted.
func (n absent) keeps() bool { return !n.above && !n.fresh }

// maxNames bounds the names of one absence. With more a rename is not passed on as such: the target keeps
// the name that it has.
const maxNames = 16

// Unmounted returns the mount points below the source where nothing is mounted any more, relative to it
// with a slash at the end, in order. What they held is not to be deleted at the target.
func (s *Sync) Unmounted() []string {
	var list []string
	for _, a := range s.mounts.away {
		list = append(list, a.names[0].path)
	}
	slices.Sort(list)
	return list
}

// SetUnmounted makes the sync remember mount points as Unmounted has returned them once. It is for a sync that has not begun.
func (s *Sync) SetUnmounted(paths []string) {
	for _, path := range paths {
		if !s.spares(path) {
			s.mounts.away = append(s.mounts.away, &absence{names: []absent{{path: path, there: true}}})
		}
	}
}

// Spared returns the directories in which nothing may be deleted at the target: the unmounted mount points
// under all names that the target may have them by.
func (s *Sync) Spared() []string {
	var list []string
	for _, a := range s.mounts.away {
		for _, n := range a.names {
			if n.keeps() {
				list = append(list, n.path)
			}
		}
	}
	return list
}

// Mounted returns the directories below the source at which something was mounted when the monitor looked last.
func (s *Sync) Mounted() []string { return slices.Sorted(maps.Keys(s.mounts.here)) }

// MountPoints returns all mount points that the sync knows of, whether something is mounted there or not.
func (s *Sync) MountPoints() []string { return append(s.Mounted(), s.Unmounted()...) }

// NoticeUnmounted tells the sync that nothing is mounted at a directory any more, before the monitor does.
func (s *Sync) NoticeUnmounted(path string) {
	if s.mounts.here[path] {
		s.unmounted(path)
	}
}

// unmounted remembers a mount point.
func (s *Sync) unmounted(path string) {
	delete(s.mounts.here, path)
	s.overlook(path, event.Init, nil) // it would be taken for deleted
	for _, a := range s.mounts.away {
		if a.names[0].path == path {
			a.bare = false
			return
		}
	}
	s.mounts.away = append(s.mounts.away, &absence{names: []absent{{path: path, there: true}}})
	s.changes++
	s.outdate()
	s.log("Warn", s.cfg.Source, path, ": its file system was unmounted; at the target nothing is deleted there until it is mounted again, or ",
		s.resuming(), " says that it shall be")
}

// outdate ends the work that does not know yet that something is away: what it has still to look at would seem to
// be deleted.
func (s *Sync) outdate() {
	for _, a := range s.running {
		if w, ok := a.work.(work.Dated); ok && w.Dated() && a.proc != 0 && !a.stale {
			a.stale = true
			s.core.Kill(a.proc)
		}
	}
}

// anew takes an agent back whose work was outdated. That is no failure.
func (s *Sync) anew(a *Agent) {
	s.log("Normal", a, ": begun anew, as something was unmounted meanwhile")
	a.stale = false
	for _, d := range a.Delays {
		s.queue.Retry(d, s.core.now)
	}
}

// mounted ends the absence of what was mounted at a directory, unless what is mounted there now is empty: a
// disk that was not mounted looks like that, too.
func (s *Sync) mounted(e event.Event) {
	for i, a := range s.mounts.away {
		if !slices.ContainsFunc(a.names, func(n absent) bool { return !n.above && n.path == e.Path }) {
			continue
		}
		if e.Empty {
			if !a.bare {
				s.log("Warn", s.cfg.Source, e.Path, ": an empty file system is mounted there; at the target nothing is deleted there until ",
					s.resuming(), " says that it shall be")
			}
			a.bare = true
			return
		}
		s.log("Normal", s.cfg.Source, e.Path, ": mounted again")
		s.mounts.away = slices.Delete(s.mounts.away, i, i+1)
		a.arrive(e.Path, true)
		s.recount()
		if s.mounts.back == nil {
			s.mounts.back = map[string]bool{}
		}
		s.mounts.back[e.Path] = true
		s.repair(a)
		break
	}
	if s.mounts.here == nil {
		s.mounts.here = map[string]bool{}
	}
	s.mounts.here[e.Path] = true
}

// forgetUnmounted ends all absences, because somebody wants that. It reports whether there were any.
func (s *Sync) forgetUnmounted() bool {
	away := s.mounts.away
	s.mounts.away = nil
	for _, a := range away {
		s.log("Normal", s.cfg.Source, a.names[0].path, ": resumed; what it held is deleted at the target")
		s.forgive(a)
		s.repair(a)
	}
	if len(away) == 0 {
		return false
	}
	s.recount()
	s.deletions.approved = s.deletions.approved || s.deletesInFullOnly()
	return true
}

// deletesInFullOnly reports whether the script deletes nothing for an event, but does when it syncs a whole tree.
func (s *Sync) deletesInFullOnly() bool {
	return s.cfg.Mirrors && !s.cfg.DeletesLive && s.cfg.DeletesAtStart
}

// forgive takes what an absence has kept for meant to be deleted.
func (s *Sync) forgive(a *absence) {
	if s.deletions.inventory == nil {
		return
	}
	for _, n := range a.names {
		s.deletions.change(s.deletions.inventory.Remove(n.path))
	}
	s.deletions.forgive()
}

// repair queues what makes the target equal to the source at all names of an absence that has ended.
func (s *Sync) repair(a *absence) {
	for _, n := range a.names {
		if s.Excluded(n.path) {
			continue
		}
		if s.deletesInFullOnly() {
			s.Full(n.path)
			continue
		}
		e := event.Event{Root: s.id, Path: n.path, Time: s.core.now}
		s.add(event.Delete, n.path, "", e)
		if n.there {
			e.Tree = true
			s.add(event.Create, n.path, "", e)
			s.list(n.path)
		}
	}
}

// spares reports whether path is in an unmounted directory, or is one.
func (s *Sync) spares(path string) bool {
	return slices.ContainsFunc(s.mounts.away, func(a *absence) bool { return a.holds(path) })
}

func (a *absence) holds(path string) bool {
	return slices.ContainsFunc(a.names, func(n absent) bool { return n.keeps() && strings.HasPrefix(path, n.path) })
}

// below reports whether what was mounted is below path at the target.
func (a *absence) below(path string) bool {
	return event.IsDir(path) && slices.ContainsFunc(a.names, func(n absent) bool {
		return n.keeps() && n.path != path && strings.HasPrefix(n.path, path)
	})
}

// arrive notes whether the source has a directory; that it has not is true of all below it.
func (a *absence) arrive(path string, there bool) {
	for i := range a.names {
		n := &a.names[i]
		if n.path == path || !there && event.IsDir(path) && strings.HasPrefix(n.path, path) {
			n.there = there
		}
	}
}

// add notes a further name.
func (a *absence) add(n absent) {
	for i := range a.names {
		if old := &a.names[i]; old.path == n.path {
			old.above, old.fresh, old.there = old.above && n.above, old.fresh && n.fresh, n.there
			return
		}
	}
	a.names = append(a.names, n)
}

// absentees takes in what an event tells of mounts, and keeps from the script what would have it delete
// something that is only out of sight. It reports whether the event is still to be taken in.
func (s *Sync) absentees(e event.Event) bool {
	if len(s.mounts.away) == 0 && (len(s.mounts.here) == 0 || !event.IsDir(e.Path)) {
		return true
	}
	switch e.Kind {
	case event.Create:
		for _, a := range s.mounts.away {
			a.arrive(e.Path, true)
		}
	case event.Delete:
		return s.leave(e.Path)
	case event.Move:
		return s.rename(e)
	}
	return true
}

// leave takes in that a path was deleted, and reports whether the script may know.
func (s *Sync) leave(path string) (told bool) {
	if event.IsDir(path) {
		maps.DeleteFunc(s.mounts.here, func(point string, _ bool) bool { return strings.HasPrefix(point, path) })
	}
	told = true
	for _, a := range s.mounts.away {
		a.arrive(path, false)
		switch {
		case a.holds(path):
			told = false
		case a.below(path):
			a.add(absent{path: path, above: true})
			told = told && s.cfg.TakesTrees // a preset deletes the rest; a script's command knows no exception
		}
	}
	if !told {
		s.overlook(path, event.Delete, nil)
	}
	return told
}
