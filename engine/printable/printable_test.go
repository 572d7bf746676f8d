package printable

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// The one spelling, wherever a name is shown.
func TestSpelling(t *testing.T) {
	for _, c := range []struct{ in, line, quoted string }{
		{"", "", `""`},
		{`ümlaut 日本 'x' \back 👍`, `ümlaut 日本 'x' \back 👍`, `"ümlaut 日本 'x' \\back 👍"`},
		{"a\nb\tc\rd\ae\x00", `a\nb\tc\x0dd\x07e\x00`, `"a\nb\tc\x0dd\x07e\x00"`},
		{"\x1b]0;owned\a\x1b[2J", `\x1b]0;owned\x07\x1b[2J`, `"\x1b]0;owned\x07\x1b[2J"`},
		{"del\x7f csi\u009b nel\u0085", `del\x7f csi\xc2\x9b nel\xc2\x85`, `"del\x7f csi\xc2\x9b nel\xc2\x85"`},
		{"\xff\xc3", `\xff\xc3`, `"\xff\xc3"`},
		{"\ufffd", "\ufffd", "\"\ufffd\""}, // the character itself, not a byte that is none
		{"\u202etxt.exe\u2066", `\xe2\x80\xaetxt.exe\xe2\x81\xa6`, `"\xe2\x80\xaetxt.exe\xe2\x81\xa6"`},
		{"a\u2028b\u2029c\u00a0d\ufeff", `a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\xa0d\xef\xbb\xbf`, `"a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\xa0d\xef\xbb\xbf"`},
		{`say "x"`, `say "x"`, `"say \"x\""`},
	} {
		if got := Line(c.in); got != c.line {
			t.Errorf("Line(%q) = %s, want %s", c.in, got, c.line)
		}
		if got := Quote(c.in); got != c.quoted {
			t.Errorf("Quote(%q) = %s, want %s", c.in, got, c.quoted)
		}
		if Is(c.in) != (c.in == c.line) {
			t.Errorf("Is(%q) = %t", c.in, Is(c.in))
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"one":            "one",
		"one\ntwo\n":     "one\n\ttwo",
		"one\n\ttwo\x1b": "one\n\ttwo\\x1b",
		"a\r\n\nb":       "a\\x0d\n\t\n\tb",
		"\n":             "",
	} {
		if got := Text(in); got != want || Text(got) != got {
			t.Errorf("Text(%q) = %q, again %q", in, got, Text(got))
		}
	}
}

func TestWriter(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, part := range []string{"a\tb\n", "\x1b[2J", "\xe2", "\x80", "\xae.\xc3", "\xbc\xff\xf0\x9f", "x\n"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("%q: %d, %v", part, n, err)
		}
	}
	if got, want := b.String(), "a\tb\n\\x1b[2J\\xe2\\x80\\xae.ü\\xff\\xf0\\x9fx\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := NewWriter(broken{}).Write([]byte("x")); err == nil {
		t.Error("no error of the output")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

// odd is what must not come out; kept says which control characters may.
func odd(s, kept string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune(kept, r) && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp))
	})
}

// §2 log, §10: no file name makes up a line. §1.
func FuzzSpelling(f *testing.F) {
	for _, s := range []string{"", "plain", "a\nb", `a\nb`, "\xff\xfe", "ü \u202e\u2028", "\x7f\x00", `\\x0a"'`, "\u00a0", "\U000e0001\U0001f44d\u0085"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, text := Line(s), Text(s)
		if odd(line, "") || Line(line) != line || !Is(line) || Is(s) != (line == s) {
			t.Fatalf("Line: %q", line)
		}
		if odd(text, "\n\t") || Text(text) != text {
			t.Fatalf("Text: %q", text)
		}
		for i, l := range strings.Split(text, "\n") {
			if i > 0 && !strings.HasPrefix(l, "\t") {
				t.Fatalf("Text: %q begins like a message", l)
			}
		}
		if odd(Quote(s), "") || odd(ShellQuote(s), "") {
			t.Fatalf("%q %q", Quote(s), ShellQuote(s))
		}
		var b bytes.Buffer
		w := NewWriter(&b)
		half := len(s) / 2
		_, _ = w.Write([]byte(s[:half]))
		_, _ = w.Write([]byte(s[half:] + "."))
		if odd(b.String(), "\n\t") || Line(strings.ReplaceAll(s, "\t", "")+".") != Line(strings.ReplaceAll(b.String(), "\t", "")) {
			t.Fatalf("Writer: %q", b.String())
		}
		encoded, err := json.MarshalIndent(map[string]string{"name": UTF8(s)}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]string
		out := string(JSON(encoded))
		if err := json.Unmarshal([]byte(out), &back); err != nil || back["name"] != UTF8(s) || odd(out, "\n") {
			t.Fatalf("JSON: %v, %q", err, out)
		}
	})
}

// A shell reads the very bytes back, whatever its locale is.
func TestShellQuote(t *testing.T) {
	var all []byte
	for c := 1; c < 256; c++ {
		all = append(all, byte(c), 'f')
	}
	for _, locale := range []string{"C", "C.UTF-8"} {
		cmd := exec.Command("bash", "-c", "printf %s "+ShellQuote(string(all)+"\u202eü\u2028"))
		cmd.Env = []string{"LC_ALL=" + locale}
		if got, err := cmd.Output(); err != nil || string(got) != string(all)+"\u202eü\u2028" {
			t.Errorf("%s: %v, %q", locale, err, got)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for b.Loop() {
		Line("some/directory/file-1234567890")
	}
}
