package notify

import (
	"path/filepath"
	"strings"

	"github.com/rjeczalik/notify"

	"lsyncgo/engine/monitor"
)

// hints receives the library's events for one root. The library drops what its receiver does
// not take at once, so this goroutine does nothing but collect paths.
type hints struct {
	from chan notify.EventInfo
	stop chan struct{}
	done chan struct{}
}

// hinted are directories to list again, relative to the root.
type hinted map[string]struct{}

// watch asks the library for a root's events, which go to out as sets of directories.
func watch(root monitor.Root, out func(hinted) (send chan<- message, m message)) (*hints, error) {
	h := &hints{
		from: make(chan notify.EventInfo, 4096),
		stop: make(chan struct{}),
		done: make(chan struct{}),
	}
	path := filepath.FromSlash(strings.TrimSuffix(root.Path, "/"))
	if path == "" {
		path = "/"
	}
	if !root.Flat {
		path = filepath.Join(path, "...")
	}
	if err := notify.Watch(path, h.from, notify.All); err != nil {
		return nil, err
	}
	go h.run(root.Path, out)
	return h, nil
}

func (h *hints) run(root string, out func(hinted) (chan<- message, message)) {
	defer close(h.done)
	set := hinted{}
	for {
		var send chan<- message // nil while there is nothing
		var m message
		if len(set) > 0 {
			send, m = out(set)
		}
		select {
		case e := <-h.from:
			set.add(root, filepath.ToSlash(e.Path()))
		case send <- m:
			set = hinted{}
		case <-h.stop:
			return
		}
	}
}

// add notes the directory that path is in, and path itself, which may be one.
func (s hinted) add(root, path string) {
	rel, ok := strings.CutPrefix(path+"/", root)
	if !ok {
		return
	}
	s[rel] = struct{}{}
	s[parent(rel)] = struct{}{}
}

// parent is the directory that holds dir: "a/" for "a/b/", "" for "a/".
func parent(dir string) string {
	return dir[:strings.LastIndexByte(strings.TrimSuffix(dir, "/"), '/')+1]
}

// end stops the events and returns when the goroutine has ended.
func (h *hints) end() {
	notify.Stop(h.from)
	close(h.stop)
	<-h.done
}
