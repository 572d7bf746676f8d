package api

import (
	"errors"
	"fmt"
	"os"

	"lsyncgo/engine/filter"
	"lsyncgo/engine/guard"
	"lsyncgo/engine/root"
)

// Overlaps says why the two cannot be source and target, and what to do; "": they can. Excludes make them good:
// what is excluded is neither sent nor deleted.
func (s *Sync) Overlaps(o guard.Overlap) (remedy, text string) {
	rules, err := filter.Compile(s.Rules())
	if err != nil {
		return "", ""
	}
	if o.SourceInTarget && !rules.Excluded(o.SourceRel) && s.mayDelete() {
		if o.SourceRel == "" {
			return "choose a target beside it", fmt.Sprintf("the target %q is the source", o.Target)
		}
		return "choose a target beside it, or exclude = { \"/" + o.SourceRel + "\" }",
			fmt.Sprintf("the target %q holds the source: everything in it that the source does not have would be deleted, and so the source itself", o.Target)
	}
	if o.TargetInSource && o.TargetRel != "" && !rules.Excluded(o.TargetRel) {
		return "choose a target beside it, or exclude = { \"/" + o.TargetRel + "\" }",
			fmt.Sprintf("the target %q is in the source: it would be copied into itself again and again", o.Target)
	}
	return "", ""
}

// mayDelete reports whether the sync ever deletes at its target.
func (s *Sync) mayDelete() bool { return s.config.DeletesAtStart || s.config.DeletesLive }

// checkTarget opens the target if it is the one it was; nil: it is still to be made. The goroutines that work call it.
// Source is the sync's when the work was begun: links may lead it elsewhere meanwhile.
func (s *Sync) checkTarget(source string) (*os.File, error) {
	if s.targetGuard == nil {
		return nil, nil
	}
	dir, err := s.targetGuard.Check(s.targetPath, source)
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
	if s.targetGuard != nil && old.targetGuard != nil && s.targetPath == old.targetPath && (s.Name == old.Name || s.config.Source == old.config.Source) {
		s.targetGuard = old.targetGuard
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
	if s.targetGuard != nil {
		s.targetGuard.Wrote(s.targetPath)
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
		s.sync.HoldTarget((*why).Error(), s.targetGuard.Accept)
	}
}
