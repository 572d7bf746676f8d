//go:build unix && (!linux || portable)

package transfer

import (
	"io/fs"
	"syscall"
)

// identify fills in what only the system's own stat tells.
func identify(info fs.FileInfo, s *stat) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	s.inode = inode{uint64(st.Dev), uint64(st.Ino)}
	s.uid, s.gid, s.nlink, s.rdev = st.Uid, st.Gid, uint64(st.Nlink), uint64(st.Rdev)
}
