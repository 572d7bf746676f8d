//go:build !unix

package daemon

import (
	"fmt"
	"os"
)

// IsChild reports whether this process is the daemon that Start started: never here.
func IsChild() bool { return false }

// Ready does nothing: there is no starter here.
func Ready() error { return nil }

// Fail does nothing: there is no starter here.
func Fail(string, int) {}

// Start prints that this system has no daemons and returns 255.
func Start([]string) (exitcode int) {
	fmt.Fprintln(os.Stderr, "start daemon: this system cannot detach a program from its terminal; use -nodaemon")
	return failure
}
