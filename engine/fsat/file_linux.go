//go:build linux && !portable

package fsat

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// File is an open regular file. A descriptor and not an os.File, which would
// cost an allocation, a finalizer and a system call for each of many small files.
type File int

// Open opens an entry for reading. O_NONBLOCK keeps a fifo that has just taken
// the place of the file from blocking. Reading must not write access times into
// the source where that can be had, which is for the owner and for root.
func (d *Dir) Open(name string) (File, error) {
	const flags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	fd, err := openat(d.fd, name, flags|unix.O_NOATIME, 0)
	if errors.Is(err, unix.EPERM) {
		fd, err = openat(d.fd, name, flags, 0)
	}
	return File(fd), err
}

// Create makes a new file for writing.
func (d *Dir) Create(name string, perm uint32) (NewFile, error) {
	fd, err := openat(d.fd, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, perm)
	return NewFile{File(fd)}, err
}

// Attrs is where its extended attributes are read.
func (f File) Attrs() Attrs { return Attrs{fd: int(f)} }

// Stat looks at the open file.
func (f File) Stat() (Stat, error) { return fstat(int(f)) }

// Close closes the file, and returns what network file systems tell of the writes only then.
func (f File) Close() error { return unix.Close(int(f)) }

// SyncsAll tells that one flush does it for all files of a file system.
const SyncsAll = true

// SyncFS writes all data of the file system that d is on to its disk.
func (d *Dir) SyncFS() error { return unix.Syncfs(d.fd) }

// Sync writes the file's data to its disk.
func (f File) Sync() error { return unix.Fsync(int(f)) }

// Truncate sets the size.
func (f File) Truncate(size int64) error {
	for {
		if err := unix.Ftruncate(int(f), size); err != unix.EINTR {
			return err
		}
	}
}

// ReadAt fills b from off as far as the file goes.
func (f File) ReadAt(b []byte, off int64) (int, error) {
	done := 0
	for done < len(b) {
		n, err := unix.Pread(int(f), b[done:], off+int64(done))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return done, err
		case n == 0:
			return done, nil
		}
		done += n
	}
	return done, nil
}

// WriteAt writes all of b from off on.
func (f File) WriteAt(b []byte, off int64) error {
	for len(b) > 0 {
		n, err := unix.Pwrite(int(f), b, off)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return io.ErrShortWrite
		}
		b, off = b[n:], off+int64(n)
	}
	return nil
}

// Clone makes out share the blocks of in; false if these file systems cannot.
func Clone(in, out File) bool { return unix.IoctlFileClone(int(out), int(in)) == nil }

// CopyRange lets the kernel copy, in pieces so that the work can be cancelled.
// It returns how far it came; the rest has to be copied by hand.
func CopyRange(in, out File, off, end int64, stop func() error) (int64, error) {
	const piece = 64 << 20
	for off < end {
		if err := stop(); err != nil {
			return off, err
		}
		roff, woff := off, off
		n, err := unix.CopyFileRange(int(in), &roff, int(out), &woff, int(min(end-off, piece)), 0)
		if err == unix.EINTR {
			continue
		}
		// ENOSPC and the like come back from the plain write, with the right side named.
		if err != nil || n == 0 {
			return off, nil
		}
		off += int64(n)
	}
	return off, nil
}

// NextData returns the next range at or after off that is no hole; ok is false at the end.
func (f File) NextData(off, size int64) (from, to int64, ok bool, err error) {
	from, err = unix.Seek(int(f), off, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		return 0, 0, false, nil
	}
	if err != nil {
		return 0, 0, false, err
	}
	to, err = unix.Seek(int(f), from, unix.SEEK_HOLE)
	if err != nil {
		return 0, 0, false, err
	}
	return from, min(to, size), from < size, nil
}
