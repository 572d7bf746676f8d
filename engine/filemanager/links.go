package filemanager

import (
	"strings"

	"lsyncgo/engine/copier"
	"lsyncgo/engine/fsat"
)

// maxLinked bounds how many files of several names are remembered at once. Further ones become a file for each name.
const maxLinked = 100_000

// linked is the copy of a file that has more names than were met so far.
type linked struct {
	dir, name string // below the copy of the directory: "" or "/a/b"
	made      fsat.Inode
	was       version
	left      uint64 // names not met
}

// within splits a path of the source into the directory below the one that is copied, and the name.
func (t *transfer) within(path string) (dir, name string) {
	rel := strings.TrimPrefix(path, t.op.Source.Path())
	at := strings.LastIndexByte(rel, '/')
	return rel[:max(at, 0)], rel[at+1:]
}

// link gives the copy of s one more name, if s is a file of which there is one already.
func (t *transfer) link(s fsat.Stat, p copier.Place, temp string) bool {
	l := t.linked[s.Inode]
	if l == nil || l.was != (version{s.Size, s.Mtime}) {
		return false
	}
	dir, err := t.to.Dst.OpenBelow(t.top + l.dir)
	if err != nil {
		return false
	}
	defer dir.Close()
	x, now, err := dir.Hold(l.name)
	if err != nil {
		return false
	}
	defer x.Close()
	if now.Inode != l.made || x.Link(p.Dst, temp) != nil { // a file system without links, or with few for a file: copied anew
		return false
	}
	if l.left--; l.left == 0 {
		delete(t.linked, s.Inode)
	}
	return true
}

// remember has the other names of s become names of the copy that was made of it as temp.
func (t *transfer) remember(s fsat.Stat, path string, p copier.Place, temp string) {
	if len(t.linked) >= maxLinked {
		return
	}
	now, err := p.Dst.Lstat(temp)
	if err != nil {
		return
	}
	if t.linked == nil {
		t.linked = make(map[fsat.Inode]*linked)
	}
	dir, name := t.within(path)
	t.linked[s.Inode] = &linked{dir: dir, name: name, made: now.Inode, was: version{s.Size, s.Mtime}, left: s.Nlink - 1}
}
