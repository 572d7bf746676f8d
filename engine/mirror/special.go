package mirror

import (
	"errors"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// symlink makes a symbolic link with the same text.
func (p *dirPair) symlink(name string, s, have fsat.Stat) {
	if have.Kind == fsat.Symlink {
		text, err := p.src.Readlink(name)
		if err != nil {
			p.lost(name, "read", err)
			return
		}
		if old, err := p.Dst.Readlink(name); err == nil && old == text && p.fix(name, s, have) {
			return
		}
	}
	p.build(name, s, have)
}

// special makes a fifo or a device.
func (p *dirPair) special(name string, s, have fsat.Stat) {
	if s.Kind != fsat.FIFO && !p.m.o.Devices {
		p.m.note("%s%s: devices are not mirrored", p.rel, name)
		return
	}
	if have.Kind == s.Kind && have.Rdev == s.Rdev && p.fix(name, s, have) {
		return
	}
	p.build(name, s, have)
}

// fix makes the metadata of an entry equal whose content is; false if it has to be made anew.
func (p *dirPair) fix(name string, s, have fsat.Stat) bool {
	done, err := p.adopt(name, s, have)
	if err != nil {
		p.lost(name, "set attributes of", err)
	}
	return done || err != nil
}

// build makes an entry under a temporary name, completes and renames it.
func (p *dirPair) build(name string, s, have fsat.Stat) {
	from, s, err := p.src.Pin(name, s)
	if err != nil {
		p.lost(name, "read", err)
		return
	}
	defer from.Close()
	temp := p.Dst.TempName(name)
	less, err := copier.Partly(p.Entry(from, temp, s))
	if errors.Is(err, copier.ErrCannotMake) {
		if s.Kind != fsat.FIFO { // of which the file system was asked and it was said
			p.m.note("%s%s: a device %v", p.rel, name, err)
		}
		return
	}
	if err == nil {
		if err = p.put(temp, name, have); err != nil {
			_ = p.Dst.Unlink(temp)
		}
	}
	if err != nil {
		p.lost(name, "create", err)
		return
	}
	p.m.created.Add(1)
	if less != nil {
		p.m.fail(p.rel+name, "set attributes of", less)
	}
}
