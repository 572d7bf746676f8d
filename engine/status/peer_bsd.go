//go:build darwin || freebsd

package status

import (
	"net"

	"golang.org/x/sys/unix"
)

// solLocal is the level of the options of local sockets.
const solLocal = 0

// peer returns the user of the process that listens at the other end.
func peer(conn *net.UnixConn) (uid int, known bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, false
	}
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptXucred(int(fd), solLocal, unix.LOCAL_PEERCRED); err == nil {
			uid, known = int(cred.Uid), true
		}
	})
	return uid, known
}
