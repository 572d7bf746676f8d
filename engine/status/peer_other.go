//go:build !linux && !darwin && !freebsd

package status

import "net"

// peer is not told here: the owner of the directory has to do.
func peer(*net.UnixConn) (uid int, known bool) { return 0, false }
