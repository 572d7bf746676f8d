//go:build unix

package logging

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// listen returns a socket that stands for the syslog daemon's.
func listen(t *testing.T) (*net.UnixConn, Options) {
	t.Helper()
	dir, err := os.MkdirTemp("", "log") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c, Options{Syslog: true, syslogNet: "unixgram", syslogAddr: path}
}

// §1: where a daemon without a log file logs. §2: logfacility, logident.
func TestSyslog(t *testing.T) {
	c, o := listen(t)
	o.Categories = []string{"Exec"}
	for _, tt := range []struct {
		facility, ident, category, pattern string
	}{
		{"", "", "Normal", `^<13>.* lsyncgo\[\d+\]: Normal, a\\nb\n$`},
		{"", "", "Error", `^<11>.*: Error, `},
		{"", "", "Warn", `^<12>.*: Warn, `},
		{"", "", "Exec", `^<14>.*: Exec, `},
		{"daemon", "lsyncd", "Normal", `^<29>.* lsyncd\[\d+\]: Normal, `},
		{"LOCAL7", "", "Error", `^<187>`},
	} {
		o.Facility, o.Ident = tt.facility, tt.ident
		l := newLogger(t, o)
		l.Log("Info", "not wanted")
		l.Log(tt.category, "a\nb")
		b := make([]byte, 1000)
		n, err := c.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		want(t, string(b[:n]), tt.pattern)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		l.Log("Error", "closed") // must not connect again
	}
}

func TestSyslogErrors(t *testing.T) {
	_, o := listen(t)
	o.Facility = "local8"
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "auth, authpriv, cron, daemon") {
		t.Errorf("unknown facility: %v", err)
	}
	o.Facility, o.syslogAddr = "", "/no/such/socket"
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), "-nodaemon") {
		t.Errorf("no syslog: %v", err)
	}
	_, o = listen(t)
	o.File = "/no/such/dir/log"
	if _, err := New(o); err == nil {
		t.Error("no log file, no error")
	}
}
