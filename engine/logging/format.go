package logging

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"
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
	b = appendEscaped(b, category(e))
	b = append(b, ": "...)
	b = appendEscaped(b, e.Message)
	return append(b, '\n'), nil
}

// syslogLine is Lsyncd's text for syslog, which adds time and ident itself.
type syslogLine struct{}

func (syslogLine) Format(e *logrus.Entry) ([]byte, error) {
	b := appendEscaped(nil, category(e))
	b = append(b, ", "...)
	return appendEscaped(b, e.Message), nil
}

// jsonLine is JSON with the bytes kept that are not UTF-8.
type jsonLine struct{ f logrus.JSONFormatter }

func (j jsonLine) Format(e *logrus.Entry) ([]byte, error) {
	c := *e
	c.Message = validUTF8(e.Message)
	return j.f.Format(&c)
}

// silent is the format of the output that is not used.
type silent struct{}

func (silent) Format(*logrus.Entry) ([]byte, error) { return nil, nil }

func category(e *logrus.Entry) string { return e.Data[categoryKey].(string) }

// appendEscaped appends s with every byte escaped, as Go writes it, that is not
// printable UTF-8: a file name must not end a line, move the cursor or turn the
// direction of writing.
func appendEscaped(b []byte, s string) []byte {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b = appendHex(b, s[0])
		case strconv.IsPrint(r):
			b = append(b, s[:n]...)
		default:
			q := strconv.AppendQuoteRune(nil, r)
			b = append(b, q[1:len(q)-1]...)
		}
		s = s[n:]
	}
	return b
}

// validUTF8 returns s with the bytes escaped that are not UTF-8, which JSON cannot carry.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b bytes.Buffer
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			b.Write(appendHex(nil, s[0]))
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

func appendHex(b []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'x', digits[c>>4], digits[c&15])
}
