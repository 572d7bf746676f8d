package process

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		c    Command
		want string
	}{
		{Command{Binary: "rsync"}, "rsync"},
		{Command{Binary: "rsync", Args: []string{"-a", "--files-from=-", "/src/", "host:/dst/"}}, "rsync -a --files-from=- /src/ host:/dst/"},
		{Command{Binary: "sh", Args: []string{"-c", "echo $1 | wc", "", "it's"}}, `sh -c 'echo $1 | wc' '' 'it'\''s'`},
		{Command{Binary: "cp", Args: []string{"$(id)", "*?[]", `a\b`}}, `cp '$(id)' '*?[]' 'a\b'`},
		{Command{Binary: "cp", Args: []string{"a\nb\t'", "\x1b[31m", "\xff", "\u202e"}}, `cp $'a\nb\t\'' $'\x1b[31m' $'\xff' $'\xe2\x80\xae'`},
		{Command{Binary: "cp", Args: []string{"ä ö", "日本"}}, `cp 'ä ö' '日本'`},
	} {
		if got := tt.c.Describe(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	long := &Command{Binary: "x", Args: slices.Repeat([]string{"argument"}, 1e6)}
	if got := long.Describe(); len(got) > 1100 || !strings.HasSuffix(got, "more)") {
		t.Errorf("%d bytes: ...%s", len(got), got[len(got)-20:])
	}
	big := &Command{Binary: strings.Repeat("ü", 1e6)}
	if got := big.Describe(); len(got) > 1100 || strings.Contains(got, "\\x") {
		t.Errorf("%d bytes", len(got))
	}
	if got := (&Job{Name: "copy\n\xff"}).Describe(); got != `copy\n\xff` {
		t.Errorf("job: %s", got)
	}
}

// TestQuoteRoundTrip has the shell read what quote wrote.
func TestQuoteRoundTrip(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	rapid.Check(t, func(t *rapid.T) {
		var words, quoted []string
		for _, w := range rapid.SliceOfN(rapid.SliceOf(rapid.ByteRange(1, 255)), 1, 20).Draw(t, "words") {
			words = append(words, string(w))
			quoted = append(quoted, quote(string(w)))
		}
		line := strings.Join(quoted, " ")
		if strings.ContainsAny(line, "\n\r\x1b") {
			t.Fatalf("control bytes in %q", line)
		}
		out, err := exec.Command("bash", "-c", `printf '%s\0' `+line).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, words) {
			t.Fatalf("%q became %s became %q", words, line, got)
		}
	})
}
