package transfer

import "errors"

// Size and time do not tell a file from another one that took its place while nobody looked: they are easily given (tar,
// cp -p), or were the same by chance. The time of an inode's last change cannot be given, and what is written, renamed, or
// given other attributes gets a new one. So the target's file, which was made of the source's, has a later one than that,
// unless something happened to the source's since.

// outrun reports whether the source's entry s may have been changed after the target's entry have was.
func (p *place) outrun(s, have stat) bool {
	if !p.m.doubting || have.kind != s.kind || s.ctime == (stamp{}) {
		return false
	}
	changed := s.ctime
	if changed.nsec == 0 { // a file system may count seconds only
		changed.sec++
	}
	return !have.ctime.after(changed) && !p.lacks(have.dev, changeTimes, func(x pinned) error {
		// Some file systems have the time of the last write for both.
		if err := x.setTime(stamp{sec: 1}); err != nil {
			return nil //nolint:nilerr // other errors say nothing about it
		}
		if now, err := x.stat(); err == nil && now.ctime.sec <= 1 {
			return errors.ErrUnsupported
		}
		return nil
	})
}

// newName reports whether the directory s may have got its name after the target's was changed, by which other files come to
// the old names. What only was made or removed in it sets both of its times.
func (p *place) newName(s, have stat) bool {
	return s.ctime.after(s.mtime) && p.outrun(s, have)
}

// proven gives the target's file have a later time of change than the source's s, which holds the same, so that it is not
// compared again. A refusal costs a comparison.
func (p *place) proven(name string, s, have stat) {
	if now, err := p.src.lstat(name); err != nil || !s.unchanged(now) {
		return
	}
	if x, _, err := p.dst.pin(name, have); err == nil {
		_ = x.setTime(s.mtime)
		x.close()
	}
}
