//go:build unix

package logging

import (
	"bytes"
	"strings"
	"testing"
)

// TASKS §1, Logging: a name has a level of its own; of others the categories decide.
func TestLevelOfAName(t *testing.T) {
	for _, tt := range []struct {
		level Level
		want  string
	}{
		{LevelError, "Error"}, {LevelWarning, "Error Warn"}, {LevelNormal, "Error Warn Normal"}, {LevelInfo, "Error Warn Normal Info"},
		{LevelDebug, "Error Warn Normal Info Task Mine"},
	} {
		var out bytes.Buffer
		l := newLogger(t, Options{Console: true, Stdout: &out, Stderr: &out, Categories: []string{"scarce"}, Levels: map[string]Level{"sched": tt.level}})
		named, other := Named{"sched", func() *Logger { return l }}, Named{"other", func() *Logger { return l }}
		var said []string
		for _, category := range []string{"Error", "Warn", "Normal", "Info", "Task", "Mine"} {
			out.Reset()
			named.Log(category, "text")
			if enabled := out.Len() > 0; enabled != named.Enabled(category) {
				t.Errorf("%s of %s is enabled: %t", category, LevelNames[tt.level], !enabled)
			} else if enabled {
				said = append(said, category)
				want(t, out.String(), `^..:..:.. `+category+`: sched: text\n$`)
			}
		}
		if strings.Join(said, " ") != tt.want {
			t.Errorf("%s takes %q", LevelNames[tt.level], said)
		}
		out.Reset()
		other.Log("Normal", "text")
		l.Log("Normal", "text")
		if out.Len() > 0 || other.Enabled("Normal") || !other.Enabled("Warn") {
			t.Errorf("logged %s", out.String())
		}
	}
}

// TASKS §1, Logging: syslog{} for one name or all, besides where the log goes anyway.
func TestRelays(t *testing.T) {
	all, o := listen(t)
	mine, o2 := listen(t)
	var out bytes.Buffer
	l := newLogger(t, Options{Console: true, Stdout: &out, Stderr: &out, Categories: []string{"scarce"}, Ident: "me", Relays: []Relay{
		{Level: LevelWarning, Address: o.syslogAddr}, {Name: "sched", Level: LevelDebug, Address: o2.syslogAddr}}})
	l.Log("Normal", "to nobody")
	Named{"sched", func() *Logger { return l }}.Log("Task", "a detail")
	Named{"other", func() *Logger { return l }}.Log("Task", "to nobody")
	l.Log("Warn", "a\nwarning")
	b := make([]byte, 1000)
	n, err := all.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(b[:n]), `^<12>.* me\[\d+\]: Warn, a\\nwarning\n$`)
	n, err = mine.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(b[:n]), `^<14>.*: Task, sched: a detail\n$`)
	if strings.Contains(out.String(), "detail") || l.Enabled("Info") || !l.Enabled("Warn") {
		t.Errorf("the console got %s", out.String())
	}
	if _, err := New(Options{Relays: []Relay{{Address: "/nowhere/socket"}}}); err == nil {
		t.Error("a socket that is not there was connected to")
	}
}
