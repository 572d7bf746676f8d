package pattern

import (
	"errors"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		src, pat string
		from, to int // -1: no match
		captures string
	}{
		{"hello", "l+", 2, 4, ""},
		{"hello", "", 0, 0, ""},
		{"hello", "x", -1, 0, ""},
		{"key = value", "(%w+)%s*=%s*(%w+)", 0, 11, "key|value"},
		{"THE (quick) fox", "%f[%a]%a+%f[%A]", 0, 3, ""},
		{"x(a(b)c)y", "%b()", 1, 8, ""},
		{"abcabc", "(abc)%1", 0, 6, "abc"},
		{"a\x00b", "[%z]", 1, 2, ""},
		{"a]b", "[]]", 1, 2, ""},
		{"a-b", "[a-]+", 0, 2, ""},
		{"\xe9t\xe9", "%a+", 1, 2, ""},
		{"a$b", "a$b", 0, 3, ""},
		{"ab", "b$", 1, 2, ""},
		{"abc", "()b()", 1, 2, "@2|@3"},
		{"a.b", "%.", 1, 2, ""},
		{"aaa", "a-b", -1, 0, ""},
		{"<a><b>", "<(.-)>", 0, 3, "a"},
	} {
		m := New(c.src, c.pat, nil)
		from, to, ok, err := m.Find(0)
		if err != nil || ok != (c.from >= 0) || ok && (from != c.from || to != c.to) {
			t.Errorf("%q in %q: %d %d %v %v", c.pat, c.src, from, to, ok, err)
			continue
		}
		var captures []string
		for i := 0; ok && i < m.Captures(); i++ {
			text, pos, err := m.Capture(i, from, to)
			if err != nil {
				t.Error(err)
			}
			if pos > 0 {
				text = "@" + string(rune('0'+pos))
			}
			captures = append(captures, text)
		}
		if got := strings.Join(captures, "|"); got != c.captures {
			t.Errorf("%q in %q captured %q", c.pat, c.src, got)
		}
	}
}

// What takes too many steps ends; the limit is far above what patterns of configs need.
func TestStepLimit(t *testing.T) {
	m := New(strings.Repeat("a", 20000), ".-.-.-.-.-b", nil)
	if m.limit != 100_000_000+100*20000 {
		t.Errorf("the limit is %d steps", m.limit)
	}
	m.limit /= 50
	if _, _, _, err := m.Find(0); err == nil || !strings.Contains(err.Error(), "pattern too complex (gave up after 2") {
		t.Errorf("got %v", err)
	}
}

func TestMalformed(t *testing.T) {
	for pat, want := range map[string]string{
		"[a": "malformed pattern (missing ']')", "[]": "malformed pattern (missing ']')", "[a%": "malformed pattern (missing ']')",
		"%": "malformed pattern (ends with '%')", "%b": "malformed pattern (missing arguments to '%b')",
		"%f": "missing '[' after '%f' in pattern", "%1": "invalid capture index %1", "a)": "invalid pattern capture",
		strings.Repeat("()", 33): "too many captures", strings.Repeat("a?", 300): "pattern too complex",
	} {
		_, _, _, err := New(strings.Repeat("a", 300), pat, nil).Find(0)
		var fault Error
		if !errors.As(err, &fault) || err.Error() != want {
			t.Errorf("%q: %v, want %s", pat, err, want)
		}
	}
}

func TestInterrupt(t *testing.T) {
	stop := errors.New("stop")
	asked := 0
	_, _, _, err := New(strings.Repeat("a", 3000), ".-.-.-b", func() error {
		if asked++; asked == 3 {
			return stop
		}
		return nil
	}).Find(0)
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// FuzzMatch checks that no pattern panics or runs on, that matches lie in the subject, and that a pattern without
// special characters is found where strings.Index finds it.
func FuzzMatch(f *testing.F) {
	for _, s := range [][2]string{
		{"hello", "l+"}, {"a(b)c", "%b()"}, {"THE fox", "%f[%a]%a+"}, {"x", "[]]"}, {"abab", "(a)(b)%1%2"}, {"\x00\xff", "[^%z]"},
		{"aaaa", "a-a*a?$"}, {"k=v", "()(.-)=()"}, {"", "^"}, {"x", "%"}, {"x", "[%a-z]"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, src, pat string) {
		m := New(src, pat, nil)
		m.limit = 100_000
		from, to, ok, err := m.Find(0)
		if err != nil {
			var fault Error
			if !errors.As(err, &fault) {
				t.Fatal(err)
			}
			return
		}
		if ok && (from < 0 || to < from || to > len(src)) {
			t.Fatalf("match from %d to %d", from, to)
		}
		if IsPlain(pat) && (ok != strings.Contains(src, pat) || ok && from != strings.Index(src, pat)) {
			t.Errorf("plain pattern found at %d, %v", from, ok)
		}
		for i := 0; ok && i < max(m.Captures(), 1); i++ {
			if text, _, err := m.Capture(i, from, to); err == nil && !strings.Contains(src, text) {
				t.Errorf("captured %q", text)
			}
		}
	})
}
