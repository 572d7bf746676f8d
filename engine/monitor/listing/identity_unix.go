//go:build unix

package listing

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// identity tells apart what has equal names, sizes and times.
type identity struct {
	inode uint64
	ctime unix.Timespec // zero for directories: it changes with every entry
}

func identify(path string, st os.FileInfo) identity {
	var s unix.Stat_t
	if unix.Lstat(path, &s) != nil {
		return identity{}
	}
	id := identity{inode: uint64(s.Ino)} //nolint:unconvert // the type differs between systems
	if !st.IsDir() {
		id.ctime = s.Ctim
	}
	return id
}

func (id identity) changed() time.Time { return time.Unix(id.ctime.Unix()) }
