//go:build !linux

package ownfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Entry is a name in an open directory.
type Entry struct {
	path       string // as the user wrote it
	dir        *os.Root
	name       string
	magic      bool // never: only Linux has such links
	descriptor int  // never one: here /dev/fd/N are devices
}

// maxLinks is how many links are followed in one path.
const maxLinks = 40

// Locate finds out which name in which directory path means. The caller closes the entry. It looks at the names one after the other. Unlike on Linux somebody who can write in a directory
// above may exchange it in between.
func Locate(path string) (*Entry, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for range maxLinks {
		next, err := firstLink(full)
		if err != nil {
			return nil, err
		}
		if next == "" {
			dir, err := os.OpenRoot(filepath.Dir(full))
			if err != nil {
				return nil, err
			}
			return &Entry{path: path, dir: dir, name: filepath.Base(full), descriptor: -1}, nil
		}
		full = next
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("too many links")}
}

// firstLink replaces the first link in a path by what it leads to; "": there is none.
func firstLink(path string) (string, error) {
	volume := filepath.VolumeName(path)
	at := volume + string(filepath.Separator)
	names := strings.Split(strings.TrimPrefix(path[len(volume):], string(filepath.Separator)), string(filepath.Separator))
	for i, name := range names {
		here := filepath.Join(at, name)
		info, err := os.Lstat(here)
		if errors.Is(err, fs.ErrNotExist) && i == len(names)-1 {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = here
			continue
		}
		text, err := os.Readlink(here)
		if err != nil {
			return "", err
		}
		if dir, err := os.Stat(at); err != nil || !trusted(info) || !trusted(dir) || !ownGroup(dir) && dir.Mode()&0o020 != 0 || dir.Mode()&0o002 != 0 && !everybody(dir) {
			return "", &fs.PathError{Op: "open", Path: path, Err: errors.New("the link " + here + " is not followed: for the program's own files it would have to be " +
				"a link of root or of the user lsyncgo runs as, in a directory where nobody else can write; name the file itself")}
		}
		if !filepath.IsAbs(text) {
			text = filepath.Join(at, text)
		}
		return filepath.Join(append([]string{text}, names[i+1:]...)...), nil
	}
	return "", nil
}

// Close lets go of the directory.
func (e *Entry) Close() error { return e.dir.Close() }

// Path returns a path to the name for calls that take no directory.
func (e *Entry) Path() string { return filepath.Join(e.dir.Name(), e.name) }

// Dir returns the directory.
func (e *Entry) Dir() (fs.FileInfo, error) { return e.dir.Stat(".") }

// Stat returns what is there, links not followed.
func (e *Entry) Stat() (fs.FileInfo, error) { return e.dir.Lstat(e.name) }

// open opens a name in the directory, and waits for nothing.
func (e *Entry) open(name string, flags int) (*os.File, error) {
	return e.dir.OpenFile(name, flags|noWait, mode)
}

// rename gives a file in the directory the name of the entry.
func (e *Entry) rename(from string) error { return e.dir.Rename(from, e.name) }

// Remove removes what has the name.
func (e *Entry) Remove() error { return e.remove(e.name) }

func (e *Entry) remove(name string) error { return e.dir.Remove(name) }

// Private reports whether nobody else can make names in the directory.
func (e *Entry) Private() bool {
	info, err := e.dir.Stat(".")
	return err == nil && trusted(info) && (everybody(info) || info.Mode()&0o022 == 0 || info.Mode()&0o002 == 0 && ownGroup(info))
}

func isLink(error) bool { return false }
