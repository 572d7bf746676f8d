package transfer

import (
	"errors"
	"sync"
)

// Values of [place.who] that are no user.
const (
	nobodyElse int64 = -1 - iota // than we
	several
)

// strangers tells whether somebody who does not own an entry of p, which is uid's, may have put it there instead of another: whoever
// owns one of the directories above, or can write in it. He must not have it opened up for himself or others.
func (p *place) strangers(uid uint32) bool {
	return p.m.privileged && p.who != nobodyElse && p.who != int64(uid)
}

// opens tells whether somebody may do more in a directory that is like s than in have.
func (p *place) opens(s, have stat) bool {
	m := p.m
	if uid, gid := p.reowns(s, have); uid >= 0 || gid >= 0 {
		return true
	}
	return m.o.Perms && s.perm&^have.perm&0o077 != 0 &&
		!p.lacks(have.dev, modes, func(x pinned) error { return x.become(s.perm & 0o777) })
}

// errHolds keeps closed what might open something else.
var errHolds = errors.New("refused: others can put directories there, and this one holds what the source's does not, or was not compared as a whole; set its owner and mode by hand")

// tell passes on that something is unfinished.
func (p *place) tell() {
	if p.up != nil && p.unfinished.Load() {
		p.up.unfinished.Store(true)
	}
}

// tighten sets the mode of a directory that is being entered. Without privileges it may not be ours, and finish tells.
func (p *place) tighten(perm uint32, have stat) error {
	if perm == have.perm || p.known(have.dev, modes) {
		return nil
	}
	err := p.dst.self().chmod(perm, have)
	if !p.m.privileged || err != nil && refused(err) && p.lacks(have.dev, modes, func(x pinned) error { return x.become(perm & 0o777) }) {
		return nil
	}
	return err
}

// occupied are the target directories that are being worked on.
type occupied struct {
	mu   sync.Mutex // guards dirs
	dirs map[inode]bool
}

// occupy keeps two pieces of work out of one directory of the target, which somebody has moved to another name since the first of
// them opened it: what one puts there is not meant for those whom the other one lets in.
func (p *place) occupy(have stat) error {
	o := &p.m.occupied
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case have.ino == 0:
		return nil
	case o.dirs[have.inode]:
		return errReplaced
	case o.dirs == nil:
		o.dirs = make(map[inode]bool)
	}
	o.dirs[have.inode] = true
	p.occupies = have.inode
	return nil
}

func (p *place) vacate() {
	o := &p.m.occupied
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.dirs, p.occupies)
}
