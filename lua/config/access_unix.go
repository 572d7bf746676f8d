//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// WritableDir reports whether this user can make files in a directory.
func WritableDir(path string) bool { return unix.Access(path, unix.W_OK|unix.X_OK) == nil }

// ownedByUser reports whether a file belongs to this user: ssh and rsync mind the mode of such.
func ownedByUser(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}
