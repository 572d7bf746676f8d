//go:build unix

package transfer

import (
	"io/fs"
	"syscall"
)

// linkCount tells which file info is of, and how many names it has.
func linkCount(info fs.FileInfo) (inode, uint64) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return inode{}, 1
	}
	return inode{uint64(st.Dev), uint64(st.Ino)}, uint64(st.Nlink) //nolint:unconvert // the types differ between systems
}
