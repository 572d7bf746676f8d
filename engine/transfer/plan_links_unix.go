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

// ownerOf tells who owns the file that info is of.
func ownerOf(info fs.FileInfo) uint32 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Uid
	}
	return 0
}
