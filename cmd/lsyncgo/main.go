// Command lsyncgo keeps targets in step with directory trees that change. It
// runs the configs of Lsyncd.
package main

import (
	"io"
	"os"

	"lsyncgo/engine/daemon"
)

// Exit statuses that are not those of a script or a signal.
const (
	exitOK     = 0
	exitFailed = 1   // check found problems, status found no daemon
	exitUsage  = 255 // nothing was started
)

// env is what the program has from outside.
type env struct {
	args           []string // without the program's name
	stdout, stderr io.Writer
}

func main() {
	if code, done := daemon.AsFirst(); done {
		os.Exit(code)
	}
	os.Exit(run(env{args: os.Args[1:], stdout: os.Stdout, stderr: os.Stderr}))
}
