package transfer

import (
	"bytes"
	"errors"
	"fmt"
)

// tries is how often a file is copied that changes while it is read.
const tries = 3

var errChanged = errors.New("changed while it was copied, three times")

// regular makes a file equal.
func (p *place) regular(t todo, s, have stat) {
	doubt := p.written || t.mark()&written != 0 || have.alike(s) && p.outrun(s, have)
	if !p.m.o.HardLinks || s.nlink < 2 {
		p.bring(t.name, s, have, doubt)
		return
	}
	g := p.m.links.group(s.inode)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.names, g.nlink = g.names+1, s.nlink
	if g.unnamed {
		p.m.flush()
		g.unnamed = false
	}
	if g.made && doubt && !g.sure {
		g.sure = p.confirm(g, t.name, s)
	}
	if g.made && (g.sure || !doubt) && p.linkTo(g, t.name, have) {
		return
	}
	if id, ok := p.bring(t.name, s, have, doubt); ok {
		copied := id != have.inode
		g.torn = g.torn || g.made && g.id != id
		g.partial = g.partial || copied || have.nlink < s.nlink
		g.unnamed = copied
		g.made, g.sure, g.path, g.id = true, doubt || copied, p.rel+t.name, id
	}
}

// bring copies a file unless the target has it, and returns what the target's
// inode is then.
func (p *place) bring(name string, s, have stat, doubt bool) (inode, bool) {
	m := p.m
	mine := have.kind == regular && m.links.claim(m.o, have, s)
	if mine && have.alike(s) && (!doubt && !p.m.o.Compare || p.sameData(name, s, have)) {
		done, err := p.adopt(name, s, have)
		if err != nil {
			p.lost(name, "set attributes of", err)
			return inode{}, false
		}
		if done {
			if doubt && m.doubting {
				p.proven(name, s, have)
			}
			return have.inode, true
		}
	}
	id, err := p.copy(name, s, have)
	if err != nil {
		verb := "read"
		if errors.As(err, new(targetError)) {
			verb = "write"
		}
		p.lost(name, verb, err)
		return inode{}, false
	}
	m.copied.Add(1)
	return id, true
}

// copy writes the file until the source holds still.
func (p *place) copy(name string, s, have stat) (inode, error) {
	for range tries {
		id, err := p.replace(name, s, have)
		if !errors.Is(err, errChanged) {
			if err == nil {
				p.m.bytes.Add(s.size)
			}
			return id, err
		}
		if err := p.m.stop(); err != nil {
			return inode{}, err
		}
		if s, err = p.src.lstat(name); err != nil {
			return inode{}, err
		}
		if s.kind != regular {
			break
		}
	}
	return inode{}, errChanged
}

// replace writes a temporary file and renames it to name.
func (p *place) replace(name string, s, have stat) (inode, error) {
	in, err := p.src.open(name)
	if err != nil {
		return inode{}, err
	}
	defer func() { _ = in.close() }()
	temp := p.dst.temp(name)
	out, err := p.dst.create(temp, p.m.firstPerm(s))
	if err != nil {
		return inode{}, atTarget(err)
	}
	id, err := p.fill(in, out, s, have)
	less, err := partly(err)
	// Network file systems tell of a full disk only here.
	if err == nil && p.m.o.Fsync && !flushesAll {
		err = atTarget(out.flush())
	}
	if cerr := out.close(); err == nil {
		err = atTarget(cerr)
	}
	if err == nil {
		err = p.settle(temp, name, have, s.size)
	}
	if err != nil {
		_ = p.dst.unlink(temp)
		return inode{}, err
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
func (m *mirror) firstPerm(s stat) uint32 {
	if m.o.Perms {
		return 0o600
	}
	return s.perm & 0o777
}

// fill writes data and metadata to a new file and checks both sides.
func (p *place) fill(in file, out newFile, s, have stat) (inode, error) {
	if err := p.begin(in, out, s); err != nil {
		return inode{}, err
	}
	if err := p.m.pour(in, out.file, s); err != nil {
		return inode{}, err
	}
	if err := check(in, s); err != nil {
		return inode{}, err
	}
	made, err := out.stat()
	if err != nil {
		return inode{}, atTarget(err)
	}
	if made.size != s.size {
		return inode{}, atTarget(fmt.Errorf("%d bytes were written but %d are there", s.size, made.size))
	}
	if perm := have.perm & 0o777; !p.m.o.Perms && have.kind == regular && made.perm != perm {
		if err := out.pin().chmod(perm, s); err != nil {
			return inode{}, atTarget(err)
		}
	}
	return made.inode, p.keep(out.pin(), in.attrs(), s, made, p.plain())
}

// begin gives an empty file its owner, for whom it counts, and who may look at it from then on: it has to be his file that was
// opened, and not one that took its place since.
func (p *place) begin(in file, out newFile, s stat) error {
	m := p.m
	owned := !m.o.Owner || !m.privileged || s.uid == m.uid && s.gid == m.gid
	if owned && m.o.Perms {
		return nil
	}
	if err := check(in, s); err != nil {
		return err
	}
	if !owned && !p.known(p.dev, owning) {
		_ = out.pin().chown(int(s.uid), int(s.gid)) // keep finds that it was refused, and says so
	}
	return nil
}

// check tells whether the source is what it was before it was read.
func check(in file, s stat) error {
	now, err := in.stat()
	if err != nil {
		return err
	}
	if !s.unchanged(now) {
		return errChanged
	}
	return nil
}

// put renames a finished temporary entry to name.
func (p *place) put(temp, name string, have stat) error {
	if have.kind == directory {
		return atTarget(p.m.supersede(p.dst, temp, p.dst, name, p.rel+name, have))
	}
	return atTarget(p.dst.rename(temp, p.dst, name))
}

// sameData compares the contents of name on both sides. Any error makes them
// different: the copy that follows reports it.
func (p *place) sameData(name string, s, have stat) bool {
	a, err := p.src.open(name)
	if err != nil {
		return false
	}
	defer func() { _ = a.close() }()
	return p.m.sameFile(a, p.dst, name, s, have.inode)
}

// sameFile tells whether name is the inode looked and holds what a, which is s, does.
func (m *mirror) sameFile(a file, d *dir, name string, s stat, looked inode) bool {
	b, err := d.open(name)
	if err != nil {
		return false
	}
	defer func() { _ = b.close() }()
	now, err := b.stat()
	return err == nil && now.inode == looked && check(a, s) == nil && m.sameBytes(a, b, s.size)
}

func (m *mirror) sameBytes(a, b file, size int64) bool {
	x, y := getBuffer(), getBuffer()
	defer putBuffer(x)
	defer putBuffer(y)
	for off := int64(0); off < size; {
		if m.halted() {
			return false
		}
		n, err := a.readAt((*x)[:min(size-off, bufferSize)], off)
		if err != nil || n == 0 {
			return false
		}
		k, err := b.readAt((*y)[:n], off)
		if err != nil || !bytes.Equal((*x)[:n], (*y)[:k]) {
			return false
		}
		off += int64(n)
	}
	return true
}
