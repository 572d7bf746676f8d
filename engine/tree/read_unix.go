//go:build unix

package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Reader lists directories. It keeps its buffer from one to the next, so it belongs to one goroutine.
type Reader struct{ entries []Entry }

// Read lists a directory, by its path; an entry that vanishes meanwhile is left out. The result is in order of names and
// valid until the next call. What is no directory (any more), or a symbolic link, is an error that is fs.ErrNotExist.
func (r *Reader) Read(path string) ([]Entry, error) {
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/") // with it a link is followed
	}
	f, err := os.OpenFile(path, unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		for _, no := range []error{unix.ENOTDIR, unix.ELOOP, unix.EMLINK} { // the last is FreeBSD's for a link
			if errors.Is(err, no) {
				return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
			}
		}
		return nil, err
	}
	defer f.Close()
	return r.ReadFrom(f)
}

// ReadFrom is Read for an open directory, at whose beginning its position is.
func (r *Reader) ReadFrom(f *os.File) ([]Entry, error) {
	found, err := f.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	fd := int(f.Fd())
	r.entries = slices.Grow(r.entries[:0], len(found))
	for _, d := range found {
		var st unix.Stat_t
		switch err := unix.Fstatat(fd, d.Name(), &st, unix.AT_SYMLINK_NOFOLLOW); {
		case err == nil:
			r.entries = append(r.entries, Entry{Name: d.Name(), Signature: SignatureOf(&st)})
		case !errors.Is(err, unix.ENOENT):
			r.entries = append(r.entries, Entry{Name: d.Name(), Signature: Signature{Mode: d.Type(), Refused: true}})
		}
	}
	slices.SortFunc(r.entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return r.entries, nil
}

// Look returns the signature of one entry; a link is not followed.
func Look(path string) (Signature, error) {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return Signature{}, &os.PathError{Op: "look at", Path: path, Err: err}
	}
	return SignatureOf(&st), nil
}

// SignatureOf is the signature of what was looked at.
func SignatureOf(st *unix.Stat_t) Signature {
	//nolint:unconvert // the types differ between systems
	s := Signature{Inode: uint64(st.Ino), Size: int64(st.Size), Modified: st.Mtim.Nano(), Changed: st.Ctim.Nano(),
		Mode: fileMode(uint32(st.Mode)), UID: st.Uid, GID: st.Gid}
	if s.IsDir() {
		s.Size = 0
	}
	return s
}

// fileMode is as os.Lstat has it.
func fileMode(m uint32) fs.FileMode {
	mode := fs.FileMode(m & 0o777)
	switch m & unix.S_IFMT {
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	case unix.S_IFLNK:
		mode |= fs.ModeSymlink
	case unix.S_IFIFO:
		mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		mode |= fs.ModeSocket
	case unix.S_IFBLK:
		mode |= fs.ModeDevice
	case unix.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	}
	if m&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if m&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if m&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}
