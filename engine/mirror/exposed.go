package mirror

import (
	"errors"
	"sync"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// Values of [dirPair.who] that are no user.
const (
	nobodyElse int64 = -1 - iota // than we
	several
)

// strangers tells whether somebody who does not own an entry of p, which is uid's, may have put it there instead of another: a user who
// owns one of the directories above, or can write in it. He must not have it opened up for himself or others.
func (p *dirPair) strangers(uid uint32) bool {
	return p.m.Privileged && p.otherWriter != nobodyElse && p.otherWriter != int64(uid)
}

// opens tells whether somebody may do more in a directory that is like s than in have.
func (p *dirPair) opens(s, have fsat.Stat) bool {
	m := p.m
	if uid, gid := p.Reowns(s, have); uid >= 0 || gid >= 0 {
		return true
	}
	return m.o.Perms && s.Perm&^have.Perm&0o077 != 0 &&
		!p.Lacks(have.Dev, copier.Modes, func(x fsat.Pinned) error { return x.ChmodChecked(s.Perm & 0o777) })
}

// errHolds keeps closed what might open something else.
var errHolds = errors.New("refused: others can put directories there, and this one holds what the source's does not, or was not compared as a whole; set its owner and mode by hand")

// passUnfinished passes on that something is unfinished.
func (p *dirPair) passUnfinished() {
	if p.parent != nil && p.unfinished.Load() {
		p.parent.unfinished.Store(true)
	}
}

// restrictMode sets the mode of a directory that is being entered. Without privileges it may not be ours, and finish tells.
func (p *dirPair) restrictMode(perm uint32, have fsat.Stat) error {
	if perm == have.Perm || p.Known(have.Dev, copier.Modes) {
		return nil
	}
	err := p.Dst.Self().Chmod(perm, have)
	if !p.m.Privileged || err != nil && copier.Refused(err) && p.Lacks(have.Dev, copier.Modes, func(x fsat.Pinned) error { return x.ChmodChecked(perm & 0o777) }) {
		return nil
	}
	return err
}

// occupied are the target directories that are being worked on.
type occupied struct {
	mu   sync.Mutex // guards dirs
	dirs map[fsat.Inode]bool
}

// occupy keeps two pieces of work out of one directory of the target, which somebody has moved to another name since the first of
// them opened it: what one puts there is not meant for those whom the other one lets in.
func (p *dirPair) occupy(have fsat.Stat) error {
	o := &p.m.occupied
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case have.Ino == 0:
		return nil
	case o.dirs[have.Inode]:
		return fsat.ErrReplaced
	case o.dirs == nil:
		o.dirs = make(map[fsat.Inode]bool)
	}
	o.dirs[have.Inode] = true
	p.occupies = have.Inode
	return nil
}

func (p *dirPair) vacate() {
	o := &p.m.occupied
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.dirs, p.occupies)
}
