package fsat

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Empty tells whether nothing is in a directory that we have just made: what has the name by now may be another one.
func (d *Dir) Empty() bool {
	list, err := d.List()
	return d.Rewind() == nil && err == nil && len(list) == 0
}

// GrantOwner gives us all rights on the directory name, which cannot be opened without.
func (d *Dir) GrantOwner(name string, have Stat) error {
	x, have, err := d.Pin(name, have)
	if err != nil {
		return err
	}
	defer x.Close()
	return x.Chmod(have.Perm|0o700, have)
}

// renameAfterLook is RenameNew in two steps.
func (d *Dir) renameAfterLook(name string, to *Dir, toName string) error {
	switch _, err := to.Lstat(toName); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return d.Rename(name, to, toName)
}

// Swap puts the entry from of d in the place of the entry to of b, of which one may be a directory. It returns where what was there
// is now, for the caller to remove or to [Dir.Unswap].
func (d *Dir) Swap(from string, b *Dir, to string) (at *Dir, old string, err error) {
	err = d.Exchange(from, b, to)
	if err == nil {
		return d, from, nil
	}
	if !CannotExchange(err) {
		return nil, "", err
	}
	old = b.TempName(to)
	return b, old, d.RenameAside(from, b, to, old)
}

// CannotExchange tells of errors of [Dir.Exchange] after which two renames may do: not every file system can; and no directory
// changes places with one that it is in.
func CannotExchange(err error) bool {
	return IsUnsupported(err) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS)
}

// RenameAside does as Swap, with what was there under the temporary name old of b.
func (d *Dir) RenameAside(from string, b *Dir, to, old string) error {
	if err := b.Rename(to, b, old); err != nil {
		return err
	}
	if err := d.Rename(from, b, to); err != nil {
		return errors.Join(err, b.Rename(old, b, to))
	}
	return nil
}

// Unswap takes back what Swap has done.
func (d *Dir) Unswap(from string, b *Dir, to string, at *Dir, old string) error {
	if at == d && old == from {
		return d.Exchange(from, b, to)
	}
	if err := b.Rename(to, d, from); err != nil {
		return err
	}
	return at.Rename(old, b, to)
}

// Make makes a directory and opens it. ErrReplaced: somebody has put another one in its place.
func (d *Dir) Make(name string, perm uint32) (*Dir, error) {
	if err := d.Mkdir(name, perm); err != nil {
		return nil, err
	}
	made, err := d.OpenDir(name)
	if err != nil {
		return nil, err
	}
	have, err := made.Stat()
	if err == nil && (have.UID != uint32(os.Geteuid()) && CanPin || !made.Empty()) {
		err = ErrReplaced
	}
	if err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

// MkdirAll opens the directory of the given names below d. Those that are missing are made with the mode perm, of which the umask
// takes its part; made, if it is not nil, sets owner and mode of each of them, from above, before it has its name.
func (d *Dir) MkdirAll(names []string, perm uint32, made func(*Dir) error) (*Dir, error) {
	at, err := d.OpenBelow("")
	for _, name := range names {
		if err != nil {
			return nil, err
		}
		next, nerr := at.OpenDir(name)
		if errors.Is(nerr, fs.ErrNotExist) {
			if next, nerr = at.makeNew(name, perm, made); errors.Is(nerr, fs.ErrExist) {
				next, nerr = at.OpenDir(name) // somebody else was faster
			}
		}
		at.Close()
		at, err = next, nerr
	}
	return at, err
}

// makeNew makes a directory that has its name when made is done with it: one without owner and mode would be taken as it is by the next
// process if this one is killed.
func (d *Dir) makeNew(name string, perm uint32, made func(*Dir) error) (*Dir, error) {
	if made == nil {
		return d.Make(name, perm)
	}
	temp := d.TempName(name)
	next, err := d.Make(temp, perm)
	if err != nil {
		return nil, err
	}
	if err = made(next); err == nil {
		err = d.RenameNew(temp, d, name)
	}
	next.Close()
	if err != nil {
		_ = d.Rmdir(temp)
		return nil, err
	}
	return d.OpenDir(name)
}
