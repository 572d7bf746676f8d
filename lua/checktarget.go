package lua

import (
	"errors"
	"fmt"
	"lsyncgo/engine/filter"
	"lsyncgo/engine/guard"
	"lsyncgo/engine/root"
	"os"
	"path/filepath"
)

// overlap tells whether a target and a source are in each other, and where.
type overlap struct {
	target                     string
	sourceInTarget, targetInIt bool
	sourceRel, targetRel       string // relative paths, with a slash at the end unless empty
}

// overlapOf looks, which may take as long as a file system takes to answer.
func overlapOf(source, target string) overlap {
	o := overlap{target: target}
	o.sourceRel, o.sourceInTarget = below(source, target)
	o.targetRel, o.targetInIt = below(target, source)
	return o
}

// overlaps says why the two cannot be source and target, and what to do; "": they can. Excludes make them good:
// what is excluded is neither sent nor deleted.
func (s *Sync) overlaps(o overlap) (remedy, text string) {
	rules, err := filter.Compile(s.rules())
	if err != nil {
		return "", ""
	}
	if o.sourceInTarget && !rules.Excluded(o.sourceRel) && s.mayDelete() {
		if o.sourceRel == "" {
			return "choose a target beside it", fmt.Sprintf("the target %q is the source", o.target)
		}
		return "choose a target beside it, or exclude = { \"/" + o.sourceRel + "\" }",
			fmt.Sprintf("the target %q holds the source: everything in it that the source does not have would be deleted, and so the source itself", o.target)
	}
	if o.targetInIt && o.targetRel != "" && !rules.Excluded(o.targetRel) {
		return "choose a target beside it, or exclude = { \"/" + o.targetRel + "\" }",
			fmt.Sprintf("the target %q is in the source: it would be copied into itself again and again", o.target)
	}
	return "", ""
}

// mayDelete reports whether the sync ever deletes at its target.
func (s *Sync) mayDelete() bool { return s.config.DeletesAtStart || s.config.DeletesLive }

// checkTarget opens the target if it is the one it was; nil: it is still to be made. The goroutines that work call it.
// Source is the sync's when the work was begun: links may lead it elsewhere meanwhile.
func (s *Sync) checkTarget(source string) (*os.File, error) {
	if s.home == nil {
		return nil, nil
	}
	dir, err := s.home.Check(s.homePath, source)
	switch {
	case errors.Is(err, guard.ErrRenewed):
		s.renewed.Store(&err)
	case errors.Is(err, guard.ErrOther):
		s.other.Store(&err)
	case errors.As(err, new(*root.LinkError)):
		s.linked.Store(true)
	}
	return dir, err
}

// keepTarget has the script remember which directory the target was, if the former one has that and the same name or source.
func (s *Sync) keepTarget(old *Sync) {
	if s.home != nil && old.home != nil && s.homePath == old.homePath && (s.name == old.name || s.config.Source == old.config.Source) {
		s.home = old.home
	}
}

// checkRoots returns what looks at both sides before rsync is started. That gets their paths, so what it opens may be
// another directory by then; SECURITY.md says so.
func (s *Sync) checkRoots() func() error {
	path := s.config.Source
	return func() error {
		if path != "" {
			source, err := root.Open(path)
			if err != nil {
				return err
			}
			_ = source.Close()
		}
		target, err := s.checkTarget(path)
		if target != nil {
			_ = target.Close()
		}
		return err
	}
}

// wrote looks at the target when work has ended.
func (s *Sync) wrote() {
	if s.home != nil {
		s.home.Wrote(s.homePath)
	}
}

// arrived is called when a piece of work for the target has ended.
func (s *Sync) arrived() {
	if why := s.renewed.Swap(nil); why != nil {
		s.sync.Renew((*why).Error())
	}
	if s.linked.Swap(false) {
		s.sync.Await()
	}
	if why := s.other.Swap(nil); why != nil {
		s.sync.HoldTarget((*why).Error(), s.home.Accept)
	}
}

// below reports whether path is the directory dir or in it, whatever symbolic links and mounts lead there,
// and returns its path relative to dir, with a slash at its end unless empty. Neither has to exist.
func below(path, dir string) (rel string, ok bool) {
	at := resolved(path)
	dir = resolved(dir)
	info, err := os.Stat(dir)
	for rel = ""; ; at = filepath.Dir(at) {
		now, nowErr := os.Stat(at)
		if at == dir || err == nil && nowErr == nil && os.SameFile(now, info) {
			return rel, true
		}
		if at == filepath.Dir(at) {
			return "", false
		}
		rel = filepath.Base(at) + "/" + rel
	}
}

// resolved follows the symbolic links of that part of a path that exists.
func resolved(path string) string {
	path = filepath.Clean(path)
	straight, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		return straight
	case path == filepath.Dir(path):
		return path
	}
	return filepath.Join(resolved(filepath.Dir(path)), filepath.Base(path))
}
