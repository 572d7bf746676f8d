package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/lua/config"
)

// What is looked at on another host is the same for each login shell there, whatever the name of the directory.
func TestLookThere(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "it's \"a\" $HOME `b`; \\ -n")
	if err := os.Mkdir(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"sh", "bash", "csh", "fish"} {
		for _, c := range []struct {
			dir, rsync, want string
		}{
			{odd, "sh", ""}, {odd + "/new", "sh -x", ""}, {"/", "sh", ""}, {"", "sh", ""}, {"-n/", "sh", ""},
			{odd, "/no/sh -x", "there is no rsync"}, {odd + "/a/b", "sh", "above the target is missing"}, {plain, "sh", "no directory"},
			{"/proc/new", "sh", "takes no files"}, {"/sys", "sh", "takes no files"},
		} {
			target := &config.Target{Host: "h", Shell: []string{"ssh"}, Remote: c.dir, Rsync: c.rsync}
			command := probe(target)
			cmd := exec.Command(shell, "-c", command.Args[len(command.Args)-1])
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(string(command.Stdin))
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState == nil {
				t.Fatal(err)
			}
			got := judge(target, core.Result{Code: cmd.ProcessState.ExitCode(), Tail: []string{string(out)}})
			if (got == nil) != (c.want == "") || got != nil && !strings.Contains(got.Error(), c.want) {
				t.Errorf("%s: %q: %v (%s), want %q", shell, c.dir, got, out, c.want)
			}
		}
	}
	if judge(&config.Target{Host: "h"}, core.Result{Code: 0}) == nil {
		t.Error("a script that was cut off is a success")
	}
}
