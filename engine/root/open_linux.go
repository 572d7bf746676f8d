package root

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// maxLinks is how many links the kernel itself follows in one path.
const maxLinks = 40

const pathFlags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC

// Open opens the directory that path means, only to name it (O_PATH). A symbolic link of root or of the user we
// are is followed. One of anybody else is followed to a directory of his own only: a user who can write in a directory
// above would otherwise have us read, or make equal to a source, what is not his. The error is a *LinkError then.
func Open(path string) (*os.File, error) {
	fd, err := openat2(unix.AT_FDCWD, path)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENAMETOOLONG) || unknown(err) {
		w := walk{path: path}
		fd, err = w.open()
	}
	if err == nil {
		return os.NewFile(uintptr(fd), path), nil
	}
	var refused *LinkError
	if errors.As(err, &refused) {
		return nil, refused
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: err}
}

// walk opens a path name by name.
type walk struct {
	path  string
	fd    int    // where it has come to
	where string // its path, for messages
	ahead []step // the next one is the last
	links int
	own   bool // the stricter rule of Parent
	// passed are the links on the way, those that were not followed, too.
	passed []string
}

// step is a name to open, or the question whether a link has led to where it may.
type step struct {
	name string
	link *LinkError
}

func (w *walk) open() (int, error) {
	start := "."
	if strings.HasPrefix(w.path, "/") {
		start = "/"
	}
	var err error
	if w.fd, err = openat(unix.AT_FDCWD, start, pathFlags); err != nil {
		return -1, err
	}
	w.where = start
	w.push(w.path)
	if err := w.goOn(); err != nil {
		_ = unix.Close(w.fd)
		return -1, err
	}
	return w.fd, nil
}

// goOn goes all that is ahead.
func (w *walk) goOn() (err error) {
	for len(w.ahead) > 0 {
		s := w.ahead[len(w.ahead)-1]
		w.ahead = w.ahead[:len(w.ahead)-1]
		if s.link != nil {
			err = w.arrived(s.link)
		} else {
			err = w.step(s.name)
		}
		if err != nil {
			return w.refusal(err)
		}
	}
	return nil
}

// refusal: where a stranger's link leads to is nobody's business, not even that nothing is there.
func (w *walk) refusal(err error) error {
	for _, s := range w.ahead {
		if s.link != nil {
			return s.link // the outermost
		}
	}
	return err
}

// push puts the names of a path before all that is ahead.
func (w *walk) push(path string) {
	for _, name := range slices.Backward(strings.Split(path, "/")) {
		if name != "" && name != "." {
			w.ahead = append(w.ahead, step{name: name})
		}
	}
}

func (w *walk) step(name string) error {
	fd, err := child(w.fd, name)
	if errors.Is(err, unix.ELOOP) {
		return w.follow(name)
	}
	if err != nil {
		return err
	}
	w.to(fd, name)
	return nil
}

func (w *walk) to(fd int, name string) {
	_ = unix.Close(w.fd)
	w.fd = fd
	switch {
	case strings.HasPrefix(name, "/"):
		w.where = "/"
	case strings.HasSuffix(w.where, "/"):
		w.where += name
	default:
		w.where += "/" + name
	}
}

// follow goes where the link name says, if it may.
func (w *walk) follow(name string) error {
	text, err := w.read(name)
	switch {
	case errors.Is(err, errNoLink):
		return w.step(name) // the links that come are counted
	case errors.Is(err, errMagic):
		fd, err := openat(w.fd, name, pathFlags)
		if err != nil {
			return err
		}
		w.to(fd, name)
		return nil
	case err != nil:
		return err
	}
	if err := w.start(text); err != nil {
		return err
	}
	w.push(text)
	return nil
}

// start goes to the root directory if a link's text says so.
func (w *walk) start(text string) error {
	if !strings.HasPrefix(text, "/") {
		return nil
	}
	fd, err := openat(unix.AT_FDCWD, "/", pathFlags)
	if err != nil {
		return err
	}
	w.to(fd, "/")
	return nil
}

var (
	errNoLink = errors.New("no link any more")
	errMagic  = errors.New("a link of proc, whose text is no path")
)

// read returns the text of the link name, or why it must not be followed.
func (w *walk) read(name string) (text string, err error) {
	if w.links++; w.links > maxLinks {
		return "", unix.ELOOP
	}
	link, err := openat(w.fd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(link) }()
	var st unix.Stat_t
	if err := unix.Fstat(link, &st); err != nil {
		return "", err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		return "", errNoLink
	}
	if text, err = readlink(link); err != nil {
		return "", err
	}
	found := &LinkError{Path: w.path, Link: strings.TrimSuffix(w.where, "/") + "/" + name, Text: text, Owner: st.Uid}
	w.passed = append(w.passed, filepath.Clean(found.Link))
	if w.own {
		if !trusted(st.Uid) || !private(w.fd) {
			found.Own = true
			return "", found
		}
	} else if trusted(st.Uid) && st.Nlink > 1 && !private(w.fd) {
		found.Names = true
		return "", found
	}
	if !trusted(st.Uid) {
		w.ahead = append(w.ahead, step{link: found})
	}
	if magic(link) {
		return "", errMagic
	}
	return text, nil
}

// arrived looks whether a stranger's link has led to a directory of his own.
func (w *walk) arrived(link *LinkError) error {
	var st unix.Stat_t
	if err := unix.Fstat(w.fd, &st); err != nil {
		return err
	}
	if st.Uid == link.Owner {
		return nil
	}
	link.Leads, link.Known = st.Uid, true
	return link
}

func trusted(uid uint32) bool { return uid == 0 || uid == uint32(os.Geteuid()) }

// private reports whether only root or we can make names in a directory. A second name
// of a link of root's can be made by anybody where fs.protected_hardlinks is off.
func private(dir int) bool {
	var st unix.Stat_t
	err := unix.Fstat(dir, &st)
	return err == nil && trusted(st.Uid) && st.Mode&0o022 == 0
}

// magic reports whether a link is one of proc, such as those of /proc/N/root and /proc/N/fd, whose text
// is no path that leads to the same place. Nobody else can put links there.
func magic(link int) bool {
	var fs unix.Statfs_t
	return statfs(link, &fs) == nil && uint32(fs.Type) == unix.PROC_SUPER_MAGIC
}

// child opens the directory name in at; ELOOP: it is a link. Unlike a plain O_PATH the "/." has
// automounters mount what belongs there.
func child(at int, name string) (int, error) {
	if name == ".." {
		return openat(at, name, pathFlags)
	}
	fd, err := openat2(at, name)
	if !unknown(err) {
		return fd, err
	}
	fd, err = openat(at, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC)
	if errors.Is(err, unix.EACCES) {
		fd, err = openat(at, name, pathFlags|unix.O_NOFOLLOW)
	}
	if errors.Is(err, unix.ENOTDIR) {
		var st unix.Stat_t
		if unix.Fstatat(at, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK {
			return -1, unix.ELOOP
		}
	}
	return fd, err
}

// unknown tells of openat2 that the kernel (before Linux 5.6), or a filter in front of it, does not know it.
func unknown(err error) bool { return errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) }

// noOpenat2 is for tests.
var noOpenat2 bool

func openat2(at int, path string) (int, error) {
	if noOpenat2 {
		return -1, unix.ENOSYS
	}
	for {
		fd, err := unix.Openat2(at, path+"/.", &unix.OpenHow{Flags: pathFlags, Resolve: unix.RESOLVE_NO_SYMLINKS})
		if err != unix.EINTR && err != unix.EAGAIN {
			return fd, err
		}
	}
}

func openat(at int, path string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(at, path, flags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// readlink reads the text of an open link.
func readlink(link int) (string, error) {
	for size := 256; ; size *= 4 {
		buf := make([]byte, size)
		n, err := unix.Readlinkat(link, "", buf)
		if err != nil {
			return "", err
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

// withFd lends the descriptor of a file.
func withFd(f *os.File, use func(fd int)) {
	use(int(f.Fd()))
	runtime.KeepAlive(f)
}

// reopen opens a directory that was opened by Open, to list it.
func reopen(dir *os.File) (list *os.File, err error) {
	withFd(dir, func(fd int) {
		var n int
		if n, err = openat(fd, ".", unix.O_RDONLY|unix.O_NONBLOCK|unix.O_DIRECTORY|unix.O_CLOEXEC); err == nil {
			list = os.NewFile(uintptr(n), dir.Name())
		}
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir.Name(), Err: err}
	}
	return list, nil
}
