//go:build !linux

package status

import (
	"os"
	"syscall"
)

// shortName: no other system lets a path start at an open directory.
func shortName(*os.File, string) string { return "" }

// private can do nothing before bind here; listen sets the mode after it.
func private(string, string, syscall.RawConn) error { return nil }
