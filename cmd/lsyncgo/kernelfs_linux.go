package main

import (
	"slices"

	"golang.org/x/sys/unix"
)

// ofKernel reports whether a directory is on a file system in which only the kernel makes files.
func ofKernel(dir string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(dir, &fs) == nil && slices.Contains([]uint32{unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEBUGFS_MAGIC,
		unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.DEVPTS_SUPER_MAGIC}, uint32(fs.Type))
}
