package logging

import (
	"strings"

	"github.com/sirupsen/logrus"
)

// Level is how much of a log somebody wants.
type Level uint8

// The levels, each with all before it.
const (
	LevelError Level = iota
	LevelWarning
	LevelNormal
	LevelInfo
	LevelDebug // all categories
)

// LevelNames are the words for the levels, in order.
var LevelNames = []string{"error", "warning", "normal", "info", "debug"}

// ParseLevel returns the level of that name; false if there is none.
func ParseLevel(name string) (Level, bool) {
	for i, n := range LevelNames {
		if n == name {
			return Level(i), true
		}
	}
	return 0, false
}

// takes reports whether a category belongs to what is wanted.
func (l Level) takes(category string) bool {
	switch category {
	case Error:
		return true
	case Warn:
		return l >= LevelWarning
	case Normal:
		return l >= LevelNormal
	case "Info":
		return l >= LevelInfo
	}
	return l == LevelDebug
}

// Relay sends a log to syslog besides where it goes anyway.
type Relay struct {
	Name    string // of those who log; empty: everything
	Level   Level
	Address string // the path of a socket, or host:port for UDP
}

// relay is a Relay that is open.
type relay struct {
	Relay
	sink *syslogSink
}

func (r *relay) wants(name, category string) bool {
	return (r.Name == "" || r.Name == name) && r.Level.takes(category)
}

func openRelay(r Relay, o Options) (*relay, error) {
	o.syslogNet, o.syslogAddr = "udp", r.Address
	if strings.HasPrefix(r.Address, "/") {
		o.syslogNet = "unixgram"
	}
	sink, err := newSyslog(o)
	if err != nil {
		return nil, err
	}
	return &relay{r, sink}, nil
}

// Named is the log of one name. It has a level of its own if there is one in Options.Levels, and its lines begin with the name.
type Named struct {
	Name string
	// In returns the log that it is part of.
	In func() *Logger
}

// Log logs args as Logger.Log does.
func (n Named) Log(category string, args ...any) { n.In().logAs(n.Name, category, args) }

// Enabled reports whether somebody reads a category of this name.
func (n Named) Enabled(category string) bool { return n.In().reads(n.Name, category) }

// reads reports whether a category goes anywhere.
func (l *Logger) reads(name, category string) bool {
	if l == nil {
		return false
	}
	if l.takes(name, category) {
		return true
	}
	for _, r := range l.places.relays {
		if r.wants(name, category) {
			return true
		}
	}
	return false
}

// takes reports whether a category goes to the places that everything goes to.
func (l *Logger) takes(name, category string) bool {
	if level, ok := l.levels[name]; ok && name != "" {
		return level.takes(category)
	}
	return l.categories.enabled(category)
}

// relayed hands a message to those that asked for it besides.
func (l *Logger) relayed(name, category, text string) {
	for _, r := range l.places.relays {
		if r.wants(name, category) {
			_ = r.sink.Fire(&logrus.Entry{Level: level(category), Data: logrus.Fields{categoryKey: category}, Message: text})
		}
	}
}
