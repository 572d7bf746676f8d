package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/event"
	"lsyncgo/engine/fam"
	"lsyncgo/engine/monitor/backend"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/watch"
	"lsyncgo/lua/config"
	"lsyncgo/lua/migrate"
)

// runCheck loads configs and says what is wrong with them, or what they would run.
func runCheck(e env, o *options) int {
	if len(o.configs) == 0 && len(o.load.Syncs) == 0 {
		return e.refuse(errors.New("check: no config file is given (a config file called check is run as ./check)"))
	}
	if len(o.load.Syncs) > 0 {
		if err := o.complete(); err != nil {
			return e.refuse(err)
		}
		return e.check(o.load, o.connect)
	}
	status := exitOK
	for _, file := range o.configs {
		l := o.load
		l.Config = file
		status = max(status, e.check(l, o.connect))
	}
	return status
}

func (e env) check(l config.Options, connect bool) int {
	l.Print = func(string) {}
	rt, err := load(l)
	if err != nil {
		fmt.Fprintln(e.stderr, words(err))
		return exitFailed
	}
	defer rt.Scripts.Close()
	warn(e.stderr, rt)
	for _, warning := range exposed(rt.Settings()) { // the engine itself says it when it opens them
		fmt.Fprintln(e.stderr, "warning: "+printable.Line(warning))
	}
	describe(e.stdout, l.Config, rt)
	if len(rt.Scripts.Syncs()) > 0 { // Lsyncd has nothing else
		printDifferences(e.stdout, migrate.Notes(rt, backend.Choose))
	}
	if connect {
		fmt.Fprintln(e.stdout)
		if !e.connect(rt.Targets()) {
			return exitFailed
		}
	}
	return exitOK
}

// describe lists what a config comes to.
func describe(out io.Writer, file string, rt *config.Config) {
	if file == "" {
		file = "command line"
	}
	syncs, watches, monitors := rt.Scripts.Syncs(), rt.Watches(), rt.Monitors()
	fmt.Fprintf(out, "%s: ok", printable.Line(file))
	if len(syncs) > 0 || len(watches)+len(monitors) == 0 {
		fmt.Fprint(out, ", ", printable.Count(len(syncs), "sync", "syncs"))
	}
	if len(watches) > 0 {
		fmt.Fprint(out, ", ", printable.Count(len(watches), "watch", "watches"))
	}
	if len(monitors) > 0 {
		fmt.Fprint(out, ", ", printable.Count(len(monitors), "monitor", "monitors"))
	}
	fmt.Fprintln(out)
	s := rt.Settings()
	t := table{w: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	t.row("log", logPlaces(s))
	t.row("pidfile", s.PidFile)
	t.row("statusFile", s.StatusFile)
	t.row("monitor", s.Monitor)
	t.row("maxProcesses", limit(s.MaxProcesses))
	t.flag("insist", s.Insist)
	t.flag("onepass", s.OnePass)
	t.flag("nodaemon", s.NoDaemon)
	for _, c := range syncs {
		t.sync(&c)
	}
	for _, c := range watches {
		t.watch(&c)
	}
	for _, c := range monitors {
		t.monitor(&c)
	}
	if lines := rt.Schedulers(); len(lines) > 0 {
		fmt.Fprintf(t.w, "\nschedulers\n")
		for _, l := range lines {
			fmt.Fprintf(t.w, "  %s\n", printable.Line(l))
		}
	}
	_ = t.w.Flush() // standard output that cannot be written has nobody to tell
}

// printDifferences lists what is not as it was with Lsyncd.
func printDifferences(out io.Writer, notes []migrate.Note) {
	if len(notes) == 0 {
		fmt.Fprint(out, "\nnothing behaves differently from Lsyncd\n")
		return
	}
	fmt.Fprint(out, "\nwhat behaves differently from Lsyncd:\n")
	for _, n := range notes {
		fmt.Fprintf(out, "  %s\n", printable.Line(n.String()))
	}
}

func logPlaces(s config.Settings) string {
	switch {
	case s.NoDaemon && s.LogFile != "":
		return "console and " + s.LogFile
	case s.NoDaemon:
		return "console"
	case s.LogFile != "":
		return s.LogFile
	}
	return "syslog"
}

func limit(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// table prints names and values, one pair a line, leaving out what is not set.
type table struct{ w *tabwriter.Writer }

func (t table) row(name, value string) {
	if value != "" {
		fmt.Fprintf(t.w, "  %s\t%s\n", name, printable.Line(value))
	}
}

func (t table) flag(name string, on bool) {
	if on {
		t.row(name, "true")
	}
}

func (t table) sync(c *core.SyncConfig) {
	fmt.Fprintf(t.w, "\n%s\t(%s)\n", printable.Line(c.Name), printable.Line(c.Place))
	t.row("source", c.Source)
	t.row("target", c.Target)
	t.row("delay", printable.Seconds(c.Delay.Round(time.Millisecond))+"s")
	t.row("maxDelays", limit(c.MaxDelays))
	t.row("maxProcesses", limit(c.MaxProcesses))
	t.row("maxDelete", c.MaxDelete.String())
	t.row("monitor", c.Monitor)
	if c.PollInterval > 0 {
		t.row("pollInterval", printable.Seconds(c.PollInterval)+"s")
	}
	if c.Tunnel != nil {
		t.row("tunnel", c.Tunnel.String())
	}
	t.row("inotifyMode", modeNames[c.Mode])
	t.flag("moves", c.KeepMoves)
	if c.Flat {
		t.row("subdirs", "false")
	}
	if !c.HasInit {
		t.row("init", "false")
	}
	for _, r := range c.Rules {
		sign := "- "
		if r.Include {
			sign = "+ "
		}
		t.row("filter", sign+r.Pattern)
	}
}

func (t table) watch(c *watch.Config) {
	fmt.Fprintf(t.w, "\n%s\t(%s)\n", printable.Line(c.Name), printable.Line(c.Place))
	for _, p := range c.Paths {
		t.row("path", p.Given)
	}
	t.flag("rec", c.Subdirs)
	t.flag("auto_add", c.Follow)
	t.row("events", strings.Join(c.Kinds().Names(), " "))
	for _, p := range c.Paths {
		name, why := backend.Choose(p.Resolved)
		if c.Monitor != "" && c.Monitor != "auto" {
			name, why = c.Monitor, "the config says so"
		}
		// What was lost, and the end of a watch, comes without other hosts.
		deaf := c.Kinds() &^ (backend.Listed | event.InQOverflow | event.InUnmount | event.InIgnored)
		if name == backend.Paired && deaf != 0 {
			t.row("monitor", fmt.Sprintf("%s for %s: %s; of what other hosts do it does not hear %s", name, p.Given, why, strings.Join(deaf.Names(), " ")))
		} else if name == backend.Paired {
			t.row("monitor", fmt.Sprintf("%s for %s: %s", name, p.Given, why))
		}
	}
}

func (t table) monitor(c *fam.Config) {
	fmt.Fprintf(t.w, "\n%s\t(fam.monitor)\n", printable.Line(c.ID))
	t.row("path", c.Path)
	t.flag("recursive", c.Recursive)
	t.row("monitor", c.Backend)
}

// modeNames leaves out the default.
var modeNames = map[event.Mode]string{
	event.ModifyOnly:            "Modify",
	event.CloseWriteOrModify:    "CloseWrite or Modify",
	event.CloseWriteAfterModify: "CloseWrite after Modify",
}
