//go:build unix

package fsat

import (
	"io/fs"
	"syscall"
)

// identify fills in what only the system's own stat tells.
func identify(info fs.FileInfo, s *Stat) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	s.Inode = Inode{uint64(st.Dev), uint64(st.Ino)}                                   //nolint:unconvert // the types differ between systems
	s.UID, s.GID, s.Nlink, s.Rdev = st.Uid, st.Gid, uint64(st.Nlink), uint64(st.Rdev) //nolint:unconvert // the types differ between systems
}
