package mirror

import (
	"bytes"
	"errors"
	"fmt"

	"lsyncgo/engine/fsat"
)

// tries is how often a file is copied that changes while it is read.
const tries = 3

var errChanged = errors.New("changed while it was copied, three times")

// regular makes a file equal.
func (p *dirPair) regular(t workItem, s, have fsat.Stat) {
	doubt := p.written || t.flags()&written != 0 || have.QuickMatch(s) && p.changedSince(s, have)
	if !p.m.o.HardLinks || s.Nlink < 2 {
		p.syncFile(t.name, s, have, doubt)
		return
	}
	g := p.m.links.group(s.Inode)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.names, g.nlink = g.names+1, s.Nlink
	if g.unnamed {
		p.m.flush()
		g.unnamed = false
	}
	if g.known && doubt && !g.verified {
		g.verified = p.confirm(g, t.name, s)
	}
	if g.known && (g.verified || !doubt) && p.linkTo(g, t.name, have) {
		return
	}
	if id, ok := p.syncFile(t.name, s, have, doubt); ok {
		copied := id != have.Inode
		g.split = g.split || g.known && g.id != id
		g.partial = g.partial || copied || have.Nlink < s.Nlink
		g.unnamed = copied
		g.known, g.verified, g.path, g.id = true, doubt || copied, p.rel+t.name, id
	}
}

// syncFile copies a file unless the target has it, and returns what the target's
// inode is then.
func (p *dirPair) syncFile(name string, s, have fsat.Stat, doubt bool) (fsat.Inode, bool) {
	m := p.m
	mine := have.Kind == fsat.Regular && m.links.claim(m.o, have, s)
	if mine && have.QuickMatch(s) && (!doubt && !p.m.o.Compare || p.sameData(name, s, have)) {
		done, err := p.adopt(name, s, have)
		if err != nil {
			p.lost(name, "set attributes of", err)
			return fsat.Inode{}, false
		}
		if done {
			if doubt && m.verifying {
				p.markVerified(name, s, have)
			}
			return have.Inode, true
		}
	}
	id, err := p.copy(name, s, have)
	if err != nil {
		verb := "read"
		if errors.As(err, new(targetError)) {
			verb = "write"
		}
		p.lost(name, verb, err)
		return fsat.Inode{}, false
	}
	m.copied.Add(1)
	return id, true
}

// copy writes the file until the source holds still.
func (p *dirPair) copy(name string, s, have fsat.Stat) (fsat.Inode, error) {
	for range tries {
		id, err := p.replace(name, s, have)
		if !errors.Is(err, errChanged) {
			if err == nil {
				p.m.bytes.Add(s.Size)
			}
			return id, err
		}
		if err := p.m.stop(); err != nil {
			return fsat.Inode{}, err
		}
		if s, err = p.src.Lstat(name); err != nil {
			return fsat.Inode{}, err
		}
		if s.Kind != fsat.Regular {
			break
		}
	}
	return fsat.Inode{}, errChanged
}

// replace writes a temporary file and renames it to name.
func (p *dirPair) replace(name string, s, have fsat.Stat) (fsat.Inode, error) {
	in, err := p.src.Open(name)
	if err != nil {
		return fsat.Inode{}, err
	}
	defer func() { _ = in.Close() }()
	temp := p.dst.TempName(name)
	out, err := p.dst.Create(temp, p.m.firstPerm(s))
	if err != nil {
		return fsat.Inode{}, atTarget(err)
	}
	id, err := p.fill(in, out, s, have)
	less, err := partly(err)
	// Network file systems tell of a full disk only here.
	if err == nil && p.m.o.Fsync && !fsat.SyncsAll {
		err = atTarget(out.Sync())
	}
	if cerr := out.Close(); err == nil {
		err = atTarget(cerr)
	}
	if err == nil {
		err = p.commit(temp, name, have, s.Size)
	}
	if err != nil {
		_ = p.dst.Unlink(temp)
		return fsat.Inode{}, err
	}
	if less != nil {
		p.m.fail(p.rel+name, "set attributes of", less)
	}
	return id, nil
}

// partly parts the refusal of something, with which an entry is still put in its place, from other errors.
func partly(err error) (less, other error) {
	if errors.As(err, new(refusal)) {
		return err, nil
	}
	return nil, err
}

// firstPerm is the mode of a temporary file: nobody may read it who may not read the finished one. The umask
// decides on the last mode where modes are not kept, so that this is that mode already.
func (m *mirror) firstPerm(s fsat.Stat) uint32 {
	if m.o.Perms {
		return 0o600
	}
	return s.Perm & 0o777
}

// fill writes data and metadata to a new file and checks both sides.
func (p *dirPair) fill(in fsat.File, out fsat.NewFile, s, have fsat.Stat) (fsat.Inode, error) {
	if err := p.begin(in, out, s); err != nil {
		return fsat.Inode{}, err
	}
	if err := p.m.copyData(in, out.File, s); err != nil {
		return fsat.Inode{}, err
	}
	if err := check(in, s); err != nil {
		return fsat.Inode{}, err
	}
	made, err := out.Stat()
	if err != nil {
		return fsat.Inode{}, atTarget(err)
	}
	if made.Size != s.Size {
		return fsat.Inode{}, atTarget(fmt.Errorf("%d bytes were written but %d are there", s.Size, made.Size))
	}
	if perm := have.Perm & 0o777; !p.m.o.Perms && have.Kind == fsat.Regular && made.Perm != perm {
		if err := out.Pin().Chmod(perm, s); err != nil {
			return fsat.Inode{}, atTarget(err)
		}
	}
	return made.Inode, p.applyMetadata(out.Pin(), in.Attrs(), s, made, p.plain())
}

// begin gives an empty file its owner, for whom it counts, and who may look at it from then on: it has to be his file that was
// opened, and not one that took its place since.
func (p *dirPair) begin(in fsat.File, out fsat.NewFile, s fsat.Stat) error {
	m := p.m
	owned := !m.o.Owner || !m.privileged || s.UID == m.uid && s.GID == m.gid
	if owned && m.o.Perms {
		return nil
	}
	if err := check(in, s); err != nil {
		return err
	}
	if !owned && !p.known(p.dev, owning) {
		_ = out.Pin().Chown(int(s.UID), int(s.GID)) // keep finds that it was refused, and says so
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
		return errChanged
	}
	return nil
}

// put renames a finished temporary entry to name.
func (p *dirPair) put(temp, name string, have fsat.Stat) error {
	if have.Kind == fsat.Directory {
		return atTarget(p.m.supersede(p.dst, temp, p.dst, name, p.rel+name, have))
	}
	return atTarget(p.dst.Rename(temp, p.dst, name))
}

// sameData compares the contents of name on both sides. Any error makes them
// different: the copy that follows reports it.
func (p *dirPair) sameData(name string, s, have fsat.Stat) bool {
	a, err := p.src.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = a.Close() }()
	return p.m.sameFile(a, p.dst, name, s, have.Inode)
}

// sameFile tells whether name is the inode looked and holds what a, which is s, does.
func (m *mirror) sameFile(a fsat.File, d *fsat.Dir, name string, s fsat.Stat, looked fsat.Inode) bool {
	b, err := d.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = b.Close() }()
	now, err := b.Stat()
	return err == nil && now.Inode == looked && check(a, s) == nil && m.sameBytes(a, b, s.Size)
}

func (m *mirror) sameBytes(a, b fsat.File, size int64) bool {
	x, y := getBuffer(), getBuffer()
	defer putBuffer(x)
	defer putBuffer(y)
	for off := int64(0); off < size; {
		if m.halted() {
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
