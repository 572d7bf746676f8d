package descent

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/root"
)

// kept is how many of the directories above stay open; most trees are no deeper.
const kept = 8

// Cursor is in one directory of a tree. It follows no symbolic link.
type Cursor struct {
	fd    int // -1: the directory could not be opened again
	trail []step
}

// step is the way into a directory.
type step struct {
	name string
	// The directory above: its descriptor; where that is closed, -1 and which directory it was.
	fd int
	id root.Identity
}

// Open returns a cursor in the directory path, which may lead through symbolic links.
func Open(path string) (*Cursor, error) {
	fd, err := openat(unix.AT_FDCWD, path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return At(fd), nil
}

// At returns a cursor in the directory open at fd, which it closes.
func At(fd int) *Cursor { return &Cursor{fd: fd} }

// Close closes all that is open.
func (c *Cursor) Close() {
	shut(c.fd)
	for _, s := range c.trail {
		shut(s.fd)
	}
	c.fd, c.trail = -1, nil
}

// Depth is how many directories c is below where it began.
func (c *Cursor) Depth() int { return len(c.trail) }

// Open opens the directory name in the one that c is in, where c stays.
func (c *Cursor) Open(name string) (fd int, err error) { return child(c.fd, name) }

// Enter moves c into the directory name, which is open at fd and which c closes.
func (c *Cursor) Enter(name string, fd int) {
	s := step{name: name, fd: c.fd}
	if len(c.trail) >= kept {
		// Without an identity no directory is found to be this one again.
		s.id, _ = root.OfDescriptor(c.fd)
		shut(c.fd)
		s.fd = -1
	}
	c.trail, c.fd = append(c.trail, s), fd
}

// Down moves c into the directory name.
func (c *Cursor) Down(name string) error {
	fd, err := c.Open(name)
	if err != nil {
		return err
	}
	c.Enter(name, fd)
	return nil
}

// Up moves c to the directory above, also if that cannot be opened any more: then the
// error is [ErrMoved] or says why, and all in it fails but Up.
func (c *Cursor) Up() error {
	last := len(c.trail) - 1
	s, below := c.trail[last], c.fd
	c.trail, c.fd = c.trail[:last], s.fd
	defer shut(below)
	if c.fd >= 0 {
		return nil
	}
	if below >= 0 {
		if fd, err := openat(below, "..", dirFlags); err == nil {
			if is(fd, s.id) {
				c.fd = fd
				return nil
			}
			shut(fd)
		}
	}
	fd, err := c.again()
	if err != nil {
		return err
	}
	if !is(fd, s.id) {
		shut(fd)
		return ErrMoved
	}
	c.fd = fd
	return nil
}

// again opens the directory that the trail leads to from the last one above that is open.
func (c *Cursor) again() (int, error) {
	at := len(c.trail) - 1
	for c.trail[at].fd < 0 {
		at--
	}
	fd, own := c.trail[at].fd, false
	for _, s := range c.trail[at:] {
		next, err := child(fd, s.name)
		if own {
			shut(fd)
		}
		if err != nil {
			return -1, fmt.Errorf("%w: %w", ErrMoved, err)
		}
		fd, own = next, true
	}
	return fd, nil
}

func is(fd int, id root.Identity) bool {
	now, err := root.OfDescriptor(fd)
	return err == nil && !id.Zero() && id.Still(now)
}

// list opens the directory once more, since reading moves a position.
func (c *Cursor) list() (*os.File, error) {
	fd, err := child(c.fd, ".")
	if err != nil {
		return nil, err
	}
	// The name is for DirEntry.Info.
	return os.NewFile(uintptr(fd), fmt.Sprintf("/proc/self/fd/%d", fd)), nil
}

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC

func child(at int, name string) (int, error) {
	if at < 0 {
		return -1, ErrMoved
	}
	return openat(at, name, dirFlags)
}

func openat(at int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(at, name, flags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func shut(fd int) {
	if fd >= 0 {
		_ = unix.Close(fd)
	}
}
