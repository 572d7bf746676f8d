package logging

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "unsafe" // for the name of the journal's socket, which cannot be chosen at run time

	"golang.org/x/sys/unix"

	"lsyncgo/engine/message"
	"lsyncgo/engine/printable"
)

//go:linkname journalSocket github.com/coreos/go-systemd/v22/journal.journalSocket
var journalSocket string

// fakeJournal returns a socket that stands for the journal's, and has standard error be a stream into it.
func fakeJournal(t *testing.T) *net.UnixConn {
	t.Helper()
	dir, err := os.MkdirTemp("", "journal") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	old := journalSocket
	t.Cleanup(func() { journalSocket = old })
	journalSocket = filepath.Join(dir, "s")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: journalSocket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(2, &st); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JOURNAL_STREAM", fmt.Sprintf("%d:%d", st.Dev, st.Ino))
	return c
}

// received reads one message by the journal's native protocol: NAME=VALUE lines, or NAME, the length in 8 bytes, and the value.
func received(t *testing.T, c *net.UnixConn) map[string]string {
	t.Helper()
	b := make([]byte, 1<<16)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	for b = b[:n]; len(b) > 0; {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		if name, value, ok := bytes.Cut(line, []byte("=")); ok {
			fields[string(name)], b = string(value), rest
			continue
		}
		size := binary.LittleEndian.Uint64(rest)
		fields[string(line)] = string(rest[8 : 8+size])
		b = rest[8+size+1:]
	}
	return fields
}

func TestJournal(t *testing.T) {
	c := fakeJournal(t)
	var out, bad bytes.Buffer
	l := newLogger(t, Options{Console: true, Stdout: &out, Stderr: &bad, Journal: true, Categories: []string{"Exec"}})
	about := &message.Fields{Kind: message.Retry, Sync: "Sync1", Event: "Modify", Path: "/src/a\nPRIORITY=0\xff", Batch: 7, Ended: true, Exit: 23,
		Duration: time.Second, Events: 2}
	for _, tt := range []struct {
		category string
		args     []any
		want     map[string]string
	}{
		{"Warn", []any{about, "Sync1", ": failed:\n", 23}, map[string]string{"PRIORITY": "4", "MESSAGE": `Warn: Sync1: failed:\n23`, "LSYNCGO_CATEGORY": "Warn",
			"SYSLOG_IDENTIFIER": "lsyncgo", "MESSAGE_ID": message.Retry.Description().ID, "LSYNCGO_SYNC": "Sync1", "LSYNCGO_EVENT": "Modify",
			"LSYNCGO_PATH": "/src/a\nPRIORITY=0\xff", "LSYNCGO_BATCH": "7", "LSYNCGO_EXIT": "23"}},
		{"Normal", []any{&message.Fields{Kind: message.Done, Sync: "s", Path: "/src/a", Ended: true}, "s: done"}, map[string]string{"PRIORITY": "5",
			"MESSAGE": "Normal: s: done", "LSYNCGO_CATEGORY": "Normal", "SYSLOG_IDENTIFIER": "lsyncgo", "MESSAGE_ID": message.Done.Description().ID,
			"LSYNCGO_SYNC": "s", "LSYNCGO_EXIT": "0"}},
		{"Error", []any{printable.Lines("a\nb")}, map[string]string{"PRIORITY": "3", "MESSAGE": "Error: a\n\tb", "LSYNCGO_CATEGORY": "Error", "SYSLOG_IDENTIFIER": "lsyncgo"}},
		{"Exec", []any{"x"}, map[string]string{"PRIORITY": "6", "MESSAGE": "Exec: x", "LSYNCGO_CATEGORY": "Exec", "SYSLOG_IDENTIFIER": "lsyncgo"}},
	} {
		l.Log(tt.category, tt.args...)
		if got := received(t, c); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
	if out.Len()+bad.Len() > 0 {
		t.Errorf("on the console, too: %q %q", out.String(), bad.String())
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	l.Log("Error", "the journal is gone")
	want(t, bad.String(), `^\d\d:\d\d:\d\d Error: the journal is gone\n$`)
}

func TestJournalIdent(t *testing.T) {
	c := fakeJournal(t)
	l := newLogger(t, Options{File: "/dev/stdout", Stdout: new(bytes.Buffer), Journal: true, Ident: "mirror", Facility: "local3"})
	l.Log("Normal", "x")
	if got := received(t, c); got["SYSLOG_IDENTIFIER"] != "mirror" || got["SYSLOG_FACILITY"] != "19" {
		t.Errorf("%q", got)
	}
	if _, err := New(Options{Console: true, Journal: true, Facility: "local9"}); err == nil {
		t.Error("an unknown facility, no error")
	}
}

// The console is the console where it is no stream into the journal, and where JSON is asked for.
func TestNoJournal(t *testing.T) {
	fakeJournal(t)
	stream := os.Getenv("JOURNAL_STREAM")
	for _, tt := range []struct {
		stream  string
		options Options
	}{
		{stream, Options{Journal: true, JSON: true}}, {stream, Options{}}, {"", Options{Journal: true}}, {"1:2", Options{Journal: true}}, {"x", Options{Journal: true}},
	} {
		t.Setenv("JOURNAL_STREAM", tt.stream)
		var out bytes.Buffer
		tt.options.Console, tt.options.Stdout = true, &out
		newLogger(t, tt.options).Log("Normal", "x")
		if out.Len() == 0 {
			t.Errorf("%+v: nothing on the console", tt)
		}
	}
}

func TestJSONFields(t *testing.T) {
	var out bytes.Buffer
	l := newLogger(t, Options{Console: true, Stdout: &out, JSON: true})
	l.Log("Normal", &message.Fields{Kind: message.Done, Sync: "Sync1", Event: "Create", Path: "/src/\xff\n", Batch: 3, Events: 2, Files: 1, Bytes: 10,
		Duration: 1500 * time.Millisecond, Ended: true}, "Sync1", ": done")
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%v, %q", err, out.String())
	}
	delete(got, "time")
	want := map[string]any{"level": "info", "category": "Normal", "msg": "Sync1: done", "kind": "done", "sync": "Sync1", "etype": "Create", "path": "/src/\\xff\n",
		"batch": 3.0, "events": 2.0, "files": 1.0, "bytes": 10.0, "duration": 1.5, "exit": 0.0}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
