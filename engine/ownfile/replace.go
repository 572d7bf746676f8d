package ownfile

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Replace has fill write the whole content of the file that path means. Readers of a regular file see the old content or the
// new one, never half of it; its mode, owner and group stay. Where the directory takes no other file, or the file
// is mounted there, it is written over in place. What is no regular file gets the content written to it. The warning is that
// of File.
func Replace(path string, fill func(io.Writer) error) (warning string, err error) {
	e, err := Locate(path)
	if err != nil {
		return "", err
	}
	defer e.Close()
	if e.descriptor >= 0 {
		f, err := e.use(Append)
		if err != nil {
			return "", err
		}
		return "", f.writeInPlace(fill)
	}
	info, err := e.Stat()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info = nil
	case err != nil:
		return "", e.explain(err)
	case !info.Mode().IsRegular():
		f, err := e.through(info, 0)
		if err != nil {
			return "", err
		}
		return f.Warning, f.writeInPlace(fill)
	default:
		if warning, err = e.rule(info); err != nil {
			return "", err
		}
	}
	err = e.exchange(info, fill)
	if inPlaceOnly(err) {
		err = e.over(fill)
	}
	return warning, e.explain(err)
}

// exchange writes a file beside the one that is there, if any, and renames it.
func (e *Entry) exchange(old fs.FileInfo, fill func(io.Writer) error) (err error) {
	name := "." + e.name
	if len(name) > 200 { // a name has 255 bytes at most
		name = name[:200]
	}
	name += "-" + rand.Text()[:8]
	f, err := e.open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = e.remove(name)
		}
	}()
	if old != nil {
		resemble(f, old)
	}
	if err := errors.Join(buffered(f, fill), f.Close()); err != nil {
		return err
	}
	return e.rename(name)
}

// over writes over a file that is there.
func (e *Entry) over(fill func(io.Writer) error) error {
	f, err := e.use(Update)
	if err != nil {
		return err
	}
	if !f.Regular {
		return f.writeInPlace(fill)
	}
	counted := &counter{w: f.File}
	err = buffered(counted, fill)
	if err == nil {
		err = f.Truncate(counted.n)
	}
	return errors.Join(err, f.File.Close())
}

// writeInPlace writes what fill says to what is no regular file, and closes it.
func (f *File) writeInPlace(fill func(io.Writer) error) error {
	var b bytes.Buffer
	err := fill(&b)
	if err == nil {
		_, err = writeWithin(f.File, b.Bytes(), patience)
	}
	return errors.Join(err, f.Close())
}

func buffered(w io.Writer, fill func(io.Writer) error) error {
	b := bufio.NewWriter(w)
	if err := fill(b); err != nil {
		return err
	}
	return b.Flush()
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// inPlaceOnly tells of errors of a directory in which no other file can be made, or of a file that cannot be
// replaced because it is a mount point.
func inPlaceOnly(err error) bool {
	for _, e := range []error{fs.ErrPermission, syscall.EROFS, syscall.EBUSY, syscall.EXDEV} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
