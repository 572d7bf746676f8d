//go:build unix && !linux

package root

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Of returns which directory is open.
func Of(dir *os.File) (Identity, error) {
	info, err := dir.Stat()
	if err != nil {
		return Identity{}, fmt.Errorf("identify %s: %w", dir.Name(), err)
	}
	id := Identity{}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		id.Device, id.Inode, id.Birth = uint64(st.Dev), uint64(st.Ino), birth(st) //nolint:unconvert // the types differ between systems
	}
	return id, nil
}

// IsMount reports whether path is on another device than the directory it is in.
func IsMount(path string) bool {
	var here, above syscall.Stat_t
	return syscall.Lstat(path, &here) == nil && syscall.Stat(filepath.Dir(path), &above) == nil && here.Dev != above.Dev
}
