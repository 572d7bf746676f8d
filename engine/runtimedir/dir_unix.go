//go:build unix

package runtimedir

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// openLocked opens a directory and locks it, shared: systemd-tmpfiles wants to lock a directory before it
// looks for what is old in it, and leaves one alone that is locked.
func openLocked(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	// A file system without locks is cleaned by nobody who heeds them.
	_ = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	return f, nil
}

// sessionDir is a directory of ours that ends with the session, or with the system.
func sessionDir() []string {
	var list []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && private(info) {
			list = append(list, dir)
		}
	}
	if os.Geteuid() == 0 && runtime.GOOS == "linux" {
		list = append(list, "/run")
	}
	return list
}

// private reports whether info is of something of ours that nobody else has a right to.
func private(info os.FileInfo) bool {
	return owner(info) == os.Geteuid() && info.Mode().Perm() == 0o700
}

// secure reports why somebody else could rename or replace an entry of ours in dir, a path without
// links. In a sticky directory only its owner and ours could; an ACL that lets others write shows in the group's bits.
func secure(dir string) error {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("%s is no directory", dir)
		}
		if uid := owner(info); uid != 0 && uid != os.Geteuid() {
			return fmt.Errorf("%s belongs to somebody else", dir)
		}
		if info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
			return fmt.Errorf("others can write in %s", dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func owner(info os.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}
