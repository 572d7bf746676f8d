//go:build unix

package ownfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func statOf(info fs.FileInfo) *syscall.Stat_t {
	st, _ := info.Sys().(*syscall.Stat_t)
	return st
}

// trusted reports whether root or the user we are owns it.
func trusted(info fs.FileInfo) bool {
	st := statOf(info)
	return st != nil && (st.Uid == 0 || int(st.Uid) == os.Geteuid())
}

// ownGroup reports whether the group of a file of ours is the one that has nobody in it but us, by the
// custom that it has the user's name. Where it is in use, what a user makes is writable for the group.
func ownGroup(info fs.FileInfo) bool {
	st := statOf(info)
	if st == nil || st.Uid == 0 || int(st.Uid) != os.Geteuid() {
		return false
	}
	group, err := user.LookupGroupId(strconv.FormatUint(uint64(st.Gid), 10))
	if err != nil {
		return false
	}
	us, err := user.LookupId(strconv.FormatUint(uint64(st.Uid), 10))
	return err == nil && us.Username == group.Name
}

// suspicion says what others may have to do with a regular file; "": nothing.
func suspicion(info fs.FileInfo) string {
	st := statOf(info)
	switch m := info.Mode(); {
	case st == nil:
		return ""
	case !trusted(info):
		return "it belongs to user " + userName(st.Uid)
	case m&0o002 != 0, m&0o020 != 0 && !ownGroup(info):
		return fmt.Sprintf("other users can write it (mode %04o, group %d)", m.Perm(), st.Gid)
	}
	return hardLinks(info)
}

// hardLinks says that a file has other names; "": it has not.
func hardLinks(info fs.FileInfo) string {
	if st := statOf(info); st != nil && st.Nlink > 1 && trusted(info) {
		return "it has other names elsewhere (hard links)"
	}
	return ""
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil && u.Username != id {
		return u.Username + " (" + id + ")"
	}
	return id
}

// resemble gives a file the mode, owner and group of another as far as we may.
func resemble(f *os.File, old fs.FileInfo) {
	st, info := statOf(old), fs.FileInfo(nil)
	if i, err := f.Stat(); err == nil {
		info = i
	}
	if st == nil || info == nil {
		return
	}
	if ours := statOf(info); ours.Uid != st.Uid || ours.Gid != st.Gid {
		_ = f.Chown(int(st.Uid), int(st.Gid)) // a user may not give files away
	}
	if info.Mode().Perm() != old.Mode().Perm() {
		_ = f.Chmod(old.Mode().Perm()) // as it is, it is readable for whom the umask says
	}
}

// duplicate opens an inherited descriptor again: with the offset it has, and also if it is a socket.
func duplicate(fd int, path string) (*os.File, error) {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(n), path), nil
}

func noReader(err error) bool { return hasErrno(err, unix.ENXIO) }

func hasErrno(err error, want unix.Errno) bool {
	var got unix.Errno
	return errors.As(err, &got) && got == want
}

// portion is what Linux' pipes take without waiting once they say that they take something: a page.
const portion = 4 << 10

// writeWithin writes all of b, and waits for wait at most each time nobody takes it. The descriptor may be one that
// blocks, since others have it, too.
func writeWithin(f *os.File, b []byte, wait time.Duration) (written int, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	ctlErr := conn.Control(func(fd uintptr) {
		for written < len(b) && err == nil {
			if err = writable(int(fd), wait); err != nil {
				return
			}
			var n int
			n, err = unix.Write(int(fd), b[written:min(len(b), written+portion)])
			written += max(0, n)
			switch {
			case errors.Is(err, unix.EINTR):
				err = nil
			case errors.Is(err, unix.EAGAIN): // not as much as that
				err = errStalled
			}
		}
	})
	if err = errors.Join(err, ctlErr); err != nil {
		return written, &fs.PathError{Op: "write", Path: f.Name(), Err: err}
	}
	return written, nil
}

// writable waits until a write would not.
func writable(fd int, wait time.Duration) error {
	for deadline := time.Now().Add(wait); ; {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(max(0, time.Until(deadline)).Milliseconds()))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case n == 0:
			return errStalled
		default:
			return nil
		}
	}
}

// Owner returns the number of the user who owns a file.
func Owner(info fs.FileInfo) (uid int, known bool) {
	if st := statOf(info); st != nil {
		return int(st.Uid), true
	}
	return 0, false
}
