package status

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"lsyncgo/engine/ownfile"
)

// WriteFile replaces the content of the status file at path by a report of s. A file that is not there is made, with mode
// 0644 less the umask. Readers see the old report or the whole new one, never half of it, unless the file cannot be
// replaced, see ownfile. The warning says why others can change the file; the error names what could not be done.
func WriteFile(path string, s Snapshot) (warning string, err error) {
	warning, err = ownfile.Replace(path, func(w io.Writer) error { return WriteReport(w, s) })
	if err != nil {
		return "", fmt.Errorf("status file: %w", err)
	}
	return warning, nil
}

// WriteReport writes the text of the status file: the lines that plugins for
// Lsyncd's status file look for, in its order, and after the counts of each sync its
// state and last error, and at the end the tasks, if there are any. Names are printable: none can make up a line.
func WriteReport(w io.Writer, s Snapshot) error {
	s = s.Printable()
	r := report{w: w}
	r.line("Lsyncd status report at %s\n", s.At.Format("Mon Jan _2 15:04:05 2006"))
	for i := range s.Syncs {
		r.sync(&s.Syncs[i])
	}
	// Lsyncd lists them, too, which of a million directories nobody reads.
	r.line("Inotify watching %d directories", s.Daemon.Watched)
	if s.Tasks != nil {
		r.tasks(s.At, s.Tasks)
	}
	return r.err
}

// report writes lines until one fails.
type report struct {
	w   io.Writer
	err error
	buf bytes.Buffer

	paint Paint // of WritePainted
}

func (r *report) line(format string, args ...any) {
	if r.err != nil {
		return
	}
	r.buf.Reset()
	fmt.Fprintf(&r.buf, format, args...)
	r.buf.WriteByte('\n')
	_, r.err = r.w.Write(r.buf.Bytes())
}

func (r *report) sync(s *Sync) {
	r.line("%s source=%s", s.Name, s.Source)
	r.line("There are %d delays", s.Pending)
	if s.Delays != nil {
		for d := range s.Delays {
			r.delay(d)
		}
	}
	// 2.2 always has its list "Filtering:" of filters, with "nothing" below it for want of any; 2.1 had "Excluding:".
	r.patterns("Filtering:", s.Filters, true)
	r.patterns("Excluding:", s.Excludes, false)
	r.line("State: %s", stateText(s))
	if len(s.NotMounted) > 0 {
		r.line("Not mounted: %s", strings.Join(s.NotMounted, ", "))
	}
	if s.LastError != nil {
		r.line("Last error: %s", s.LastError.Text)
	}
	r.line("\n")
}

func (r *report) delay(d Delay) {
	if r.err != nil {
		return
	}
	// By hand, as there may be a million: an eighth of the time of Fprintf.
	b := r.buf.AvailableBuffer()
	b = append(b, d.Status...)
	for range 6 - len(d.Status) {
		b = append(b, ' ')
	}
	b = append(append(append(b, ' '), d.Kind...), " /"...)
	b = append(b, d.Path...)
	if d.Dest != "" {
		b = append(append(b, " -> /"...), d.Dest...)
	}
	_, r.err = r.w.Write(append(b, '\n'))
}

func (r *report) patterns(head string, list []string, always bool) {
	if len(list) == 0 && !always {
		return
	}
	r.line("%s", head)
	for _, p := range list {
		r.line("%s", p)
	}
	if len(list) == 0 {
		r.line("  nothing.")
	}
}

func stateText(s *Sync) string {
	text := string(s.State)
	if s.Reason != "" {
		text += " (" + s.Reason + ")"
	}
	return text
}
