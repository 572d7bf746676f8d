package root

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

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
