package logging

import (
	"io"
	"os"
	"path/filepath"
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

// maxLinks is how long a chain of links is followed; the kernel has the same limit.
const maxLinks = 40

// Stream returns which stream of this process path names, itself or through symbolic links, as
// images of containers have them in the place of log files. Such a path cannot always be opened: Linux
// refuses to open a socket by its name, and that is what a service manager gives as standard output.
func Stream(path string) StandardStream {
	for range maxLinks {
		path = filepath.Clean(path)
		if s := streamNames[filepath.ToSlash(path)]; s != None {
			return s
		}
		link, err := os.Readlink(path)
		if err != nil {
			return None
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = link
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
