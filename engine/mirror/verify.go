package mirror

import (
	"errors"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// Size and time do not tell a file from another one that took its place while nobody looked: they are easily given (tar,
// cp -p), or were the same by chance. The time of an inode's last change cannot be given, and what is written, renamed, or
// given other attributes gets a new one. So the target's file, which was made of the source's, has a later one than that,
// unless something happened to the source's since.

// changedSince reports whether the source's entry s may have been changed after the target's entry have was.
func (p *dirPair) changedSince(s, have fsat.Stat) bool {
	if !p.m.verifying || have.Kind != s.Kind || s.Ctime == (fsat.Time{}) {
		return false
	}
	changed := s.Ctime
	if changed.Nsec == 0 { // a file system may count seconds only
		changed.Sec++
	}
	return !have.Ctime.After(changed) && !p.Lacks(have.Dev, copier.ChangeTimes, func(x fsat.Pinned) error {
		// Some file systems have the time of the last write for both.
		if err := x.SetTime(fsat.Time{Sec: 1}); err != nil {
			return nil //nolint:nilerr // other errors say nothing about it
		}
		if now, err := x.Stat(); err == nil && now.Ctime.Sec <= 1 {
			return errors.ErrUnsupported
		}
		return nil
	})
}

// renamedSince reports whether the directory s may have got its name after the target's was changed, by which other files come to
// the old names. What only was made or removed in it sets both of its times.
func (p *dirPair) renamedSince(s, have fsat.Stat) bool {
	return s.Ctime.After(s.Mtime) && p.changedSince(s, have)
}

// markVerified gives the target's file have a later time of change than the source's s, which holds the same, so that it is not
// compared again. A refusal costs a comparison.
func (p *dirPair) markVerified(name string, s, have fsat.Stat) {
	if now, err := p.src.Lstat(name); err != nil || !s.Unchanged(now) {
		return
	}
	if x, _, err := p.Dst.Pin(name, have); err == nil {
		_ = x.SetTime(s.Mtime)
		x.Close()
	}
}
