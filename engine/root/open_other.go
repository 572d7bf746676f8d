//go:build !linux

package root

import (
	"io/fs"
	"os"
	"syscall"
)

// Open opens the directory that path means. Links are followed whoever they belong to.
func Open(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := dir.Stat()
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return dir, nil
}

func reopen(dir *os.File) (*os.File, error) { return os.Open(dir.Name()) }
