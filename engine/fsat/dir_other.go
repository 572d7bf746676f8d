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

// dir is a directory below a root. Every step goes through the one os.Root of
// its side, which lets no symbolic link lead outside, and which alone can
// rename between two directories.
type Dir struct {
	base  *os.Root
	rel   string // "" or "a/b/"
	owner bool   // closes base
}

// ref names an entry whose attributes are read.
type Attrs struct{}

// handle is an entry below a root. Nothing holds its inode here: see [Options.Unsafe].
type handle struct {
	base *os.Root
	path string
}

// canPin tells that inodes are held by descriptors here.
const CanPin = false

var ErrNoProc = errors.ErrUnsupported

// openRoot opens a directory again that is open. Its path may have come to mean another one.
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

// close closes the root; directories below hold nothing open.
func (d *Dir) Close() {
	if d.owner {
		_ = d.base.Close()
	}
}

func (d *Dir) path(name string) string { return d.rel + name }
func (d *Dir) own() handle             { return handle{d.base, d.path(".")} }
func (d *Dir) Attrs(string) Attrs      { return Attrs{} }
func (d *Dir) Rewind() error           { return nil }

func (d *Dir) handle(name string) (handle, error) { return handle{d.base, d.path(name)}, nil }
func (d *Dir) Stat() (Stat, error)                { return d.Lstat(".") }

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

// below opens the directory rel, "" or "a/b/".
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

func (d *Dir) Unlink(name string) error { return d.base.Remove(d.path(name)) }
func (d *Dir) Rmdir(name string) error  { return d.base.Remove(d.path(name)) }
func (d *Dir) Mkdir(name string, perm uint32) error {
	return d.base.Mkdir(d.path(name), fs.FileMode(perm))
}
func (d *Dir) Rename(name string, to *Dir, toName string) error {
	return d.base.Rename(d.path(name), to.path(toName))
}
func (d *Dir) Exchange(string, *Dir, string) error  { return errors.ErrUnsupported }
func (d *Dir) Symlink(text, name string) error      { return d.base.Symlink(text, d.path(name)) }
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

// copyRange leaves everything to read and write.
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

// flushesAll tells that there is no flush but for each file.
const SyncsAll = false

// file is an open regular file.
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

func (f File) own() handle               { return f.h }
func (f File) Attrs() Attrs              { return Attrs{} }
func (f File) Sync() error               { return f.f.Sync() }
func (d *Dir) SyncFS() error             { return nil }
func (f File) Close() error              { return f.f.Close() }
func (f File) Truncate(size int64) error { return f.f.Truncate(size) }

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

func (f File) WriteAt(b []byte, off int64) error {
	_, err := f.f.WriteAt(b, off)
	return err
}
