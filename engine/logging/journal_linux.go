package logging

import (
	"cmp"
	"strconv"

	"github.com/coreos/go-systemd/v22/journal"
	"github.com/sirupsen/logrus"

	"lsyncgo/engine/printable"
)

// journalSink is a logrus hook that sends entries to systemd's journal, each with its fields.
type journalSink struct {
	*sink    // for what the journal does not take
	ident    string
	facility string // its number; empty: none
}

// withJournal returns the hook for the console: the journal, if that is wanted and the console is a stream into it.
func withJournal(console *sink, o Options) (logrus.Hook, error) {
	if !o.Journal || o.JSON {
		return console, nil
	}
	// A malformed JOURNAL_STREAM says no more than that the console is something else.
	if is, err := journal.StderrIsJournalStream(); err != nil || !is || !journal.Enabled() {
		return console, nil
	}
	facility, err := facilityOf(o)
	if err != nil {
		return nil, err
	}
	j := &journalSink{sink: console, ident: cmp.Or(o.Ident, "lsyncgo")}
	if o.Facility != "" {
		j.facility = strconv.Itoa(int(facility) >> 3) // the lower bits are a severity
	}
	return j, nil
}

// priorities are those of syslog, see syslogSink.
var priorities = map[logrus.Level]journal.Priority{
	logrus.ErrorLevel: journal.PriErr, logrus.WarnLevel: journal.PriWarning, logrus.InfoLevel: journal.PriNotice,
}

// Fire never fails, see sink.Fire. What is one line elsewhere is one here, too: journalctl hides messages with control characters.
func (j *journalSink) Fire(e *logrus.Entry) error {
	text := printable.Line(e.Message)
	if aspectsOf(e).several {
		text = printable.Text(e.Message)
	}
	priority, ok := priorities[e.Level]
	if !ok {
		priority = journal.PriInfo
	}
	fields := journalFields(e)
	fields["SYSLOG_IDENTIFIER"] = j.ident
	if j.facility != "" {
		fields["SYSLOG_FACILITY"] = j.facility
	}
	if journal.Send(printable.Line(category(e))+": "+text, priority, fields) != nil {
		return j.sink.Fire(e) // the stream outlasts a journal that is being restarted
	}
	return nil
}
