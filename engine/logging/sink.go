package logging

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"lsyncgo/engine/ownfile"
)

// sink is a logrus hook that writes entries to one of two writers.
type sink struct {
	format   logrus.Formatter
	out, err io.Writer // err: warnings and errors
}

// Levels are all: categories were filtered before.
func (s *sink) Levels() []logrus.Level { return logrus.AllLevels }

// Fire never fails: logrus would not ask the other sinks then, and a full disk
// must not silence syslog.
func (s *sink) Fire(e *logrus.Entry) error {
	b, err := s.format.Format(e)
	if err != nil {
		b = []byte(err.Error() + "\n") // all fields are texts and numbers, which can be formatted
	}
	w := s.out
	if e.Level <= logrus.WarnLevel {
		w = s.err
	}
	_, _ = w.Write(b)
	return nil
}

// logFile is a file that can be opened again by its name.
type logFile struct {
	path   string
	format logrus.Formatter

	mu      sync.Mutex // guards all below
	f       *ownfile.File
	lost    int   // messages since the last that was written
	why     error // the last one could not be
	midLine bool  // the file ends within a line
	kept    bool  // the path means another file, which cannot be used; it has been said

	closed bool
}

func openFile(path string, format logrus.Formatter) (*logFile, error) {
	path, err := filepath.Abs(path) // the daemon changes its directory before reopen
	if err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	return &logFile{path: path, format: format, f: f}, nil
}

func open(path string) (*ownfile.File, error) {
	f, err := ownfile.Open(path, ownfile.Append)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("log file: %w; create its directory, allow writing there, or set another logfile", err)
	case err != nil:
		return nil, fmt.Errorf("log file: %w", err)
	}
	return f, nil
}

// warning says what is wrong with the file, though it is used.
func (l *logFile) warning() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.f.Warning
}

// Write writes one message. After some that could not be written, on a full disk, it
// first says how many there were: its readers must not take the log for complete.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.follow()
	if l.lost > 0 {
		p = append(l.lostNotice(), p...)
	}
	n, err := l.f.Write(p)
	if err != nil {
		l.lost++
		l.why = err
		l.midLine = n > 0 && p[n-1] != '\n' || n == 0 && l.midLine
		return n, err
	}
	l.lost, l.midLine = 0, false
	return n, nil
}

// follow opens the path again if it means another file by now, or none: log rotation has moved the file away. Lsyncd,
// too, opens its log by its path for each message. While the new one cannot be used the old one goes on.
func (l *logFile) follow() {
	if l.closed || !l.f.Regular || l.f.InPlace() {
		l.kept = false
		return
	}
	f, err := open(l.path)
	if err == nil {
		_ = l.f.Close() // all of it was written
		l.f, l.kept = f, false
		return
	}
	if !l.kept {
		l.kept = true
		_, _ = l.f.Write(l.line(fmt.Sprintf("%v; until then the log goes on in this file, which has been moved", err)))
	}
}

// lostNotice is the line that stands for what was lost.
func (l *logFile) lostNotice() (p []byte) {
	if l.midLine {
		p = append(p, '\n')
	}
	return append(p, l.line(fmt.Sprintf("messages that are missing here, because they could not be written: %d, the last one with %v", l.lost, l.why))...)
}

// line is a warning of the log about itself.
func (l *logFile) line(message string) []byte {
	b, err := l.format.Format(&logrus.Entry{
		Time: time.Now(), Level: logrus.WarnLevel, Data: logrus.Fields{categoryKey: Warn}, Message: message,
	})
	if err != nil {
		return nil // its fields can be formatted
	}
	return b
}

func (l *logFile) reopen() error {
	f, err := open(l.path)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.f
	l.f = f
	return old.Close()
}

func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return l.f.Close()
}
