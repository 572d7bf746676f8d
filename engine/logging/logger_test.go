package logging

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"

	"lsyncgo/engine/message"
	"lsyncgo/engine/printable"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newLogger returns a Logger that is closed at the end of the test.
func newLogger(t *testing.T, o Options) *Logger {
	t.Helper()
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // some tests have closed it
	return l
}

// §1: -log all, scarce and categories. §2: what is on by default.
func TestEnabled(t *testing.T) {
	for _, tt := range []struct {
		args    []string
		on, off []string
	}{
		{nil, []string{"Error", "Warn", "Normal"}, []string{"Exec", "Info", "Debug", "Mine"}},
		{[]string{"Exec"}, []string{"Error", "Warn", "Normal", "Exec"}, []string{"Info"}},
		{[]string{"Exec", "FWrite", "My_2nd"}, []string{"Exec", "FWrite", "My_2nd"}, []string{"Delay"}},
		{[]string{"all"}, []string{"Error", "Normal", "Exec", "Mine"}, nil},
		{[]string{"scarce"}, []string{"Error", "Warn"}, []string{"Normal", "Exec"}},
		{[]string{"scarce", "Exec"}, []string{"Error", "Warn", "Exec"}, []string{"Normal"}},
		{[]string{"all", "scarce"}, []string{"Error", "Warn"}, []string{"Normal", "Exec"}},
		{[]string{"scarce", "all"}, []string{"Normal", "Exec"}, nil},
	} {
		l := newLogger(t, Options{Categories: tt.args})
		for _, c := range tt.on {
			if !l.Enabled(c) {
				t.Errorf("-log %q: %s is off", tt.args, c)
			}
		}
		for _, c := range tt.off {
			if l.Enabled(c) {
				t.Errorf("-log %q: %s is on", tt.args, c)
			}
		}
	}
}

func TestUnknownCategory(t *testing.T) {
	for arg, want := range map[string]string{
		"exec":    "Exec is meant?",
		"ALL":     "", // a word like any other
		"Scarce":  "",
		"":        "none of all, scarce, Normal, Warn, Error, Alarm, Debug",
		"two Two": "starts with a capital",
		"Ünicode": "starts with a capital",
		"E\nror":  `"E\nror"`,
	} {
		_, err := New(Options{Categories: []string{arg}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("-log %q: %v, want %q", arg, err, want)
		}
	}
}

// §1: standard output, and for warnings and errors standard error.
func TestConsole(t *testing.T) {
	var out, bad bytes.Buffer
	l := newLogger(t, Options{Console: true, Stdout: &out, Stderr: &bad, Categories: []string{"Exec"}})
	l.Log("Normal", "recursive startup rsync: ", "/a/", " -> ", "/b/", 0, 1, true)
	l.Logf("Exec", "%s [%d]", "rsync", 7)
	l.Log("Info", "not wanted")
	l.Logf("Info", "%s", "not wanted")
	l.Log("Warn", "w")
	l.Log("Error", "e")
	want(t, out.String(), `^\d\d:\d\d:\d\d Normal: recursive startup rsync: /a/ -> /b/01true\n\d\d:\d\d:\d\d Exec: rsync \[7\]\n$`)
	want(t, bad.String(), `^\d\d:\d\d:\d\d Warn: w\n\d\d:\d\d:\d\d Error: e\n$`)
}

func want(t *testing.T, got, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(got) {
		t.Errorf("got %q, want %s", got, pattern)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for range 2 { // the second appends
		l := newLogger(t, Options{File: path})
		l.Log("Normal", "--- Startup ---")
		l.Log("Error", "e")
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		l.Log("Normal", "closed") // is lost, and harmless
	}
	const stamp = `[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d \d{4} `
	want(t, read(t, path), `^(`+stamp+`Normal: --- Startup ---\n`+stamp+`Error: e\n){2}$`)
	if st, err := os.Stat(path); err != nil || st.Mode().Perm()&0o133 != 0 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFileCannotBeOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "log")
	_, err := New(Options{File: path, Console: true})
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "create its directory") {
		t.Errorf("got %v", err)
	}
}

// §1: a log file that was moved away is made anew; Lsyncd opens its log for each message.
func TestRotation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	l := newLogger(t, Options{File: path})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	l.Log("Normal", "one")
	must(os.Rename(path, path+".1"))
	l.Log("Normal", "two")
	must(os.Remove(path))
	l.Log("Normal", "three")
	must(os.Rename(path, path+".2"))
	must(os.WriteFile(path, []byte("made by logrotate\n"), 0o600))
	l.Log("Normal", "four")
	must(os.Truncate(path, 0)) // copytruncate
	l.Log("Normal", "five")
	must(os.Rename(path, path+".3"))
	must(os.Mkdir(path, 0o755)) // cannot be used
	l.Log("Normal", "six")
	l.Log("Normal", "seven")
	must(os.Remove(path))
	l.Log("Normal", "eight")
	want(t, read(t, path+".1"), `^[^\n]*: one\n$`)
	want(t, read(t, path+".2"), `^[^\n]*: three\n$`)
	want(t, read(t, path+".3"), `^[^\n]*: five\n[^\n]*goes on in this file[^\n]*\n[^\n]*: six\n[^\n]*: seven\n$`)
	want(t, read(t, path), `^[^\n]*: eight\n$`)
}

// §1: HUP opens the log file again.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	l := newLogger(t, Options{File: "log"})
	l.Log("Normal", "one")
	if err := os.Rename("log", "log.1"); err != nil {
		t.Fatal(err)
	}
	l.Log("Normal", "two")
	t.Chdir("/") // as a daemon does
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Log("Normal", "three")
	want(t, read(t, filepath.Join(dir, "log.1")), `: one\n$`)
	want(t, read(t, filepath.Join(dir, "log")), `^[^\n]*: two\n[^\n]*: three\n$`)

	if err := os.Rename(dir, dir+".gone"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("reopen in a missing directory: %v", err)
	}
	l.Log("Normal", "four")
	want(t, read(t, filepath.Join(dir+".gone", "log")), `: four\n$`)
}

func TestJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var out, bad bytes.Buffer
	l := newLogger(t, Options{Console: true, Stdout: &out, Stderr: &bad, File: path, JSON: true})
	l.Log("Error", &message.Fields{Sync: "Sync1", Exit: 23, Ended: true}, "a\n<b>\xff")
	l.Log("Normal", "plain")
	for _, text := range []string{bad.String(), read(t, path)} {
		var got map[string]any
		if err := json.NewDecoder(strings.NewReader(text)).Decode(&got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want(t, fmt.Sprint(got["time"]), `^\d{4}-\d\d-\d\dT`)
		delete(got, "time")
		if s := fmt.Sprint(got); s != `map[category:Error exit:23 level:error msg:a
<b>\xff sync:Sync1]` {
			t.Errorf("got %s", s)
		}
	}
	if strings.Count(read(t, path), "\n") != 2 || strings.Contains(out.String(), "Sync1") {
		t.Errorf("console %q, file %q", &out, read(t, path))
	}
}

// TestOneSinkFails: the others still get the message.
func TestOneSinkFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := newLogger(t, Options{Console: true, File: path, Stdout: broken{}, Stderr: broken{}})
	l.Log("Error", "first")
	l.Log("Normal", "second")
	want(t, read(t, path), `first\n.*second\n$`)
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestDiscardAndNil(t *testing.T) {
	var none *Logger
	for _, l := range []*Logger{Discard(), none} {
		l.Log("Error", "x")
		l.Logf("Error", "%d", 1)
		l.Log("Normal", "x")
		if err := errors.Join(l.Reopen(), l.Close()); err != nil {
			t.Error(err)
		}
	}
	if none.Enabled("Error") || !Discard().Enabled("Normal") || Discard().Enabled("Exec") {
		t.Error("wrong categories")
	}
}

func TestConcurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := newLogger(t, Options{File: path})
	var all sync.WaitGroup
	const writers, each = 8, 200
	for i := range writers {
		all.Go(func() {
			for range each {
				l.Log("Normal", strings.Repeat(fmt.Sprint(i), 100))
			}
		})
	}
	all.Go(func() {
		for range 20 {
			if err := l.Reopen(); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	text := read(t, path)
	if n := strings.Count(text, "\n"); n != writers*each {
		t.Errorf("%d lines", n)
	}
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		_, msg, _ := strings.Cut(s.Text(), "Normal: ")
		if len(msg) != 100 || strings.Trim(msg, msg[:1]) != "" {
			t.Fatalf("torn line %q", s.Text())
		}
	}
}

// §2 log. FuzzForge: whatever is in category and message, the log has one line for it, of
// printable UTF-8 that begins with the time and the category.
func FuzzForge(f *testing.F) {
	f.Add("Normal", "a\n15:04:05 Error: forged")
	f.Add("Normal", "\r\x1b[2J\x00\x7f\x85")
	f.Add("Normal", "\u2028\u2029\u202e\u0085\u00a0\ufeff")
	f.Add("Normal", "\xff\xfe\xc3")
	f.Add("Mine\n", "x")
	f.Add("Normal", "ümlaut 日本 \ufffd")
	f.Fuzz(func(t *testing.T, category, msg string) {
		var out, js, bad bytes.Buffer
		for _, o := range []Options{{Stdout: &out}, {Stdout: &js, JSON: true}} {
			o.Console, o.Stderr, o.Categories = true, &bad, []string{"all"}
			l := newLogger(t, o)
			l.Log(category, msg)
			if o.JSON {
				out := js.Bytes()
				if bad.Len() > 0 {
					out = bad.Bytes()[bytes.IndexByte(bad.Bytes(), '\n')+1:]
				}
				if !json.Valid(out) || bytes.Count(out, []byte("\n")) != 1 {
					t.Fatalf("not a line of JSON: %q", out)
				}
				continue
			}
			line := out.String() + bad.String()
			text, ok := strings.CutSuffix(line, "\n")
			if !ok || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 || r == '\u2028' || r == '\u202e' }) {
				t.Fatalf("forged line %q", line)
			}
			if utf8.ValidString(msg) && !strings.ContainsFunc(msg, func(r rune) bool { return r > 0x7e || r < ' ' }) && !strings.HasSuffix(text, ": "+msg) {
				t.Fatalf("printable %q became %q", msg, text)
			}
		}
	})
}

// §2 log: what a script logs keeps its lines, and none of them passes for another message. What the
// engine logs is one line, whatever name is in it.
func TestSeveralLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var out, js bytes.Buffer
	const forged = "two\x1b[2J\n15:04:05 Error: forged\n"
	for _, o := range []Options{{Stdout: &out, File: path}, {Stdout: &js, JSON: true}} {
		o.Console, o.Stderr = true, io.Discard
		l := newLogger(t, o)
		l.Log("Normal", printable.Lines("one\n"+forged))
		l.Log("Normal", "name ", forged)
	}
	const text = `Normal: one\n\ttwo\\x1b\[2J\n\t15:04:05 Error: forged\n.* Normal: name two\\x1b\[2J\\n15:04:05 Error: forged\\n\n$`
	want(t, out.String(), `^\d\d:\d\d:\d\d `+text)
	want(t, read(t, path), `^.* \d\d\d\d `+text)
	want(t, js.String(), `"msg":"one\\ntwo\\u001b\[2J\\n15:04:05 Error: forged\\n"`)
	if strings.Contains(js.String(), "lines") {
		t.Errorf("a field that nobody set: %s", &js)
	}
}

// §2: the categories that users name.
func TestKnownCategoriesAreWords(t *testing.T) {
	if !slices.IsSorted(slices.Sorted(slices.Values(known))) || slices.ContainsFunc(known, func(k string) bool { return !isCategory(k) }) {
		t.Error(known)
	}
}

func BenchmarkDisabled(b *testing.B) {
	l := Discard()
	for b.Loop() {
		l.Log("Exec", "rsync")
	}
}

func BenchmarkFile(b *testing.B) {
	l, err := New(Options{File: filepath.Join(b.TempDir(), "log")})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	for b.Loop() {
		l.Log("Normal", "recursive startup rsync: ", "/a/", " -> ", "/b/")
	}
}
