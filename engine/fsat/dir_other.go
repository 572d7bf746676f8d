//go:build !linux || portable

package fsat

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

// Dir is a directory below a root. Every step goes through the one os.Root of
// its side, which lets no symbolic link lead outside, and which alone can
// rename between two directories.
type Dir struct {
	base  *os.Root
	rel   string // "" or "a/b/"
	owner bool   // closes base
}

// Attrs names an entry whose attributes are read.
type Attrs struct{}

// handle is an entry below a root. Nothing holds its inode here: see [Options.Unsafe].
type handle struct {
	base *os.Root
	path string
}

// CanPin tells that inodes are held by descriptors here.
const CanPin = false

// ErrNoProc says that a kernel needs /proc for what was to be done by descriptor.
var ErrNoProc = errors.ErrUnsupported

// OpenRoot opens a directory again that is open. Its path may have come to mean another one.
func OpenRoot(top *os.File) (*Dir, error) {
	base, err := os.OpenRoot(top.Name())
	if err != nil {
		return nil, err
	}
	was, err := top.Stat()
	if err == nil {
		var now fs.FileInfo
		if now, err = base.Stat("."); err == nil && !os.SameFile(was, now) {
			err = errors.New("another directory has taken its place")
		}
	}
	if err != nil {
		_ = base.Close()
		return nil, err
	}
	return &Dir{base: base, owner: true}, nil
}

// Close closes the root; directories below hold nothing open.
func (d *Dir) Close() {
	if d.owner {
		_ = d.base.Close()
	}
}

func (d *Dir) path(name string) string { return d.rel + name }
func (d *Dir) own() handle             { return handle{d.base, d.path(".")} }

// Attrs is where the extended attributes of the entry name are read.
func (d *Dir) Attrs(string) Attrs { return Attrs{} }
func (d *Dir) Rewind() error      { return nil }

func (d *Dir) handle(name string) (handle, error) { return handle{d.base, d.path(name)}, nil }

// Stat looks at the directory itself.
func (d *Dir) Stat() (Stat, error) { return d.Lstat(".") }

// Lstat looks at an entry; a symbolic link is not followed.
func (d *Dir) Lstat(name string) (Stat, error) {
	info, err := d.base.Lstat(d.path(name))
	if err != nil {
		return Stat{}, err
	}
	return StatOf(info), nil
}

func (d *Dir) OpenDir(name string) (*Dir, error) {
	s, err := d.Lstat(name)
	if err != nil {
		return nil, err
	}
	if s.Kind != Directory {
		return nil, &fs.PathError{Op: "open", Path: d.path(name), Err: syscall.ENOTDIR}
	}
	return &Dir{base: d.base, rel: d.path(name) + "/"}, nil
}

// OpenBelow opens the directory rel, "" or "a/b/".
func (d *Dir) OpenBelow(rel string) (*Dir, error) {
	at := &Dir{base: d.base, rel: d.rel}
	for rel != "" {
		var name string
		name, rel, _ = strings.Cut(rel, "/")
		next, err := at.OpenDir(name)
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
}

func (d *Dir) List() ([]Entry, error) {
	f, err := d.base.Open(d.path("."))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(names))
	for i, n := range names {
		out[i].Name = n
	}
	return out, nil
}

// Unlink removes an entry that is no directory.
func (d *Dir) Unlink(name string) error { return d.base.Remove(d.path(name)) }

// Rmdir removes an empty directory.
func (d *Dir) Rmdir(name string) error { return d.base.Remove(d.path(name)) }

// Mkdir makes a directory.
func (d *Dir) Mkdir(name string, perm uint32) error {
	return d.base.Mkdir(d.path(name), fs.FileMode(perm))
}

// Rename moves an entry, in the place of what has the name, which may be no directory.
func (d *Dir) Rename(name string, to *Dir, toName string) error {
	return d.base.Rename(d.path(name), to.path(toName))
}

// RenameNew moves an entry to a name that nothing has, else the error is fs.ErrExist.
func (d *Dir) RenameNew(name string, to *Dir, toName string) error {
	return d.renameAfterLook(name, to, toName)
}

// Sync leaves it to the file system when it writes entries to its disk.
func (d *Dir) Sync() error { return nil }

func (d *Dir) Exchange(string, *Dir, string) error { return errors.ErrUnsupported }

// Symlink makes a symbolic link.
func (d *Dir) Symlink(text, name string) error { return d.base.Symlink(text, d.path(name)) }

// Readlink returns what a symbolic link says.
func (d *Dir) Readlink(name string) (string, error) { return d.base.Readlink(d.path(name)) }
func (d *Dir) Mknod(string, Stat) error             { return errors.ErrUnsupported }
func (r Attrs) Read() (map[string]string, error)    { return nil, nil }
func (h handle) setXattr(string, string) error      { return errors.ErrUnsupported }
func (h handle) removeXattr(string) error           { return errors.ErrUnsupported }
func (h handle) chown(uid, gid int) error           { return h.base.Lchown(h.path, uid, gid) }
func (h handle) link(to *Dir, name string) error    { return h.base.Link(h.path, to.path(name)) }
func (h handle) readlink() (string, error)          { return h.base.Readlink(h.path) }
func (h handle) ref() Attrs                         { return Attrs{} }
func (h handle) close()                             {}
func Clone(File, File) bool                         { return false }
func Privileged() bool                              { return os.Geteuid() == 0 }
func (f File) NextData(off, size int64) (int64, int64, bool, error) {
	return off, size, off < size, nil
}

// CopyRange leaves everything to read and write.
func CopyRange(_, _ File, off, _ int64, _ func() error) (int64, error) { return off, nil }

func (h handle) chmod(perm uint32) error {
	mode := fs.FileMode(perm & 0o777)
	for _, b := range modeBits {
		if perm&b.perm != 0 {
			mode |= b.mode
		}
	}
	return h.base.Chmod(h.path, mode)
}

// setTime leaves symbolic links alone: os.Root changes what they point to.
func (h handle) setTime(t Time) error {
	if info, err := h.base.Lstat(h.path); err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return err
	}
	return h.base.Chtimes(h.path, time.Time{}, t.Std())
}

func (h handle) stat() (Stat, error) {
	info, err := h.base.Lstat(h.path)
	if err != nil {
		return Stat{}, err
	}
	return StatOf(info), nil
}

// SyncsAll tells that there is no flush but for each file.
const SyncsAll = false

// File is an open regular file.
type File struct {
	f *os.File
	h handle
}

func (d *Dir) Open(name string) (File, error) { return d.openFile(name, os.O_RDONLY, 0) }

func (d *Dir) Create(name string, perm uint32) (NewFile, error) {
	f, err := d.openFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	return NewFile{f}, err
}

func (d *Dir) openFile(name string, flags int, perm uint32) (File, error) {
	f, err := d.base.OpenFile(d.path(name), flags, fs.FileMode(perm))
	return File{f, handle{d.base, d.path(name)}}, err
}

func (f File) own() handle { return f.h }

// Attrs is where its extended attributes are read.
func (f File) Attrs() Attrs { return Attrs{} }

// Sync writes the file's data to its disk.
func (f File) Sync() error   { return f.f.Sync() }
func (d *Dir) SyncFS() error { return nil }

// Close closes the file, and returns what network file systems tell of the writes only then.
func (f File) Close() error { return f.f.Close() }

// Truncate sets the size.
func (f File) Truncate(size int64) error { return f.f.Truncate(size) }

// Stat looks at the open file.
func (f File) Stat() (Stat, error) {
	info, err := f.f.Stat()
	if err != nil {
		return Stat{}, err
	}
	return StatOf(info), nil
}

func (f File) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.f.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// WriteAt writes all of b from off on.
func (f File) WriteAt(b []byte, off int64) error {
	_, err := f.f.WriteAt(b, off)
	return err
}
