package copier

import (
	"errors"
	"fmt"
	"io/fs"

	"lsyncgo/engine/fsat"
)

// Entry makes under the name temp a symbolic link, fifo or device like from, which is s, with its metadata. An error that is a
// refusal by [Partly] leaves it, any other removes it. ErrCannotMake: it cannot be made at all.
func (p *Place) Entry(from fsat.Pinned, temp string, s fsat.Stat) error {
	alike := func(fsat.Pinned) bool { return true }
	if s.Kind == fsat.Symlink {
		text, err := from.Readlink()
		if err != nil {
			return err
		}
		if err := p.Dst.Symlink(text, temp); err != nil {
			return AtTarget(err)
		}
		alike = func(made fsat.Pinned) bool {
			now, err := made.Readlink()
			return err == nil && now == text
		}
	} else if err := p.mknod(temp, s); err != nil {
		return err
	}
	err := p.complete(temp, from, s, alike)
	if _, failed := Partly(err); failed != nil {
		_ = p.Dst.Unlink(temp)
	}
	return err
}

// mknod makes a fifo or a device.
func (p *Place) mknod(temp string, s fsat.Stat) error {
	err := p.Dst.Mknod(temp, s)
	switch {
	case err == nil:
		return nil
	case s.Kind != fsat.FIFO && (fsat.IsUnsupported(err) || errors.Is(err, fs.ErrPermission) && !p.Privileged):
		return fmt.Errorf("%w: %w", ErrCannotMake, err)
	case Refused(err) && p.Lacks(p.Dev, pipes, func(fsat.Pinned) error { return p.probePipe(s) }):
		return fmt.Errorf("%w: %w", ErrCannotMake, err)
	}
	return AtTarget(err)
}

// probePipe makes a fifo as s is, and removes it.
func (p *Place) probePipe(s fsat.Stat) error {
	temp := p.Dst.TempName("probe")
	err := p.Dst.Mknod(temp, s)
	if err == nil {
		_ = p.Dst.Unlink(temp)
	}
	return err
}

// complete gives what was made as temp the metadata of from. The kernel opens nothing as it makes a link, fifo or
// device, and who can write in the directory may have put another entry there: one that is not like ours gets nothing.
func (p *Place) complete(temp string, from fsat.Pinned, s fsat.Stat, alike func(fsat.Pinned) bool) error {
	x, made, err := p.Dst.Hold(temp)
	if err != nil {
		return AtTarget(err)
	}
	defer x.Close()
	if p.OthersWrite && (made.Kind != s.Kind || made.Rdev != s.Rdev || made.Nlink != 1 || !alike(x) || !p.looksOurs(made)) {
		return AtTarget(fsat.ErrReplaced)
	}
	x.Made = true
	return p.ApplyMetadata(x, from.Attrs(), s, made, p.Plain())
}

// looksOurs tells whether an entry may be one that we have just made.
func (p *Place) looksOurs(made fsat.Stat) bool {
	if made.Kind != fsat.Symlink && made.Perm&^0o600 != 0 {
		return false
	}
	return made.UID == p.UID || p.Lacks(made.Dev, Owning, func(x fsat.Pinned) error { return x.ChownChecked(int(p.UID), int(p.GID)) })
}
