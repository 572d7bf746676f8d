//go:build !linux

package status

import (
	"os"
	"syscall"
)

// private can do nothing before bind here.
func private(string, string, syscall.RawConn) error { return nil }

// restrict gives the socket its mode.
func restrict(name string) error { return os.Chmod(name, 0o600) }
