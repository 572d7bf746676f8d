package transfer

import "errors"

// pinned is an inode that was looked at and is held since, so that nobody can put another one in its place.
// Owner, mode, times, attributes and hard links of the target are set by its methods and by nothing else: a
// name may lead to another inode by the time a system call takes it.
type pinned struct {
	held handle
	made bool // by us, in this call: nobody else can have written in it
}

var (
	errReplaced = errors.New("another entry took its place while it was worked on")
	errForeign  = errors.New("refused: setuid, setgid and capabilities go to files only that are new and have the owner already")
)

// pin holds the entry name if it still is the inode that was looked at, and returns what it is now.
func (d *dir) pin(name string, looked stat) (pinned, stat, error) {
	x, now, err := d.hold(name)
	if err == nil && (now.inode != looked.inode || now.kind != looked.kind) {
		x.close()
		return pinned{}, stat{}, errReplaced
	}
	return x, now, err
}

// hold holds whatever has the name now.
func (d *dir) hold(name string) (pinned, stat, error) {
	h, err := d.handle(name)
	if err != nil {
		return pinned{}, stat{}, err
	}
	now, err := h.stat()
	if err != nil {
		h.close()
		return pinned{}, stat{}, err
	}
	return pinned{held: h}, now, nil
}

// self is the open directory itself. It is not closed but with d.
func (d *dir) self() pinned { return pinned{held: d.own()} }

// newFile is an open file that create made.
type newFile struct{ file }

// pin is not closed but with f.
func (f newFile) pin() pinned { return pinned{held: f.own(), made: true} }

func (x pinned) close()                        { x.held.close() }
func (x pinned) stat() (stat, error)           { return x.held.stat() }
func (x pinned) attrs() ref                    { return x.held.ref() }
func (x pinned) readlink() (string, error)     { return x.held.readlink() }
func (x pinned) chown(uid, gid int) error      { return x.held.chown(uid, gid) }
func (x pinned) setTime(t stamp) error         { return x.held.setTime(t) }
func (x pinned) removeXattr(name string) error { return x.held.removeXattr(name) }

// link gives the inode one more name.
func (x pinned) link(to *dir, name string) error { return x.held.link(to, name) }

// chmod sets the permission bits of s, of which those that let others run a file as its owner or group go to new
// files only that have the owner of s. Directories are exempt: there they say who owns what is made.
func (x pinned) chmod(perm uint32, s stat) error {
	if s.kind != directory && perm&(setuid|setgid) != 0 {
		now, err := x.stat()
		if err != nil {
			return err
		}
		if !x.made || perm&setuid != 0 && now.uid != s.uid || perm&setgid != 0 && now.gid != s.gid {
			return errForeign
		}
	}
	return x.held.chmod(perm)
}

// give changes the owner and looks: some file systems accept it and do nothing.
func (x pinned) give(uid, gid int) error {
	if err := x.chown(uid, gid); err != nil {
		return err
	}
	now, err := x.stat()
	if err == nil && (uid >= 0 && now.uid != uint32(uid) || gid >= 0 && now.gid != uint32(gid)) {
		err = errors.ErrUnsupported
	}
	return err
}

// become sets the mode of an entry of our own and looks: some file systems accept it and do nothing.
func (x pinned) become(perm uint32) error {
	err := x.held.chmod(perm)
	if now, serr := x.stat(); err == nil && (serr != nil || now.perm&0o777 != perm) {
		return errors.ErrUnsupported
	}
	return err
}

// capability is the attribute that gives a program privileges.
const capability = "security.capability"

// setXattr sets an attribute of s; capabilities as chmod sets setuid.
func (x pinned) setXattr(name, value string, s stat) error {
	if name == capability {
		now, err := x.stat()
		if err != nil {
			return err
		}
		if !x.made || now.uid != s.uid || now.gid != s.gid {
			return errForeign
		}
	}
	return x.held.setXattr(name, value)
}
