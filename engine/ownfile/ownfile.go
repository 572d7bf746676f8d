// Package ownfile opens the files that the program writes as itself: log, pidfile, status file, and the
// directory of a socket. Other users must not be able to lead it to a file that they could not write
// themselves, nor to have theirs in its place.
//
// A symbolic link is followed, at the end of a path and on the way, if root or the user we are owns it and nobody
// else can write in the directory where it is. Files are opened relative to the
// directory that was found so, without following a link, and looked at before anything is written: a
// regular file that another user owns or can write, or that has other names, is refused where others can write in
// its directory, as they may have put it there; elsewhere an administrator did, and it is worth a warning.
//
// Devices, FIFOs and descriptors that the process inherited (/dev/stdout, /dev/fd/N) are nobody's files: they are
// written through, and neither replaced, cut, locked nor removed.
package ownfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Use is what a file is opened for.
type Use uint8

const (
	// Append: each write goes to the end.
	Append Use = iota
	// Update: the file is read and written anew.
	Update
)

func (u Use) flags() int {
	if u == Append {
		return os.O_WRONLY | os.O_APPEND
	}
	return os.O_RDWR
}

// mode is that of a file that is made, less the umask: who reads those of Lsyncd can read these.
const mode = 0o644

// File is an open file. Its Write does not wait for ever for the reader of a FIFO.
type File struct {
	*os.File
	// Regular: it is one, and not what is written through.
	Regular bool
	// Warning says why others can read or change the file though it was not refused; empty: they cannot.
	Warning string

	at      *Entry // where it is; nil unless it is regular
	stalled bool   // the last write found nobody who reads
}

// Open opens the file that path means and makes it if it is not there, with mode 0644 less the umask.
// It waits up to five seconds for somebody who reads a FIFO. Errors say what to do.
func Open(path string, use Use) (*File, error) {
	e, err := Locate(path)
	if err != nil {
		return nil, err
	}
	f, err := e.use(use)
	if err != nil {
		_ = e.Close()
		return nil, err
	}
	if !f.Regular {
		return f, e.Close()
	}
	f.at = e
	return f, nil
}

// Check says what Open would, without making the file or waiting: why it would be refused, or the warning.
func Check(path string) (warning string, err error) {
	e, err := Locate(path)
	if err != nil {
		return "", err
	}
	defer e.Close()
	if e.descriptor >= 0 {
		return "", nil
	}
	info, err := e.Stat()
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && info.Mode().IsRegular() {
		return e.rule(info)
	}
	if err == nil {
		err = e.kind(info)
	}
	return "", err
}

// Descriptor returns which descriptor of this process path means, itself or through links that may be followed, as images
// of containers have them in the place of log files; -1: none. Linux refuses to open a socket by such a
// path, and that is what a service manager gives as standard output.
func Descriptor(path string) int {
	e, err := Locate(path)
	if err != nil {
		return -1
	}
	defer e.Close()
	return e.descriptor
}

// attempts is how often a file may come and go while it is opened.
const attempts = 100

// use opens the file, or makes one.
func (e *Entry) use(use Use) (*File, error) {
	if e.descriptor >= 0 {
		f, err := duplicate(e.descriptor, e.path)
		return &File{File: f}, err
	}
	for range attempts {
		info, err := e.Stat()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			f, err := e.open(e.name, use.flags()|os.O_CREATE|os.O_EXCL)
			if errors.Is(err, fs.ErrExist) {
				continue // somebody else made it just now
			}
			return &File{File: f, Regular: true}, e.explain(err)
		case err != nil:
			return nil, e.explain(err)
		case !info.Mode().IsRegular():
			return e.through(info, patience)
		}
		if _, err := e.rule(info); err != nil { // says more than that it cannot be opened
			return nil, err
		}
		f, err := e.regular(use.flags())
		if errors.Is(err, errChanged) {
			continue
		}
		return f, err
	}
	return nil, e.failed(errors.New("it is made and removed all the time"))
}

var errChanged = errors.New("the file is another one now")

// regular opens a regular file that is there.
func (e *Entry) regular(flags int) (*File, error) {
	f, err := e.open(e.name, flags)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || isLink(err) {
			return nil, errChanged
		}
		return nil, e.explain(err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errChanged
	default:
		var warning string
		if warning, err = e.rule(info); err == nil {
			return &File{File: f, Regular: true, Warning: warning}, nil
		}
	}
	_ = f.Close()
	return nil, err
}

// kind says why what is there cannot be written to.
func (e *Entry) kind(info fs.FileInfo) error {
	switch m := info.Mode(); {
	case m.IsDir():
		return e.failed(errors.New("it is a directory; name a file in it"))
	case m&fs.ModeSocket != 0:
		return e.failed(errors.New("it is a socket; name a file"))
	case m&fs.ModeSymlink != 0 && !e.magic:
		return e.failed(errors.New("a link was put there just now; try again, or choose another directory"))
	case m&fs.ModeDevice != 0 && m&fs.ModeCharDevice == 0:
		return e.failed(errors.New("it is a disk; name a file"))
	}
	return nil
}

// rule is the rule of owner and mode: the refusal of a regular file, or the warning about it.
func (e *Entry) rule(info fs.FileInfo) (warning string, err error) {
	why := suspicion(info)
	if why == "" {
		return "", nil
	}
	if !e.Private() {
		return "", e.failed(fmt.Errorf("%s, and other users can write in its directory, so they may have put it there; "+
			"remove it, or choose a directory where only root or the user of lsyncgo can write", why))
	}
	if only := hardLinks(info); only == why {
		return "", nil // nobody else can make names there
	}
	return fmt.Sprintf("%s: %s; it is used all the same, as nobody else can write in its directory (give it to the user of lsyncgo, and chmod go-w)", e.path, why), nil
}

// InPlace reports whether the path still means this file.
func (f *File) InPlace() bool {
	if f.at == nil {
		return false
	}
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := f.at.Stat()
	return err == nil && os.SameFile(ours, there)
}

// Remove removes the file, and not a link that led to it.
func (f *File) Remove() error {
	if f.at == nil {
		return nil
	}
	return f.at.Remove()
}

// Close closes the file.
func (f *File) Close() error {
	err := f.File.Close()
	if f.at != nil {
		err = errors.Join(err, f.at.Close())
	}
	return err
}

// Write writes to the file. If nobody reads what is no regular file the write fails after a
// second, and the next ones at once until somebody does.
func (f *File) Write(b []byte) (int, error) {
	if f.Regular {
		return f.File.Write(b)
	}
	n, err := writeWithin(f.File, b, f.wait())
	f.stalled = errors.Is(err, errStalled)
	return n, err
}

// wait is how long the next write waits for a reader.
func (f *File) wait() time.Duration {
	if f.stalled {
		return 0
	}
	return time.Second
}

// failed names the path in an error.
func (e *Entry) failed(err error) error { return &fs.PathError{Op: "open", Path: e.path, Err: err} }

// explain names the path the user wrote, and nothing of how it is opened.
func (e *Entry) explain(err error) error {
	if err == nil {
		return nil
	}
	op := "write"
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		op, err = e.Op, e.Err
	}
	return &fs.PathError{Op: op, Path: e.path, Err: err}
}
