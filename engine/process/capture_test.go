package process

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// TestCapture: what a child wrote comes back with its end, byte for byte and each output by itself, as far as was asked
// for; what was asked for goes nowhere else, and its last lines are there as always. Tasks §1 Schedulers.
func TestCapture(t *testing.T) {
	for _, tt := range []struct {
		name        string
		max         int
		args        []string
		out, errout string
		cut         bool
		tail        []string
	}{
		{"nothing asked for", 0, []string{"a\n", "2>b\n"}, "", "", false, []string{"a", "b"}},
		{"both", 100, []string{"a\r\n\n", "2>b", "\xff\xfe"}, "a\r\n\n\xff\xfe", "b", false, []string{"a", "\xff\xfe", "b"}},
		{"none written", 100, nil, "", "", false, nil},
		{"just as much", 3, []string{"abc", "2>def"}, "abc", "def", false, []string{"abc", "def"}},
		{"more", 3, []string{"abcd", "2>de"}, "abc", "de", true, []string{"abcd", "de"}},
		{"more on stderr", 3, []string{"abc", "2>defg"}, "abc", "def", true, []string{"abc", "defg"}},
	} {
		var tee bytes.Buffer
		r := newRunner(t, Options{Stdout: &tee, Stderr: &tee, Shown: true})
		c := script("print", tt.args...)
		c.Capture = tt.max
		r.Start(1, c)
		res := next(t, r).Result
		if string(res.Stdout) != tt.out || string(res.Stderr) != tt.errout || res.Cut != tt.cut || !slices.Equal(res.Tail, tt.tail) {
			t.Errorf("%s: got %q, %q, cut %v, lines %q", tt.name, res.Stdout, res.Stderr, res.Cut, res.Tail)
		}
		if res.Shown != (tt.max == 0) {
			t.Errorf("%s: shown: %v", tt.name, res.Shown)
		}
		closeRunner(t, r)
		if copied := tee.Len() > 0; copied != (tt.max == 0) {
			t.Errorf("%s: copied elsewhere: %q", tt.name, &tee)
		}
	}
}

// TestCaptureIsBounded: a child that writes without end is read to its end, and little of it is kept.
func TestCaptureIsBounded(t *testing.T) {
	c := script("flood", "16000000")
	c.Capture = 1 << 10
	res := run(t, c)
	if res.Code != 0 || string(res.Stdout) != strings.Repeat("x", 1<<10) || cap(res.Stdout) > 2<<10 || !res.Cut {
		t.Errorf("code %d, %d bytes in %d, cut %v", res.Code, len(res.Stdout), cap(res.Stdout), res.Cut)
	}
}
