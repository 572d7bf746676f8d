//go:build darwin || freebsd || netbsd

package root

import "syscall"

// birth is when the inode was made; file systems that do not keep it say -1.
func birth(st *syscall.Stat_t) Time {
	if st.Birthtimespec.Sec <= 0 {
		return Time{}
	}
	return Time{int64(st.Birthtimespec.Sec), uint32(st.Birthtimespec.Nsec)} //nolint:unconvert // the types differ between systems
}
