package logging

import (
	"io"
	"os"
	"path/filepath"

	"lsyncgo/engine/ownfile"
)

// StandardStream is a stream that every process has open.
type StandardStream uint8

// The streams that a log file can name.
const (
	None StandardStream = iota // none of them: a file
	Stdout
	Stderr
)

var streamNames = map[string]StandardStream{
	"/dev/stdout": Stdout, "/dev/fd/1": Stdout, "/proc/self/fd/1": Stdout,
	"/dev/stderr": Stderr, "/dev/fd/2": Stderr, "/proc/self/fd/2": Stderr,
}

// Stream returns which stream of this process path names, itself or through symbolic links, as
// images of containers have them in the place of log files. Such a path cannot always be opened: Linux
// refuses to open a socket by its name, and that is what a service manager gives as standard output.
func Stream(path string) StandardStream {
	if s := streamNames[filepath.ToSlash(filepath.Clean(path))]; s != None {
		return s
	}
	switch ownfile.Descriptor(path) {
	case 1:
		return Stdout
	case 2:
		return Stderr
	}
	return None
}

// streams returns the open streams.
func (o Options) streams() map[StandardStream]io.Writer {
	w := map[StandardStream]io.Writer{Stdout: o.Stdout, Stderr: o.Stderr}
	if o.Stdout == nil {
		w[Stdout] = os.Stdout
	}
	if o.Stderr == nil {
		w[Stderr] = os.Stderr
	}
	return w
}
