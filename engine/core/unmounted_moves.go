package core

import (
	"maps"
	"slices"
	"strings"

	"lsyncgo/engine/delay"
	"lsyncgo/engine/event"
)

// rename takes in that a path was renamed, and reports whether that is still to be passed on. If not, what
// the script may know of it has been told.
func (s *Sync) rename(e event.Event) (told bool) {
	if event.IsDir(e.Path) {
		rename(s.mounts.here, e.Path, e.Dest)
	}
	// What was mounted is deleted by nobody, so what is renamed from there only arrives.
	inside := slices.ContainsFunc(s.mounts.away, func(a *absence) bool {
		return slices.ContainsFunc(a.names, func(n absent) bool {
			return n.keeps() && n.path != e.Path && strings.HasPrefix(e.Path, n.path)
		})
	})
	var carried []*absence
	few := true
	for _, a := range s.mounts.away {
		a.arrive(e.Dest, true)
		if event.IsDir(e.Path) && slices.ContainsFunc(a.names, func(n absent) bool { return !n.above && strings.HasPrefix(n.path, e.Path) }) {
			carried = append(carried, a)
			few = few && len(a.names) < maxNames
		}
	}
	if !inside && len(carried) == 0 {
		return true
	}
	whole := !inside && few && s.cfg.KeepMoves && s.renames(e)
	split := s.spares(e.Path)
	for _, a := range carried {
		if !whole && a.below(e.Path) {
			split = split || !s.cfg.TakesTrees
			a.add(absent{path: e.Path, above: true})
		}
		a.rename(e.Path, e.Dest, whole)
	}
	if whole {
		return true
	}
	s.arrival(e, split)
	return false
}

// arrival passes on a rename as what it has brought, and unless split as what it has taken away.
func (s *Sync) arrival(e event.Event, split bool) {
	s.overlook(e.Path, event.Delete, func() { s.arrived(e, split) })
}

func (s *Sync) arrived(e event.Event, split bool) {
	gone, is := e.Halves()
	if !split && !s.Excluded(gone.Path) {
		s.add(gone.Kind, gone.Path, "", gone)
	}
	switch {
	case s.cfg.MaxDelete == nil:
	case split:
		s.account(is)
	default:
		s.account(e)
	}
	if s.Excluded(is.Path) {
		s.exclude(is.Kind, is.Path)
		return
	}
	s.add(is.Kind, is.Path, "", is)
	s.list(is.Path)
}

// rename gives what is below path, or is it, a new name.
func rename(points map[string]bool, path, dest string) {
	for point := range maps.Clone(points) {
		if rest, ok := strings.CutPrefix(point, path); ok {
			delete(points, point)
			points[dest+rest] = true
		}
	}
}

// rename gives the names below path new ones. The old ones stay: the rename may fail at the target. If it is
// not made there at all, only the present name changes.
func (a *absence) rename(path, dest string, whole bool) {
	for i, n := range slices.Clone(a.names) {
		rest, ok := strings.CutPrefix(n.path, path)
		if !ok || n.above || i > 0 && !whole {
			continue
		}
		old := n
		n.path, n.fresh = dest+rest, n.fresh || !whole
		old.there = false
		if i > 0 {
			a.arrive(old.path, false)
			a.add(n)
			continue
		}
		a.names[0] = n
		if !old.fresh {
			a.add(old)
		}
	}
}

// renames reports whether nothing waits to be done at either end of a rename, so that it can stay one. What
// waits to be done about the directory itself goes with it.
func (s *Sync) renames(e event.Event) bool {
	free := s.queue.Free(e.Dest, nil) && s.queue.Free(e.Path, func(d *delay.Delay) bool {
		return d.Kind < event.Delete && d.Path() == e.Path && d.Status() != delay.Active
	})
	if free {
		s.overlook(e.Path, event.Delete, nil)
	}
	return free
}

// overlook drops what waits to be done about a path and, if it is a directory, below it: all kinds
// of events before the one given. What is to be done then may be done in a later Step.
func (s *Sync) overlook(path string, before event.Kind, then func()) {
	s.arrange(func() *delay.Work { return s.queue.Drop(path, before) }, then)
}
