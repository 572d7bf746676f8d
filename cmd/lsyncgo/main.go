// Command lsyncgo keeps targets in step with directory trees that change. It
// runs the configs of Lsyncd.
package main

import (
	"io"
	"os"

	"lsyncgo/engine/daemon"
	"lsyncgo/engine/printable"
)

// Exit statuses that are not those of a script or a signal.
const (
	exitOK     = 0
	exitFailed = 1   // check found problems, a daemon was not found or refused
	exitUsage  = 255 // nothing was started
)

// env is what the program has from outside.
type env struct {
	args           []string  // without the program's name
	stdout, stderr io.Writer // what the program itself says, made printable
	// childOut and childErr get what children print, as they print it.
	childOut, childErr io.Writer
}

func main() {
	daemon.KeepName()
	if code, done := daemon.AsFirst(); done {
		os.Exit(code)
	}
	os.Exit(run(env{
		args: os.Args[1:], childOut: os.Stdout, childErr: os.Stderr,
		stdout: printable.NewWriter(os.Stdout), stderr: printable.NewWriter(os.Stderr),
	}))
}
