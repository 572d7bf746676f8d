package mirror

import (
	"errors"
	"io/fs"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// finish sets the directory's own metadata.
func (p *dirPair) finish() {
	m := p.m
	if !m.o.Perms {
		p.restore()
	}
	if m.halted() {
		return // what is not done stays as closed as it is
	}
	defer p.passUnfinished()
	if p.src == nil {
		// No time that a source directory has: a later rename of this one shows
		// that it has to be compared.
		if m.o.Times {
			_ = p.Dst.Self().SetTime(fsat.Time{})
		}
		return
	}
	s, err := p.src.Stat()
	if err == nil && s.Nlink == 0 {
		return // removed meanwhile
	}
	if err != nil {
		p.fail("", "look at", err)
		return
	}
	have, err := p.Dst.Stat()
	if err != nil {
		p.fail("", "look at", copier.AtTarget(err))
		return
	}
	if p.exposed && p.opens(s, have) && (!p.whole || !p.written || p.unfinished.Load()) {
		p.fail("", "set attributes of", errHolds)
		return
	}
	err = p.ApplyMetadata(p.Dst.Self(), p.src.Self().Attrs(), s, have, false)
	if err == nil && p.renamed && m.o.Times {
		_ = p.Dst.Self().SetTime(s.Mtime) // all in it was compared
	}
	switch {
	case err == nil:
	case p.parent == nil && !m.Privileged && errors.Is(err, fs.ErrPermission):
		m.note("target %s: its own owner, mode or time cannot be set: %v", m.o.Target, err)
	default:
		p.fail("", "set attributes of", err)
	}
}

// restore takes back the permissions that openTarget gave.
func (p *dirPair) restore() {
	if !p.m.Privileged && p.perm&0o700 != 0o700 {
		_ = p.Dst.Self().Chmod(p.perm, fsat.Stat{Kind: fsat.Directory})
	}
}
