package logging

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/sirupsen/logrus"
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
		b = []byte(err.Error() + "\n") // With has seen to it that all fields can be formatted
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
	path string

	mu sync.Mutex // guards f
	f  *os.File
}

func openFile(path string) (*logFile, error) {
	path, err := filepath.Abs(path) // the daemon changes its directory before reopen
	if err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	return &logFile{path: path, f: f}, nil
}

func open(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("log file: %w; create its directory, allow writing there, or set another logfile", err)
	}
	return f, nil
}

func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.f.Write(p)
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
	return l.f.Close()
}
