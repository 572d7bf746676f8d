package treetest

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func fileID(info fs.FileInfo) string {
	st := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}

func owner(info fs.FileInfo) string {
	st := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d:%d", st.Uid, st.Gid)
}

func device(info fs.FileInfo) string {
	if info.Mode()&fs.ModeDevice == 0 {
		return ""
	}
	return fmt.Sprint(info.Sys().(*syscall.Stat_t).Rdev)
}

// xattrs returns the attributes that belong to the file and not to the system.
func xattrs(path string) string {
	buf := make([]byte, 64<<10)
	n, err := unix.Llistxattr(path, buf)
	if err != nil {
		return ""
	}
	var out []string
	for name := range strings.SplitSeq(string(buf[:n]), "\x00") {
		if strings.HasPrefix(name, "user.") || strings.HasPrefix(name, "system.posix_acl") || name == "security.capability" {
			value := make([]byte, 64<<10)
			if n, err := unix.Lgetxattr(path, name, value); err == nil {
				out = append(out, fmt.Sprintf("%s=%q", name, value[:n]))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// extra makes a change that only this system has: an attribute or an owner.
func extra(path string, value int) error {
	if value%2 == 0 && os.Geteuid() == 0 {
		return os.Lchown(path, value%5, value%7)
	}
	err := unix.Lsetxattr(path, "user.churn", fmt.Append(nil, value), 0)
	if err == unix.ENOTSUP {
		return nil
	}
	return err
}
