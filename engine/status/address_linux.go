package status

import (
	"fmt"
	"os"
	"syscall"
)

// shortName reaches base through the open directory, so that only the last
// segment counts against the 108 bytes of an address.
func shortName(dir *os.File, base string) string {
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), base)
}

// private gives the socket its mode before bind makes the file: Linux takes it
// from the socket's own inode, so there is no moment at which others may connect.
func private(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) { err = syscall.Fchmod(int(fd), 0o600) }); e != nil {
		return e
	}
	return err
}
