// Package logging is Lsyncd's log categories over logrus: to the console, a log
// file and syslog, as lines or as JSON. No message, whatever file name is in it,
// can break its line or forge another.
package logging

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sirupsen/logrus"

	"lsyncgo/engine/message"
	"lsyncgo/engine/printable"
)

// Options says where the log goes; it may go to several places, or nowhere.
type Options struct {
	// Categories as given to -log, in order; see Logger.Enabled.
	Categories []string
	// File is the log file, appended to, created with mode 0644 less the umask, so that
	// who reads Lsyncd's can read this one; see ownfile for what is refused. Empty: none. The name of a stream that the
	// process has open (see Stream) means that stream, and then the console does not
	// show everything a second time.
	File string
	// Syslog sends the log to the local syslog with Facility (default "user") and Ident
	// (default "lsyncgo").
	Syslog          bool
	Facility, Ident string
	// Console writes the log to Stdout and, warnings and errors, to Stderr
	// (default: those of the process).
	Console        bool
	Stdout, Stderr io.Writer
	// JSON writes to console and file one JSON object per line with time, level,
	// category, msg and the fields of message.Fields. Syslog has a format of its own.
	JSON bool
	// Journal has what is for the console go to systemd's journal with fields, if the console is the journal and JSON is not
	// set. The journal gets the time from elsewhere, and Ident and Facility as syslog does.
	Journal bool
	// Levels are how much is wanted of who logs under a name; of others as Categories say.
	Levels map[string]Level
	// Relays get what is logged besides.
	Relays []Relay

	syslogNet, syslogAddr string // tests: where syslog is
}

// Logger writes to the places of its Options. Any goroutine may use it. A nil
// Logger discards everything.
type Logger struct {
	categories categories
	levels     map[string]Level
	entry      *logrus.Entry
	places     *places
}

// places are what Reopen and Close work on.
type places struct {
	file   *logFile  // nil: none
	syslog io.Closer // nil: none
	relays []*relay
}

// New opens the places. Errors: an unknown category or facility, a log file that
// cannot be opened, no syslog; nothing is left open then.
func New(o Options) (*Logger, error) {
	on, err := parseCategories(o.Categories)
	if err != nil {
		return nil, err
	}
	l := &Logger{categories: on, levels: o.Levels, places: &places{}}
	lr := logrus.New()
	lr.SetOutput(io.Discard)
	lr.SetFormatter(silent{}) // the hooks below do the writing
	lr.SetLevel(logrus.TraceLevel)
	l.entry = logrus.NewEntry(lr)
	if o.Syslog {
		hook, err := newSyslog(o)
		if err != nil {
			return nil, err
		}
		lr.AddHook(hook)
		l.places.syslog = hook
	}
	for _, r := range o.Relays {
		opened, err := openRelay(r, o)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		l.places.relays = append(l.places.relays, opened)
	}
	if s := Stream(o.File); s != None {
		w := o.streams()[s]
		hook, err := withJournal(&sink{formatter(o.JSON, fileTime), w, w}, o)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		lr.AddHook(hook)
		return l, nil
	}
	if o.File != "" {
		format := formatter(o.JSON, fileTime)
		if l.places.file, err = openFile(o.File, format); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		lr.AddHook(&sink{format, l.places.file, l.places.file})
		defer func() {
			if warning := l.places.file.warning(); warning != "" {
				l.Log(Warn, "log file: ", warning)
			}
		}()
	}
	if o.Console {
		w := o.streams()
		console := &sink{formatter(o.JSON, consoleTime), w[Stdout], w[Stderr]}
		hook, err := withJournal(console, o)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		lr.AddHook(hook)
	}
	return l, nil
}

// Discard returns a Logger that writes nothing and on which only the categories
// that are on by default are enabled.
func Discard() *Logger {
	l, _ := New(Options{}) // opens nothing, so cannot fail
	return l
}

// Enabled reports whether category is logged: Error and Warn always, Normal unless
// "scarce", others if they or "all" are in Options.Categories, or a relay wants them.
func (l *Logger) Enabled(category string) bool { return l.reads("", category) }

// Log logs args, joined without separators, if category is enabled. In the lines of console
// and file it is one line, whatever the args hold, unless printable.Lines is among them. A *message.Fields among them
// is what the message is about.
func (l *Logger) Log(category string, args ...any) { l.logAs("", category, args) }

// logAs logs under a name; "": under none.
func (l *Logger) logAs(name, category string, args []any) {
	if !l.reads(name, category) {
		return
	}
	var b strings.Builder
	if name != "" {
		b.WriteString(name + ": ")
	}
	var beside aspects
	for _, a := range args {
		switch a := a.(type) {
		case printable.Lines:
			beside.several = true
		case *message.Fields:
			beside.about = a
			continue
		}
		fmt.Fprint(&b, a)
	}
	l.relayed(name, category, b.String())
	if !l.takes(name, category) {
		return
	}
	if beside != (aspects{}) {
		l.entry.WithContext(beside.context()).WithField(categoryKey, category).Log(level(category), b.String())
		return
	}
	l.write(category, b.String())
}

// Logf logs a formatted message if category is enabled.
func (l *Logger) Logf(category, format string, args ...any) {
	if l.Enabled(category) {
		l.write(category, fmt.Sprintf(format, args...))
	}
}

func (l *Logger) write(category, text string) {
	l.entry.WithField(categoryKey, category).Log(level(category), text)
}

// Reopen opens the log file again by its name, for log rotation that has moved it away.
// Error: the old file stays in use.
func (l *Logger) Reopen() error {
	if l == nil || l.places.file == nil {
		return nil
	}
	return l.places.file.reopen()
}

// Close closes log file and syslog. What is logged after that reaches the console only.
func (l *Logger) Close() error {
	if l == nil {
		return nil
	}
	var errs []error
	if l.places.file != nil {
		errs = append(errs, l.places.file.Close())
	}
	if l.places.syslog != nil {
		errs = append(errs, l.places.syslog.Close())
	}
	for _, r := range l.places.relays {
		errs = append(errs, r.sink.Close())
	}
	return errors.Join(errs...)
}

// level is what a category is to logrus and in JSON.
func level(category string) logrus.Level {
	switch category {
	case Error:
		return logrus.ErrorLevel
	case Warn:
		return logrus.WarnLevel
	case Normal:
		return logrus.InfoLevel
	}
	return logrus.DebugLevel
}
