package copier

import (
	"bytes"
	"fmt"

	"lsyncgo/engine/fsat"
)

// File makes the new file temp of the open file in, which is s; have is what it will replace. An error that is a
// refusal by [Partly] leaves the file, any other removes it. ErrChanged: in was not or is no more what s says.
func (p *Place) File(in fsat.File, temp string, s, have fsat.Stat) (fsat.Inode, error) {
	out, err := p.Dst.Create(temp, p.firstPerm(s))
	if err != nil {
		return fsat.Inode{}, AtTarget(err)
	}
	id, err := p.fill(in, out, s, have)
	less, err := Partly(err)
	if err == nil && p.Fsync && !fsat.SyncsAll {
		err = AtTarget(out.Sync())
	}
	// Network file systems tell of a full disk only here.
	if cerr := out.Close(); err == nil {
		err = AtTarget(cerr)
	}
	if err != nil {
		_ = p.Dst.Unlink(temp)
		return fsat.Inode{}, err
	}
	return id, less
}

// firstPerm is the mode of a temporary file: nobody may read it who may not read the finished one. The umask
// decides on the last mode where modes are not kept, so that this is that mode already.
func (c *Copier) firstPerm(s fsat.Stat) uint32 {
	if c.Perms {
		return 0o600
	}
	return s.Perm & 0o777
}

// fill writes data and metadata to a new file and checks both sides.
func (p *Place) fill(in fsat.File, out fsat.NewFile, s, have fsat.Stat) (fsat.Inode, error) {
	if err := p.begin(in, out, s); err != nil {
		return fsat.Inode{}, err
	}
	if err := p.data(in, out.File, s); err != nil {
		return fsat.Inode{}, err
	}
	if err := check(in, s); err != nil {
		return fsat.Inode{}, err
	}
	made, err := out.Stat()
	if err != nil {
		return fsat.Inode{}, AtTarget(err)
	}
	if made.Size != s.Size {
		return fsat.Inode{}, AtTarget(fmt.Errorf("%d bytes were written but %d are there", s.Size, made.Size))
	}
	if perm := have.Perm & 0o777; !p.Perms && have.Kind == fsat.Regular && made.Perm != perm {
		if err := out.Pin().Chmod(perm, s); err != nil {
			return fsat.Inode{}, AtTarget(err)
		}
	}
	return made.Inode, p.ApplyMetadata(out.Pin(), in.Attrs(), s, made, p.Plain())
}

// begin gives an empty file its owner, for whom it counts, and who may look at it from then on: it has to be his file that was
// opened, and not one that took its place since.
func (p *Place) begin(in fsat.File, out fsat.NewFile, s fsat.Stat) error {
	owned := !p.Owner || !p.Privileged || s.UID == p.UID && s.GID == p.GID
	if owned && p.Perms {
		return nil
	}
	if err := check(in, s); err != nil {
		return err
	}
	if !owned && !p.Known(p.Dev, Owning) {
		_ = out.Pin().Chown(int(s.UID), int(s.GID)) // ApplyMetadata finds that it was refused, and says so
	}
	return nil
}

// check tells whether the source is what it was before it was read.
func check(in fsat.File, s fsat.Stat) error {
	now, err := in.Stat()
	if err != nil {
		return err
	}
	if !s.Unchanged(now) {
		return ErrChanged
	}
	return nil
}

// SameFile tells whether name of d is the inode looked and holds what a, which is s, does. Any error makes them different.
func (c *Copier) SameFile(a fsat.File, d *fsat.Dir, name string, s fsat.Stat, looked fsat.Inode) bool {
	b, err := d.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = b.Close() }()
	now, err := b.Stat()
	return err == nil && now.Inode == looked && check(a, s) == nil && c.sameBytes(a, b, s.Size)
}

func (c *Copier) sameBytes(a, b fsat.File, size int64) bool {
	x, y := getBuffer(), getBuffer()
	defer putBuffer(x)
	defer putBuffer(y)
	for off := int64(0); off < size; {
		if c.Stop() != nil {
			return false
		}
		n, err := a.ReadAt((*x)[:min(size-off, bufferSize)], off)
		if err != nil || n == 0 {
			return false
		}
		k, err := b.ReadAt((*y)[:n], off)
		if err != nil || !bytes.Equal((*x)[:n], (*y)[:k]) {
			return false
		}
		off += int64(n)
	}
	return true
}
