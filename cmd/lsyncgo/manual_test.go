//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The manual page has every command and option, and nothing that mandoc finds fault with. §10.
func TestManual(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "lsyncgo.8")
	code, text, errs := execute("man")
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil || code != 0 || errs != "" {
		t.Fatal(code, errs, err)
	}
	out, _ := exec.Command("mandoc", "-Tlint", page).CombinedOutput() // its status is that of its messages
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "outdated mandoc.db") { // that is the machine's
			t.Error(line)
		}
	}
	shown, err := exec.Command("mandoc", "-Tascii", page).Output()
	if err != nil {
		t.Fatal(err)
	}
	if len(shown) == 0 {
		t.Error("nothing is shown")
	}
	for _, c := range commandTable() {
		if c.name != "" && !strings.Contains(text, ".Ss "+c.name+"\n") {
			t.Errorf("%s is missing", c.name)
		}
	}
}

// Each shell can read its completions, and completes commands and their options by them. §10.
func TestCompletions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	complete := func(shell string) string {
		code, text, errs := execute("completion", shell)
		if code != 0 || errs != "" {
			t.Fatal(code, errs)
		}
		path := filepath.Join(dir, "completion."+shell)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		return string(out)
	}
	bash := complete("bash")
	const try = `. "$1"; compopt() { :; }; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lsyncgo; printf '%s\n' "${COMPREPLY[@]}"`
	for _, c := range []struct{ words, want string }{{"lsyncgo pau", "pause"}, {"lsyncgo pause -f", "-for"}, {"lsyncgo help resy", "resync"}, {"lsyncgo -nod", "-nodaemon"}} {
		if got := run("bash", append([]string{"-c", try, "bash", bash}, strings.Fields(c.words)...)...); strings.TrimSpace(got) != c.want {
			t.Errorf("bash: %s: %q", c.words, got)
		}
	}
	fish := complete("fish")
	for _, c := range []struct{ line, want string }{{"lsyncgo pau", "pause\t"}, {"lsyncgo pause -fo", "-for\t"}, {"lsyncgo -nod", "-nodaemon\t"}} {
		if got := run("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", fish, c.line); !strings.HasPrefix(got, c.want) {
			t.Errorf("fish: %s: %q", c.line, got)
		}
	}
	zsh := complete("zsh")
	run("zsh", "-f", "-n", zsh)
	out := run("zsh", "-f", "-c", `autoload -U compinit; compinit -u -D; . "$1"; print $_comps[lsyncgo]`, "zsh", zsh)
	if strings.TrimSpace(out) != "_lsyncgo" {
		t.Errorf("zsh: %q", out)
	}
}
