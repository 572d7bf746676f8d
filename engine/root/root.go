// Package root tells which directory the path of a source or a target means: it opens it without being led
// astray by the links of other users, and knows it again after it was away.
package root

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// LinkError says that a symbolic link on the way to a directory was not followed.
type LinkError struct {
	Path  string // that was to be opened
	Link  string // the link, by the path it was found at
	Text  string // what the link says
	Owner uint32 // of the link
	Leads uint32 // who owns the directory that it leads to, if Known
	Known bool
	Names bool // the link has several names, and others can make names where it was found
	Own   bool // it is not followed for a file of the program's own, see Parent
}

func (e *LinkError) Error() string {
	switch {
	case e.Own:
		return fmt.Sprintf("open %s: the link %s of user %s, to %s, is not followed: for the program's own files it would have to be a link of root or of the user lsyncgo runs as, "+
			"in a directory where nobody else can write; name the file itself", e.Path, e.Link, userName(e.Owner), e.Text)
	case e.Names:
		return fmt.Sprintf("open %s: the link %s has other names elsewhere, so whoever can write in %s may have put it there, and it is not followed; make the link anew",
			e.Path, e.Link, filepath.Dir(e.Link))
	case !e.Known:
		return fmt.Sprintf("open %s: the link %s of user %s, to %s, leads to no directory of his own and is not followed; remove it, or give it to root: chown -h root %[2]s",
			e.Path, e.Link, userName(e.Owner), e.Text)
	}
	return fmt.Sprintf("open %s: the link %s of user %s leads to %s, a directory of user %s, and is not followed; remove it, or give it to root: chown -h root %[2]s",
		e.Path, e.Link, userName(e.Owner), e.Text, userName(e.Leads))
}

// userName returns what a user is called, or his number.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil && u.Username != id {
		return u.Username + " (" + id + ")"
	}
	return id
}

// Empty reports whether an open directory has no entries but a fresh file system's lost+found. The error is that of reading it.
func Empty(dir *os.File) (bool, error) {
	list, err := reopen(dir)
	if err != nil {
		return false, err
	}
	defer list.Close()
	names, err := list.Readdirnames(2)
	switch {
	case len(names) == 0 && errors.Is(err, io.EOF):
		return true, nil
	case err != nil:
		return false, err
	}
	return len(names) == 1 && names[0] == "lost+found", nil
}

var errReplaced = errors.New("another directory has taken its place")

// Is opens a path and reports which directory it means.
func Is(path string) (Identity, error) {
	dir, err := Open(path)
	if err != nil {
		return Identity{}, err
	}
	defer dir.Close()
	return Of(dir)
}
