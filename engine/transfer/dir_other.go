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

// ref names an entry whose metadata is read or set.
type ref struct {
	base *os.Root
	path string
}

func openRoot(path string) (*dir, error) {
	base, err := os.OpenRoot(path)
	if err != nil {
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
func (d *dir) self() ref               { return d.ref(".") }
func (d *dir) ref(name string) ref     { return ref{d.base, d.path(name)} }
func (d *dir) stat() (stat, error)     { return d.lstat(".") }

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
func (d *dir) link(name string, to *dir, toName string) error {
	return d.base.Link(d.path(name), to.path(toName))
}
func (d *dir) symlink(text, name string) error                  { return d.base.Symlink(text, d.path(name)) }
func (d *dir) readlink(name string) (string, error)             { return d.base.Readlink(d.path(name)) }
func (d *dir) mknod(string, stat) error                         { return errors.ErrUnsupported }
func (d *dir) bequeaths() bool                                  { return false }
func (r ref) xattrs() (map[string]string, error)                { return nil, nil }
func (r ref) setXattr(string, string) error                     { return errors.ErrUnsupported }
func (r ref) removeXattr(string) error                          { return errors.ErrUnsupported }
func (r ref) chown(uid, gid int) error                          { return r.base.Lchown(r.path, uid, gid) }
func clone(file, file) bool                                     { return false }
func privileged() bool                                          { return os.Geteuid() == 0 }
func (f file) data(off, size int64) (int64, int64, bool, error) { return off, size, off < size, nil }

// copyRange leaves everything to read and write.
func copyRange(_, _ file, off, _ int64, _ func() error) (int64, error) { return off, nil }

func (r ref) chmod(perm uint32) error {
	mode := fs.FileMode(perm & 0o777)
	for bit, p := range map[fs.FileMode]uint32{fs.ModeSetuid: setuid, fs.ModeSetgid: setgid, fs.ModeSticky: 0o1000} {
		if perm&p != 0 {
			mode |= bit
		}
	}
	return r.base.Chmod(r.path, mode)
}

// setTime leaves symbolic links alone: os.Root changes what they point to.
func (r ref) setTime(t stamp) error {
	if info, err := r.base.Lstat(r.path); err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return err
	}
	return r.base.Chtimes(r.path, time.Time{}, time.Unix(t.sec, t.nsec))
}

// file is an open regular file.
type file struct {
	f *os.File
	r ref
}

func (d *dir) open(name string) (file, error) { return d.openFile(name, os.O_RDONLY, 0) }

func (d *dir) create(name string, perm uint32) (file, error) {
	return d.openFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}

func (d *dir) openFile(name string, flags int, perm uint32) (file, error) {
	f, err := d.base.OpenFile(d.path(name), flags, fs.FileMode(perm))
	return file{f, d.ref(name)}, err
}

func (f file) ref() ref                  { return f.r }
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
