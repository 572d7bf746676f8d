//go:build unix

package monitortest

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// rename is the system's: os.Rename refuses to overwrite an empty directory.
func rename(from, to string) error { return unix.Rename(from, to) }

// doSystem has the commands that only some systems know.
func doSystem(path []string, verb string) error {
	switch verb {
	case "mkfifo":
		return unix.Mkfifo(path[0], 0o644)
	}
	return fmt.Errorf("unknown command %q", verb)
}
