package transfer

import (
	"errors"
	"io/fs"
)

// symlink makes a symbolic link with the same text.
func (p *place) symlink(name string, s, have stat) {
	if have.kind == symlink {
		text, err := p.src.readlink(name)
		if err != nil {
			p.lost(name, "read", err)
			return
		}
		if old, err := p.dst.readlink(name); err == nil && old == text && p.fix(name, s, have) {
			return
		}
	}
	text := ""
	p.build(name, s, have, func(from pinned, temp string) (err error) {
		if text, err = from.readlink(); err != nil {
			return err
		}
		return atTarget(p.dst.symlink(text, temp))
	}, func(made pinned) bool {
		now, err := made.readlink()
		return err == nil && now == text
	})
}

// special makes a fifo or a device.
func (p *place) special(name string, s, have stat) {
	if s.kind != fifo && !p.m.o.Devices {
		p.m.note("%s%s: devices are not mirrored", p.rel, name)
		return
	}
	if have.kind == s.kind && have.rdev == s.rdev && p.fix(name, s, have) {
		return
	}
	p.build(name, s, have, func(_ pinned, temp string) error {
		err := p.dst.mknod(temp, s)
		if s.kind != fifo && (unsupported(err) || errors.Is(err, fs.ErrPermission) && !p.m.privileged) {
			p.m.note("%s%s: a device cannot be made here: %v", p.rel, name, err)
			return errSkipped
		}
		if err != nil && refused(err) && p.lacks(p.dev, pipes, func(pinned) error { return p.probePipe(s) }) {
			return errSkipped
		}
		return atTarget(err)
	}, func(pinned) bool { return true })
}

// probePipe makes a fifo as s is, and removes it.
func (p *place) probePipe(s stat) error {
	temp := p.dst.temp("probe")
	err := p.dst.mknod(temp, s)
	if err == nil {
		_ = p.dst.unlink(temp)
	}
	return err
}

// errSkipped: said already, and no failure.
var errSkipped = errors.New("skipped")

// fix makes the metadata of an entry equal whose content is; false if it has to be made anew.
func (p *place) fix(name string, s, have stat) bool {
	done, err := p.adopt(name, s, have)
	if err != nil {
		p.lost(name, "set attributes of", err)
	}
	return done || err != nil
}

// build makes an entry under a temporary name, completes and renames it. alike tells whether what is made is
// what begin meant to make.
func (p *place) build(name string, s, have stat, begin func(from pinned, temp string) error, alike func(pinned) bool) {
	from, s, err := p.src.pin(name, s)
	if err != nil {
		p.lost(name, "read", err)
		return
	}
	defer from.close()
	temp := p.dst.temp(name)
	if err := begin(from, temp); err != nil {
		if !errors.Is(err, errSkipped) {
			p.lost(name, "create", err)
		}
		return
	}
	less, err := partly(p.complete(temp, from, s, alike))
	if err == nil {
		err = p.put(temp, name, have)
	}
	if err != nil {
		_ = p.dst.unlink(temp)
		p.lost(name, "create", err)
		return
	}
	p.m.created.Add(1)
	if less != nil {
		p.m.fail(p.rel+name, "set attributes of", less)
	}
}

// complete gives what was made as temp the metadata of from. The kernel opens nothing as it makes a link, fifo or
// device, and who can write in the directory may have put another entry there: one that is not like ours gets nothing.
func (p *place) complete(temp string, from pinned, s stat, alike func(pinned) bool) error {
	x, made, err := p.dst.hold(temp)
	if err != nil {
		return atTarget(err)
	}
	defer x.close()
	if p.shared && (made.kind != s.kind || made.rdev != s.rdev || made.nlink != 1 || !alike(x) || !p.looksOurs(made)) {
		return atTarget(errReplaced)
	}
	x.made = true
	return p.keep(x, from.attrs(), s, made, p.plain())
}

// looksOurs tells whether an entry may be one that we have just made.
func (p *place) looksOurs(made stat) bool {
	if made.kind != symlink && made.perm&^0o600 != 0 {
		return false
	}
	m := p.m
	return made.uid == m.uid || p.lacks(made.dev, owning, func(x pinned) error { return x.give(int(m.uid), int(m.gid)) })
}
