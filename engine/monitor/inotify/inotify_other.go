//go:build !linux

package inotify

import (
	"errors"

	"lsyncgo/engine/monitor"
)

// Open fails: inotify is a part of Linux.
func Open(monitor.Options) (monitor.Monitor, error) {
	return nil, errors.New("inotify exists on Linux only: use -monitor notify")
}
