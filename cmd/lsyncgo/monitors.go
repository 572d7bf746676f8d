package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"lsyncgo/engine/monitor/backend"
	"lsyncgo/engine/status"
)

// chosen logs which backend watches a source. It is called from any goroutine.
func (s *service) chosen(c backend.Choice) {
	if c.Why == "" {
		return // the config says so
	}
	category := "Info"
	if c.Backend == backend.Paired {
		category = "Normal" // it costs more, and what this host changes comes twice
	}
	s.log.Log(category, c.Path, ": watched by ", c.Backend, ": ", c.Why)
}

// addMonitors says which backends are open and what they watch.
func (s *service) addMonitors(d *status.Daemon) {
	var names []string
	for _, p := range s.monitor.Parts() {
		names = append(names, p.Name)
		d.Watched += p.Watched
		d.Polled += p.Polled
		d.Monitors = append(d.Monitors, status.Monitor{Name: p.Name, Watched: p.Watched, Polled: p.Polled, Walked: p.Walked})
	}
	d.Monitor = strings.Join(names, ", ")
}

func listMonitors(e env) {
	fmt.Fprintln(e.stdout, "Choose one with -monitor NAME, settings{ monitor = \"NAME\" } or monitor = \"NAME\" in a sync:")
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, n := range backend.Names() {
		fmt.Fprintf(w, "  %s\t%s\n", n.Name, n.Text)
	}
	_ = w.Flush() // standard output that cannot be written has nobody to tell
}
