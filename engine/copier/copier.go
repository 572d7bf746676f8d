package copier

import (
	"os"
	"sync/atomic"

	"lsyncgo/engine/fsat"
)

// Options say what is kept.
type Options struct {
	Owner  bool // user and group; without privileges the group only, where permitted
	Perms  bool // permission bits
	Times  bool // modification times, in nanoseconds
	Xattrs bool // extended attributes, POSIX ACLs and capabilities among them
	Sparse bool // holes stay holes
	Fsync  bool // data is on the disk before a file is done, where no flush does that for all files (fsat.SyncsAll)
	// Harmless leaves out capabilities. Setuid and setgid are in the mode that a caller asks for.
	Harmless bool

	// Stop ends the work with the error that it returns. It is asked now and then, by any goroutine.
	Stop func() error
	// Target is what remarks call the place that is written to, and Warn takes them: what a whole file system cannot keep.
	Target string
	Warn   func(format string, args ...any)
}

// Copier copies for one piece of work. It is used by any number of goroutines.
type Copier struct {
	Options
	Privileged bool // owners can be given away and modes do not matter
	UID, GID   uint32
	groups     map[uint32]bool

	noClone atomic.Bool // these file systems share no blocks
	lacking lacking
}

// New returns a Copier for the user that this process runs as.
func New(o Options) *Copier {
	c := &Copier{Options: o, Privileged: fsat.Privileged(), UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}
	if groups, err := os.Getgroups(); err == nil {
		c.groups = map[uint32]bool{c.GID: true}
		for _, g := range groups {
			c.groups[uint32(g)] = true
		}
	}
	return c
}

// Place is a directory that entries are made in.
type Place struct {
	*Copier
	Dst         *fsat.Dir
	Dev         uint64 // its file system
	DefaultACL  bool   // new entries get an ACL from the directory
	OthersWrite bool   // others can change what is in it
}

// At returns the place that is in the directory d. The error is that of looking at it.
func (c *Copier) At(d *fsat.Dir) (Place, error) {
	p := Place{Copier: c, Dst: d}
	have, err := d.Stat()
	if err != nil {
		return p, AtTarget(err)
	}
	p.Look(have)
	attrs, err := d.Self().Attrs().Read()
	p.DefaultACL = attrs[fsat.DefaultACL] != ""
	return p, AtTarget(err)
}

// Look takes in what the directory is.
func (p *Place) Look(have fsat.Stat) {
	p.Dev = have.Dev
	p.OthersWrite = have.UID != p.UID || have.Perm&0o022 != 0
}

// Plain tells that what is made in p has no extended attributes: the owner of a directory can give it an ACL for
// new entries at any time.
func (p *Place) Plain() bool { return !p.DefaultACL && p.Dst != nil && !p.OthersWrite }
