package transfer

import (
	"errors"
	"io/fs"
)

// symlink makes a symbolic link with the same text.
func (p *place) symlink(name string, s, have stat) {
	text, err := p.src.readlink(name)
	if err != nil {
		p.lost(name, "read", err)
		return
	}
	if have.kind == symlink {
		if old, err := p.dst.readlink(name); err == nil && old == text {
			p.fix(name, s, have)
			return
		}
	}
	p.build(name, s, have, func(temp string) error { return p.dst.symlink(text, temp) })
}

// special makes a fifo or a device.
func (p *place) special(name string, s, have stat) {
	if s.kind != fifo && !p.m.o.Devices {
		p.m.note("%s%s: devices are not mirrored", p.rel, name)
		return
	}
	if have.kind == s.kind && have.rdev == s.rdev {
		p.fix(name, s, have)
		return
	}
	p.build(name, s, have, func(temp string) error {
		err := p.dst.mknod(temp, s)
		if unsupported(err) || errors.Is(err, fs.ErrPermission) && !p.m.privileged {
			p.m.note("%s%s: a device or fifo cannot be made here: %v", p.rel, name, err)
			return errSkipped
		}
		return err
	})
}

// errSkipped: said already, and no failure.
var errSkipped = errors.New("skipped")

// fix makes the metadata of an entry equal whose content is.
func (p *place) fix(name string, s, have stat) {
	if err := p.m.keep(p.dst.ref(name), p.src.ref(name), s, have, false); err != nil {
		p.lost(name, "set attributes of", err)
	}
}

// build makes an entry under a temporary name, completes and renames it.
func (p *place) build(name string, s, have stat, begin func(temp string) error) {
	temp := p.dst.temp(name)
	if err := begin(temp); err != nil {
		if !errors.Is(err, errSkipped) {
			p.m.fail(p.rel+name, "create", atTarget(err))
		}
		return
	}
	made, err := p.dst.lstat(temp)
	if err == nil {
		err = p.m.keep(p.dst.ref(temp), p.src.ref(name), s, made, !p.bequeaths)
	}
	if err == nil {
		err = p.put(temp, name, have)
	}
	if err != nil {
		_ = p.dst.unlink(temp)
		p.lost(name, "create", err)
		return
	}
	p.m.created.Add(1)
}
