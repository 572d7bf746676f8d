package notify

import (
	"path/filepath"
	"strings"

	"github.com/rjeczalik/notify"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/listing"
)

// Open starts a monitor. It never fails; what the system lacks shows in Watch.
func Open(opts monitor.Options) (monitor.Monitor, error) {
	return listing.Open(opts, opts.WithDefaults().RescanInterval, watch), nil
}

// watch asks the library for a root's events.
func watch(root monitor.Root, changed func(dir string)) (end func(), err error) {
	path := filepath.FromSlash(strings.TrimSuffix(root.Path, "/"))
	if path == "" {
		path = "/"
	}
	if !root.Flat {
		path = filepath.Join(path, "...")
	}
	// The library drops what its receiver does not take at once, so the receiver does nothing else.
	from := make(chan notify.EventInfo, 4096)
	stop, done := make(chan struct{}), make(chan struct{})
	if err := notify.Watch(path, from, notify.All); err != nil {
		return nil, err
	}
	go func() {
		defer close(done)
		for {
			select {
			case e := <-from:
				hint(root.Path, filepath.ToSlash(e.Path()), changed)
			case <-stop:
				return
			}
		}
	}()
	return func() {
		notify.Stop(from)
		close(stop)
		<-done
	}, nil
}

// hint reports the directory that path is in, and path itself, which may be one.
func hint(root, path string, changed func(dir string)) {
	rel, ok := strings.CutPrefix(path+"/", root)
	if !ok {
		return
	}
	changed(rel)
	if rel != "" {
		changed(rel[:strings.LastIndexByte(rel[:len(rel)-1], '/')+1])
	}
}
