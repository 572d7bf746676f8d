//go:build !linux || portable

package transfer

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
type dir struct {
	base  *os.Root
	rel   string // "" or "a/b/"
	owner bool   // closes base
}

// ref names an entry whose attributes are read.
type ref struct{}

// handle is an entry below a root. Nothing holds its inode here: see [Options.Unsafe].
type handle struct {
	base *os.Root
	path string
}

// canPin tells that inodes are held by descriptors here.
const canPin = false

var errNoProc = errors.ErrUnsupported

// openRoot opens a directory again that is open. Its path may have come to mean another one.
func openRoot(top *os.File) (*dir, error) {
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
	return &dir{base: base, owner: true}, nil
}

// close closes the root; directories below hold nothing open.
func (d *dir) close() {
	if d.owner {
		_ = d.base.Close()
	}
}

func (d *dir) path(name string) string { return d.rel + name }
func (d *dir) own() handle             { return handle{d.base, d.path(".")} }
func (d *dir) ref(string) ref          { return ref{} }
func (d *dir) rewind() error           { return nil }

func (d *dir) handle(name string) (handle, error) { return handle{d.base, d.path(name)}, nil }
func (d *dir) stat() (stat, error)                { return d.lstat(".") }

func (d *dir) lstat(name string) (stat, error) {
	info, err := d.base.Lstat(d.path(name))
	if err != nil {
		return stat{}, err
	}
	return convert(info), nil
}

func convert(info fs.FileInfo) stat {
	mode := info.Mode()
	t := info.ModTime()
	s := stat{perm: uint32(mode.Perm()), nlink: 1, size: info.Size(), mtime: stamp{t.Unix(), int64(t.Nanosecond())}}
	s.blocks = (s.size + 511) / 512
	for bit, perm := range map[fs.FileMode]uint32{fs.ModeSetuid: setuid, fs.ModeSetgid: setgid, fs.ModeSticky: 0o1000} {
		if mode&bit != 0 {
			s.perm |= perm
		}
	}
	switch mode.Type() {
	case 0:
		s.kind = regular
	case fs.ModeDir:
		s.kind = directory
	case fs.ModeSymlink:
		s.kind = symlink
	case fs.ModeNamedPipe:
		s.kind = fifo
	case fs.ModeSocket:
		s.kind = socket
	case fs.ModeDevice:
		s.kind = blockDevice
	case fs.ModeDevice | fs.ModeCharDevice:
		s.kind = charDevice
	}
	identify(info, &s)
	return s
}

func (d *dir) sub(name string) (*dir, error) {
	s, err := d.lstat(name)
	if err != nil {
		return nil, err
	}
	if s.kind != directory {
		return nil, &fs.PathError{Op: "open", Path: d.path(name), Err: syscall.ENOTDIR}
	}
	return &dir{base: d.base, rel: d.path(name) + "/"}, nil
}

// below opens the directory rel, "" or "a/b/".
func (d *dir) below(rel string) (*dir, error) {
	at := &dir{base: d.base, rel: d.rel}
	for rel != "" {
		var name string
		name, rel, _ = strings.Cut(rel, "/")
		next, err := at.sub(name)
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
}

func (d *dir) list() ([]dirent, error) {
	f, err := d.base.Open(d.path("."))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	out := make([]dirent, len(names))
	for i, n := range names {
		out[i].name = n
	}
	return out, nil
}

func (d *dir) unlink(name string) error { return d.base.Remove(d.path(name)) }
func (d *dir) rmdir(name string) error  { return d.base.Remove(d.path(name)) }
func (d *dir) mkdir(name string, perm uint32) error {
	return d.base.Mkdir(d.path(name), fs.FileMode(perm))
}
func (d *dir) rename(name string, to *dir, toName string) error {
	return d.base.Rename(d.path(name), to.path(toName))
}
func (d *dir) exchange(string, *dir, string) error              { return errors.ErrUnsupported }
func (d *dir) symlink(text, name string) error                  { return d.base.Symlink(text, d.path(name)) }
func (d *dir) readlink(name string) (string, error)             { return d.base.Readlink(d.path(name)) }
func (d *dir) mknod(string, stat) error                         { return errors.ErrUnsupported }
func (r ref) xattrs() (map[string]string, error)                { return nil, nil }
func (h handle) setXattr(string, string) error                  { return errors.ErrUnsupported }
func (h handle) removeXattr(string) error                       { return errors.ErrUnsupported }
func (h handle) chown(uid, gid int) error                       { return h.base.Lchown(h.path, uid, gid) }
func (h handle) link(to *dir, name string) error                { return h.base.Link(h.path, to.path(name)) }
func (h handle) readlink() (string, error)                      { return h.base.Readlink(h.path) }
func (h handle) ref() ref                                       { return ref{} }
func (h handle) close()                                         {}
func clone(file, file) bool                                     { return false }
func privileged() bool                                          { return os.Geteuid() == 0 }
func (f file) data(off, size int64) (int64, int64, bool, error) { return off, size, off < size, nil }

// copyRange leaves everything to read and write.
func copyRange(_, _ file, off, _ int64, _ func() error) (int64, error) { return off, nil }

func (h handle) chmod(perm uint32) error {
	mode := fs.FileMode(perm & 0o777)
	for bit, p := range map[fs.FileMode]uint32{fs.ModeSetuid: setuid, fs.ModeSetgid: setgid, fs.ModeSticky: 0o1000} {
		if perm&p != 0 {
			mode |= bit
		}
	}
	return h.base.Chmod(h.path, mode)
}

// setTime leaves symbolic links alone: os.Root changes what they point to.
func (h handle) setTime(t stamp) error {
	if info, err := h.base.Lstat(h.path); err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return err
	}
	return h.base.Chtimes(h.path, time.Time{}, time.Unix(t.sec, t.nsec))
}

func (h handle) stat() (stat, error) {
	info, err := h.base.Lstat(h.path)
	if err != nil {
		return stat{}, err
	}
	return convert(info), nil
}

// flushesAll tells that there is no flush but for each file.
const flushesAll = false

// file is an open regular file.
type file struct {
	f *os.File
	h handle
}

func (d *dir) open(name string) (file, error) { return d.openFile(name, os.O_RDONLY, 0) }

func (d *dir) create(name string, perm uint32) (newFile, error) {
	f, err := d.openFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	return newFile{f}, err
}

func (d *dir) openFile(name string, flags int, perm uint32) (file, error) {
	f, err := d.base.OpenFile(d.path(name), flags, fs.FileMode(perm))
	return file{f, handle{d.base, d.path(name)}}, err
}

func (f file) own() handle               { return f.h }
func (f file) attrs() ref                { return ref{} }
func (f file) flush() error              { return f.f.Sync() }
func (d *dir) flush() error              { return nil }
func (f file) close() error              { return f.f.Close() }
func (f file) truncate(size int64) error { return f.f.Truncate(size) }

func (f file) stat() (stat, error) {
	info, err := f.f.Stat()
	if err != nil {
		return stat{}, err
	}
	return convert(info), nil
}

func (f file) readAt(b []byte, off int64) (int, error) {
	n, err := f.f.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (f file) writeAt(b []byte, off int64) error {
	_, err := f.f.WriteAt(b, off)
	return err
}
