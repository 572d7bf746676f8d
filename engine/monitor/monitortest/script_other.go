//go:build !unix

package monitortest

import (
	"fmt"
	"os"
)

func rename(from, to string) error { return os.Rename(from, to) }

// doSystem has the commands that only some systems know.
func doSystem(_ []string, verb string) error { return fmt.Errorf("unknown command %q", verb) }
