// Package poll watches any directory tree that can be listed by listing it again and again, every RescanInterval (60 s), or PollInterval of the root: for network
// file systems, whose other users' changes the kernel does not tell. What that promises is in package listing.
package poll

import (
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/listing"
)

// Open starts a monitor. It never fails.
func Open(opts monitor.Options) (monitor.Monitor, error) {
	return listing.Open(opts, opts.WithDefaults().RescanInterval, nil), nil
}
