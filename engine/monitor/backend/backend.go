// Package backend chooses a monitor by name.
package backend

import (
	"fmt"
	"runtime"
	"strings"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify"
	"lsyncgo/engine/monitor/notify"
)

// Name is one monitor that can be asked for.
type Name struct {
	Name string
	// Text is one line for a user who has to choose.
	Text string
	open func(monitor.Options) (monitor.Monitor, error)
}

var names = []Name{
	{"auto", "the best one for this system (inotify on Linux, notify elsewhere)", openAuto},
	{"inotify", "Linux: one kernel watch per directory, loses nothing", inotify.Open},
	{"notify", "macOS, BSD, Windows, Linux: events are hints to list a directory again, and everything is listed every minute", notify.Open},
}

// Names lists the monitors in the order in which to show them.
func Names() []Name { return names }

// Open starts the monitor called name; "" is "auto". The error of an unknown name lists the known ones.
func Open(name string, opts monitor.Options) (monitor.Monitor, error) {
	if name == "" {
		name = "auto"
	}
	var known []string
	for _, n := range names {
		if n.Name == name {
			m, err := n.open(opts)
			if err != nil {
				return nil, fmt.Errorf("open monitor %s: %w", name, err)
			}
			return m, nil
		}
		known = append(known, n.Name)
	}
	return nil, fmt.Errorf("monitor %q is not one of %s", name, strings.Join(known, ", "))
}

func openAuto(opts monitor.Options) (monitor.Monitor, error) {
	if runtime.GOOS == "linux" {
		return inotify.Open(opts)
	}
	return notify.Open(opts)
}
