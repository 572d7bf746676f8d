//go:build !linux

package process

import "os"

// pipe returns the two ends of a pipe, of which one is for a child.
func pipe(int) (r, w *os.File, err error) { return os.Pipe() }
