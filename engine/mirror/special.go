package mirror

import (
	"errors"
	"io/fs"

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
		if old, err := p.dst.Readlink(name); err == nil && old == text && p.fix(name, s, have) {
			return
		}
	}
	text := ""
	p.build(name, s, have, func(from fsat.Pinned, temp string) (err error) {
		if text, err = from.Readlink(); err != nil {
			return err
		}
		return atTarget(p.dst.Symlink(text, temp))
	}, func(made fsat.Pinned) bool {
		now, err := made.Readlink()
		return err == nil && now == text
	})
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
	p.build(name, s, have, func(_ fsat.Pinned, temp string) error {
		err := p.dst.Mknod(temp, s)
		if s.Kind != fsat.FIFO && (fsat.IsUnsupported(err) || errors.Is(err, fs.ErrPermission) && !p.m.privileged) {
			p.m.note("%s%s: a device cannot be made here: %v", p.rel, name, err)
			return errSkipped
		}
		if err != nil && refused(err) && p.lacks(p.dev, pipes, func(fsat.Pinned) error { return p.probePipe(s) }) {
			return errSkipped
		}
		return atTarget(err)
	}, func(fsat.Pinned) bool { return true })
}

// probePipe makes a fifo as s is, and removes it.
func (p *dirPair) probePipe(s fsat.Stat) error {
	temp := p.dst.TempName("probe")
	err := p.dst.Mknod(temp, s)
	if err == nil {
		_ = p.dst.Unlink(temp)
	}
	return err
}

// errSkipped: said already, and no failure.
var errSkipped = errors.New("skipped")

// fix makes the metadata of an entry equal whose content is; false if it has to be made anew.
func (p *dirPair) fix(name string, s, have fsat.Stat) bool {
	done, err := p.adopt(name, s, have)
	if err != nil {
		p.lost(name, "set attributes of", err)
	}
	return done || err != nil
}

// build makes an entry under a temporary name, completes and renames it. alike tells whether what is made is
// what begin meant to make.
func (p *dirPair) build(name string, s, have fsat.Stat, begin func(from fsat.Pinned, temp string) error, alike func(fsat.Pinned) bool) {
	from, s, err := p.src.Pin(name, s)
	if err != nil {
		p.lost(name, "read", err)
		return
	}
	defer from.Close()
	temp := p.dst.TempName(name)
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
		_ = p.dst.Unlink(temp)
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
func (p *dirPair) complete(temp string, from fsat.Pinned, s fsat.Stat, alike func(fsat.Pinned) bool) error {
	x, made, err := p.dst.Hold(temp)
	if err != nil {
		return atTarget(err)
	}
	defer x.Close()
	if p.othersWrite && (made.Kind != s.Kind || made.Rdev != s.Rdev || made.Nlink != 1 || !alike(x) || !p.looksOurs(made)) {
		return atTarget(fsat.ErrReplaced)
	}
	x.Made = true
	return p.applyMetadata(x, from.Attrs(), s, made, p.plain())
}

// looksOurs tells whether an entry may be one that we have just made.
func (p *dirPair) looksOurs(made fsat.Stat) bool {
	if made.Kind != fsat.Symlink && made.Perm&^0o600 != 0 {
		return false
	}
	m := p.m
	return made.UID == m.uid || p.lacks(made.Dev, owning, func(x fsat.Pinned) error { return x.ChownChecked(int(m.uid), int(m.gid)) })
}
