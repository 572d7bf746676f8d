package status

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"lsyncgo/engine/printable"
)

// WriteJSON writes s as one indented JSON object and a newline. A reader of JSON gets names as
// they are (bytes that are not UTF-8 as \xNN); in the text itself nothing is raw that a terminal would obey.
func WriteJSON(w io.Writer, s Snapshot) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s.UTF8()); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(b.Bytes()))
	return err
}

// Paint marks a text that tells of a state, as a terminal shows it; nil leaves it as it is.
type Paint func(s State, text string) string

// WriteText writes s for people: how many syncs are in which state, one line for the daemon and one for each sync, and below
// it what runs for a sync that is not in step, and how it failed last.
func WriteText(w io.Writer, s Snapshot) error { return WritePainted(w, s, nil) }

// WritePainted is WriteText with marks.
func WritePainted(w io.Writer, s Snapshot, paint Paint) error {
	s = s.Printable()
	if paint == nil {
		paint = func(_ State, text string) string { return text }
	}
	r := report{w: w, paint: paint}
	r.line("%s", s.Summary())
	r.line("%s", daemonText(s))
	for i := range s.Syncs {
		r.people(s.At, &s.Syncs[i], len(s.Daemon.Monitors) > 1)
	}
	for i := range s.Tunnels {
		r.tunnel(s.At, &s.Tunnels[i])
	}
	for i := range s.Watches {
		r.watch(&s.Watches[i])
	}
	if s.Tasks != nil {
		r.tasks(s.At, s.Tasks)
	}
	return r.err
}

func daemonText(s Snapshot) string {
	d := s.Daemon
	line := fmt.Sprintf("lsyncgo %s, pid %d, up %s", d.Version, d.PID, age(s.At.Sub(d.Started)))
	if d.Config != "" {
		line += ", config " + d.Config
	}
	line += ", monitor " + d.Monitor + " (" + printable.Count(d.Watched, "directory", "directories")
	if d.Polled > 0 {
		line += fmt.Sprintf(", %d more polled", d.Polled)
	}
	if n := d.walked(); n > 0 {
		line += fmt.Sprintf(", %d looked at so far", n)
	}
	line += "), " + printable.Count(d.Running, "process", "processes")
	if d.MaxProcesses > 0 {
		line += fmt.Sprintf(" of at most %d", d.MaxProcesses)
	}
	return line
}

// walked is how far the walks have come that place watches now.
func (d *Daemon) walked() (n int) {
	for _, m := range d.Monitors {
		n += m.Walked
	}
	return n
}

// people describes one sync, with its monitor if it is one of several.
func (r *report) people(now time.Time, s *Sync, several bool) {
	route := s.Source
	if s.Given != "" {
		route += " (where " + s.Given + " leads)"
	}
	if s.Target != "" {
		route += " -> " + s.Target
	}
	if several && s.Monitor != "" {
		route += ", monitor " + s.Monitor
	}
	r.line("%s: %s, %s", s.Name, r.paint(s.State, stateText(s)), route)
	if s.Walked > 0 {
		r.line("  looking through the source: %s so far", printable.Count(s.Walked, "directory", "directories"))
	}
	if len(s.NotMounted) > 0 {
		r.line("  not mounted: %s", strings.Join(s.NotMounted, ", "))
	}
	if s.Pending > 0 {
		r.line("  %d pending (%d waiting, %d blocked, %d active), oldest %s",
			s.Pending, s.Waiting, s.Blocked, s.Active, age(s.OldestAge))
	}
	if s.Retrying > 0 {
		r.line("  %d retrying, next in %s", s.Retrying, age(max(0, s.NextRetry.Sub(now))))
	}
	for _, p := range s.Running {
		r.line("  running for %s: %s", age(now.Sub(p.Since)), p.Describe)
	}
	for _, path := range s.Degraded {
		r.line("  failed: %s", path)
	}
	if s.LastError != nil {
		r.failure(now, s.LastError)
	}
}

func (r *report) tunnel(now time.Time, t *Tunnel) {
	r.line("tunnel %s: %d of %d ready", t.Name, t.Ready, t.Wanted)
	for _, p := range t.Running {
		r.line("  running for %s: %s", age(now.Sub(p.Since)), p.Describe)
	}
	if t.LastError != nil {
		r.failure(now, t.LastError)
	}
}

func (r *report) watch(w *Watch) {
	line := fmt.Sprintf("\nwatch %s: %s", w.Name, w.State)
	if w.Reason != "" {
		line += ": " + w.Reason
	}
	r.line("%s", line)
	line = "  " + w.Path
	if w.Monitor != "" {
		line += fmt.Sprintf(", monitor %s, %s", w.Monitor, printable.Count(w.Watched, "kernel watch", "kernel watches"))
	}
	r.line("%s", line)
	r.line("  events: %s", strings.Join(w.Events, " "))
}

func (r *report) tasks(now time.Time, t *Tasks) {
	r.line("tasks: %d waiting, %d running", t.Waiting, t.Running)
	for _, one := range t.List {
		when := "due in " + age(max(0, one.Due.Sub(now)))
		if one.Due.IsZero() {
			when = one.State + " for " + age(max(0, now.Sub(one.Since)))
		}
		r.line("  %s: %s, %s, %s, task %s", one.Scheduler, one.Path, one.Event, when, one.ID)
	}
	if more := t.Waiting + t.Running - len(t.List); more > 0 {
		r.line("  and %d more", more)
	}
}

func (r *report) failure(now time.Time, f *Failure) {
	r.line("  last error %s ago: %s", age(now.Sub(f.When)), f.Text)
	if f.Remedy != "" {
		r.line("    what to do: %s", f.Remedy)
	}
	if f.Command != "" {
		r.line("    exit code %d: %s", f.Code, f.Command)
	}
	for _, l := range f.Tail {
		r.line("    | %s", l)
	}
}

// age rounds to what a person wants to know: two units at most.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd%02dh", d/day, d%day/time.Hour)
}
