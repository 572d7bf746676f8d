package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"text/tabwriter"

	"lsyncgo/engine/monitor/backend"
)

// version is set by the build of a release.
var version = "0.1.0"

// command is what the first word can be instead of a config; a config file of
// that name is reached as ./NAME.
type command struct {
	name string
	run  func(e env, args []string) int
}

func commands() []command {
	return []command{{"check", runCheck}, {"status", runStatus}, {"resume", runResume}}
}

// run does what e.args ask for and returns the exit status.
func run(e env) int {
	if len(e.args) > 0 {
		switch e.args[0] { // as with other programs
		case "help":
			return e.help()
		case "version":
			return e.version()
		}
		for _, c := range commands() {
			if e.args[0] == c.name {
				return c.run(e, e.args[1:])
			}
		}
	}
	o, err := parse(e.args)
	if err != nil {
		return e.refuse(err)
	}
	switch {
	case o.help:
		return e.help()
	case o.version:
		return e.version()
	case o.listMonitors:
		listMonitors(e)
		return exitOK
	}
	if err := o.complete(); err != nil {
		return e.refuse(err)
	}
	return serve(e, o)
}

func (e env) help() int {
	fmt.Fprint(e.stdout, help)
	return exitOK
}

func (e env) version() int {
	fmt.Fprintln(e.stdout, versionText())
	return exitOK
}

// refuse says why nothing is started.
func (e env) refuse(err error) int {
	fmt.Fprintf(e.stderr, "lsyncgo: %v\n", err)
	return exitUsage
}

func versionText() string {
	text := fmt.Sprintf("Version: %s (%s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += ", " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return text + ")"
}

func listMonitors(e env) {
	fmt.Fprintln(e.stdout, "Choose one with -monitor NAME or settings{ monitor = \"NAME\" }:")
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, n := range backend.Names() {
		fmt.Fprintf(w, "  %s\t%s\n", n.Name, n.Text)
	}
	_ = w.Flush() // standard output that cannot be written has nobody to tell
}
