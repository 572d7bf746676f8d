package shell_test

import (
	"fmt"
	"testing"

	"lsyncgo/lua/shell"
)

// TestMentions: the programs that a command is sure to name; what the shell does itself, or what shows only when it runs, is none. Tasks §1 Shell.
func TestMentions(t *testing.T) {
	for text, want := range map[string]string{
		`tool a b`:                             "[{tool true}]",
		"\n  /opt/tool {name}":                 "[{/opt/tool true}]",
		`cd /srv && tool; tool x | sort`:       "[{tool false} {sort false}]",
		`if [ -x /opt/a ]; then /opt/a; fi`:    "[{/opt/a false}]",
		`f() { inner; }; f`:                    "[{inner false}]",
		`X=1 tool`:                             "[{tool false}]",
		`"$TOOL" a; ./local b; {name} c; t*l`:  "[]",
		`PATH=/opt/bin:$PATH; tool`:            "[]",
		`alias t=tool; t`:                      "[]",
		`echo $(date) > "$1"`:                  "[{date false}]",
		`[[ $1 == x ]] && declare -A m; exit`:  "[]",
		`while read -r l; do tool "$l"; done`:  "[{tool false}]",
		`: && command -v tool >/dev/null || :`: "[]",
	} {
		got, err := shell.Mentions(text)
		if fmt.Sprint(got) != want || err != nil {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
	if _, err := shell.Mentions(`if tool`); err == nil {
		t.Error("what no shell reads has no error")
	}
}
