package logging

import (
	"context"
	"maps"
	"time"

	"github.com/sirupsen/logrus"

	"lsyncgo/engine/message"
	"lsyncgo/engine/printable"
)

const (
	categoryKey = "category"
	consoleTime = "15:04:05"
	fileTime    = time.ANSIC // as Lsyncd's log files have it
)

// formatter returns the format of console and file.
func formatter(json bool, layout string) logrus.Formatter {
	if json {
		return jsonLine{logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano, DisableHTMLEscape: true}}
	}
	return line{layout}
}

// line is Lsyncd's format: time, category, text.
type line struct{ layout string }

func (f line) Format(e *logrus.Entry) ([]byte, error) {
	b := make([]byte, 0, len(f.layout)+len(e.Message)+16)
	b = e.Time.AppendFormat(b, f.layout)
	b = append(b, ' ')
	b = printable.AppendLine(b, category(e))
	b = append(b, ": "...)
	if aspectsOf(e).several {
		b = printable.AppendText(b, e.Message)
	} else {
		b = printable.AppendLine(b, e.Message)
	}
	return append(b, '\n'), nil
}

// syslogLine is Lsyncd's text for syslog, which adds time and ident itself.
type syslogLine struct{}

func (syslogLine) Format(e *logrus.Entry) ([]byte, error) {
	b := printable.AppendLine(nil, category(e))
	b = append(b, ", "...)
	return printable.AppendLine(b, e.Message), nil
}

// aspects are what an entry carries beside its text.
type aspects struct {
	several bool            // the newlines are meant
	about   *message.Fields // nil: nothing is known
}

type aspectsKey struct{}

func (a aspects) context() context.Context {
	return context.WithValue(context.Background(), aspectsKey{}, a)
}

func aspectsOf(e *logrus.Entry) aspects {
	if e.Context == nil {
		return aspects{}
	}
	a, _ := e.Context.Value(aspectsKey{}).(aspects)
	return a
}

// jsonLine is JSON with the bytes kept that are not UTF-8, and nothing raw that a terminal would obey.
type jsonLine struct{ f logrus.JSONFormatter }

func (j jsonLine) Format(e *logrus.Entry) ([]byte, error) {
	c := *e
	c.Message = printable.UTF8(e.Message)
	if about := aspectsOf(e).about; about != nil {
		c.Data = maps.Clone(e.Data)
		maps.Copy(c.Data, jsonFields(about))
	}
	b, err := j.f.Format(&c)
	return printable.JSON(b), err
}

// silent is the format of the output that is not used.
type silent struct{}

func (silent) Format(*logrus.Entry) ([]byte, error) { return nil, nil }

func category(e *logrus.Entry) string { return e.Data[categoryKey].(string) }
