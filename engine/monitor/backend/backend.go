// Package backend knows the monitors by name, chooses the one for a root, and makes one monitor of those in use.
package backend

import (
	"fmt"
	"strings"

	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/inotify"
	"lsyncgo/engine/monitor/notify"
	"lsyncgo/engine/monitor/poll"
	"lsyncgo/engine/monitor/pseudo"
)

// Name is one monitor that can be asked for.
type Name struct {
	Name string
	// Text is one line for a user who has to choose.
	Text string
	open func(monitor.Options) (monitor.Monitor, error) // nil: chosen for each root
}

// auto stands for the choice of Choose.
const auto = "auto"

// The backends that Choose takes on Linux.
const (
	near   = "inotify"
	Paired = near + "+poll"
)

var names = []Name{
	{auto, "the best one for each source (inotify on Linux, with poll besides on network file systems, notify elsewhere)", nil},
	{near, "Linux: one kernel watch per directory, loses nothing", inotify.Open},
	{"notify", "macOS, BSD, Windows, Linux: events are hints to list a directory again, and everything is listed every minute", notify.Open},
	{"poll", "anything that can be listed: everything is listed every pollInterval (60) seconds, or less often if that takes long", poll.Open},
	{Paired, "Linux, what other machines can change: inotify for what this one does, and poll for what they do", openPair},
	{"pseudo", "what there is at the start, and nothing that happens later", pseudo.Open},
}

// Names lists the monitors in the order in which to show them.
func Names() []Name { return names }

// Open starts the backend called name. The error of an unknown name lists the known ones.
func Open(name string, opts monitor.Options) (monitor.Monitor, error) {
	n, err := find(name)
	if err != nil {
		return nil, err
	}
	if n.open == nil {
		return nil, fmt.Errorf("open monitor %s: it stands for one that is chosen for each root", name)
	}
	m, err := n.open(opts)
	if err != nil {
		return nil, fmt.Errorf("open monitor %s: %w", name, err)
	}
	return m, nil
}

// Known returns an error that lists the known names if name is none of them.
func Known(name string) error {
	_, err := find(name)
	return err
}

func find(name string) (Name, error) {
	var known []string
	for _, n := range names {
		if n.Name == name {
			return n, nil
		}
		known = append(known, n.Name)
	}
	return Name{}, fmt.Errorf("%q is no monitor; choose one of %s", name, strings.Join(known, ", "))
}

// choose returns the backend for a root at path that asks for name; "" is auto. Raw as in monitor.Root.
func choose(name, path string, raw bool) (Choice, error) {
	if name != "" && name != auto {
		return Choice{Backend: name}, Known(name)
	}
	name, why := Choose(path)
	if raw && name != Paired {
		return Choice{Backend: near, Why: "what the kernel tells is wanted as it tells it"}, nil
	}
	return Choice{Backend: name, Why: why}, nil
}
