package lua_test

import (
	"fmt"
	"strings"
	"testing"

	"lsyncgo/engine/event"
)

// FuzzExtra: whatever stands in rsync._extra, a word a line, the config is refused with its line, or what rsync is started with at
// the startup has these words, in this order, and none of them is a source to rsync.
func FuzzExtra(f *testing.F) {
	for _, words := range []string{
		"--stats", "-zf\n- *.o", "-f- x", "--exclude\na\n--include=*/", "--files-from=/l", "archive", "", "-", "--", "-n", "--no-r", "--new\nvalue", "-e\nssh -p 22",
		"--exclude", "-MM", "-f", "--=x", "-\xff", "--remove-source-files", "-xC", "--filter=: .rules\n-F", "-@-1", "--bwlimit\n100",
	} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stubs(t)
		var quoted strings.Builder
		words := strings.Split(text, "\n")
		for _, w := range words {
			for _, b := range []byte(w) {
				fmt.Fprintf(&quoted, "\\x%02x", b)
			}
			quoted.WriteString("', '")
		}
		st := newStage(t).config("sync{ default.rsync, source = source, target = 'h:/t', delete = false, rsync = { _extra = { '" +
			strings.TrimSuffix(quoted.String(), ", '") + " } } }")
		if err := st.load(); err != nil {
			if !strings.Contains(err.Error(), "config.lua:1:") {
				t.Errorf("%q: %v", words, err)
			}
			return
		}
		st.start()
		st.event(event.Modify, "a")
		args := strings.Join(st.command().Args, "\n")
		if !strings.Contains("\n"+args+"\n", "\n"+text+"\n") {
			t.Errorf("%q: started with %q", words, args)
		}
		if first := words[0]; !strings.HasPrefix(first, "-") {
			t.Errorf("%q: rsync takes %q for a source", words, first)
		}
	})
}
