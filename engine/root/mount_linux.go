package root

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// MountOf returns the directory at or above path where its file system is mounted, also by a bind mount; "" if
// that is the root directory, or cannot be told. Links on the way are followed. Of a path that does not exist
// the directory it would be in counts.
func MountOf(path string) string {
	path = existing(filepath.Clean(path))
	if straight, err := filepath.EvalSymlinks(path); err == nil {
		path = straight
	}
	for p := path; p != filepath.Dir(p); p = filepath.Dir(p) {
		if IsMount(p) {
			return p
		}
	}
	return ""
}

func existing(path string) string {
	for path != filepath.Dir(path) {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		path = filepath.Dir(path)
	}
	return path
}

// IsMount reports whether something is mounted at path; a link there is none.
func IsMount(path string) bool {
	var st unix.Statx_t
	if statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, 0, &st) != nil {
		return false
	}
	if st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 {
		return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	}
	// Before Linux 5.8 bind mounts of a part of the same file system cannot be told from directories.
	var above unix.Statx_t
	err := statx(unix.AT_FDCWD, filepath.Dir(path), unix.AT_NO_AUTOMOUNT, 0, &above)
	return err == nil && (st.Dev_major != above.Dev_major || st.Dev_minor != above.Dev_minor)
}
