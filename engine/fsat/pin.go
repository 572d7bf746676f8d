package fsat

import "errors"

// Pinned is an inode that was looked at and is held since, so that nobody can put another one in its place.
// Owner, mode, times, attributes and hard links of the target are set by its methods and by nothing else: a
// name may lead to another inode by the time a system call takes it.
type Pinned struct {
	held handle
	Made bool // by us, in this call: nobody else can have written in it
}

var (
	// ErrReplaced says that a name has come to mean another inode than the one looked at.
	ErrReplaced = errors.New("another entry took its place while it was worked on")
	// ErrForeign refuses what would make a program of somebody's run as somebody else.
	ErrForeign = errors.New("refused: setuid, setgid and capabilities go to files only that are new and have the owner already")
)

// Pin holds the entry name if it still is the inode that was looked at, and returns what it is now.
func (d *Dir) Pin(name string, looked Stat) (Pinned, Stat, error) {
	x, now, err := d.Hold(name)
	if err == nil && (now.Inode != looked.Inode || now.Kind != looked.Kind) {
		x.Close()
		return Pinned{}, Stat{}, ErrReplaced
	}
	return x, now, err
}

// Hold holds whatever has the name now.
func (d *Dir) Hold(name string) (Pinned, Stat, error) {
	h, err := d.handle(name)
	if err != nil {
		return Pinned{}, Stat{}, err
	}
	now, err := h.stat()
	if err != nil {
		h.close()
		return Pinned{}, Stat{}, err
	}
	return Pinned{held: h}, now, nil
}

// Self is the open directory itself. It is not closed but with d.
func (d *Dir) Self() Pinned { return Pinned{held: d.own()} }

// NewFile is an open file that create made.
type NewFile struct{ File }

// Pin is not closed but with f.
func (f NewFile) Pin() Pinned { return Pinned{held: f.own(), Made: true} }

// Close lets the inode go.
func (x Pinned) Close() { x.held.close() }

// Stat looks at the inode.
func (x Pinned) Stat() (Stat, error) { return x.held.stat() }

// Attrs is where its extended attributes are read.
func (x Pinned) Attrs() Attrs { return x.held.ref() }

// Readlink returns what the symbolic link says.
func (x Pinned) Readlink() (string, error) { return x.held.readlink() }

// Chown sets owner and group, -1 for one that stays.
func (x Pinned) Chown(uid, gid int) error { return x.held.chown(uid, gid) }

// SetTime sets the modification time.
func (x Pinned) SetTime(t Time) error { return x.held.setTime(t) }

// RemoveXattr removes an extended attribute; it is no error if there is none.
func (x Pinned) RemoveXattr(name string) error { return x.held.removeXattr(name) }

// Link gives the inode one more name.
func (x Pinned) Link(to *Dir, name string) error { return x.held.link(to, name) }

// Chmod sets the permission bits of s, of which those that let others run a file as its owner or group go to new
// files only that have the owner of s. Directories are exempt: there they say who owns what is made.
func (x Pinned) Chmod(perm uint32, s Stat) error {
	if s.Kind != Directory && perm&(Setuid|Setgid) != 0 {
		now, err := x.Stat()
		if err != nil {
			return err
		}
		if !x.Made || perm&Setuid != 0 && now.UID != s.UID || perm&Setgid != 0 && now.GID != s.GID {
			return ErrForeign
		}
	}
	return x.held.chmod(perm)
}

// ChownChecked changes the owner and looks: some file systems accept it and do nothing.
func (x Pinned) ChownChecked(uid, gid int) error {
	if err := x.Chown(uid, gid); err != nil {
		return err
	}
	now, err := x.Stat()
	if err == nil && (uid >= 0 && now.UID != uint32(uid) || gid >= 0 && now.GID != uint32(gid)) {
		err = errors.ErrUnsupported
	}
	return err
}

// ChmodChecked sets the mode of an entry of our own and looks: some file systems accept it and do nothing.
func (x Pinned) ChmodChecked(perm uint32) error {
	err := x.held.chmod(perm)
	if now, serr := x.Stat(); err == nil && (serr != nil || now.Perm&0o777 != perm) {
		return errors.ErrUnsupported
	}
	return err
}

// Capability is the attribute that gives a program privileges.
const Capability = "security.capability"

// SetXattr sets an attribute of s; capabilities as chmod sets setuid.
func (x Pinned) SetXattr(name, value string, s Stat) error {
	if name == Capability {
		now, err := x.Stat()
		if err != nil {
			return err
		}
		if !x.Made || now.UID != s.UID || now.GID != s.GID {
			return ErrForeign
		}
	}
	return x.held.setXattr(name, value)
}

const (
	AccessACL  = "system.posix_acl_access"
	DefaultACL = "system.posix_acl_default"
)
