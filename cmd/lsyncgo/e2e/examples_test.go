package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples: every config in scripts/examples passes check and does what it says.
func TestExamples(t *testing.T) {
	tests := map[string]func(t *testing.T, p *place, run func(env ...string) *process){
		"rsync-local":  mirrors,
		"direct":       mirrors,
		"layer3-shell": mirrorsLive,
		"rsync-remote": func(t *testing.T, p *place, run func(env ...string) *process) {
			server := newSSHD(t)
			p.write("source/a", "1")
			run("TARGET=target:"+p.target, "RSH=ssh -F "+server.Config)
			p.same()
		},
		"rsyncssh": func(t *testing.T, p *place, run func(env ...string) *process) {
			server := newSSHD(t)
			p.write("source/a", "1")
			run("HOST=target", "TARGETDIR="+p.target, fmt.Sprintf("PORT=%d", server.Port), "SSHCONFIG="+server.Config)
			p.same()
			p.rename("source/a", "source/b")
			p.same()
		},
		"layer1-batch": func(_ *testing.T, p *place, run func(env ...string) *process) {
			run("COMMAND=" + p.recorder())
			p.write("source/a", "1")
			p.write("source/sub/b b", "1")
			p.recorded(p.source+"/a", p.source+"/sub/b b")
		},
		"layer2-function": func(_ *testing.T, p *place, run func(env ...string) *process) {
			p.write("source/old", "1")
			run("INDEX=" + p.recorder())
			p.write("source/a", "1")
			p.recorded("add", p.source+"/a")
			p.rename("source/old", "source/new")
			p.recorded("rename", "old", "new")
			p.remove("source/new")
			p.recorded("remove", "new")
		},
		"image-conversion": func(t *testing.T, p *place, run func(env ...string) *process) {
			run("CONVERT=cp")
			p.write("source/x/picture.png", "p")
			p.sameFile("source/x/picture.png", "source/x/picture.jpg")
			p.remove("source/x/picture.png")
			eventually(t, "the jpg to go", func() bool { return !p.exists("source/x/picture.jpg") })
		},
		"post-command": func(_ *testing.T, p *place, run func(env ...string) *process) {
			run("COMMAND=echo done >>" + p.path("posts"))
			eventually(t, "the command after startup", func() bool { return p.content("posts") == "done\n" })
			p.write("source/a", "1")
			p.same()
			eventually(t, "the command after the change", func() bool { return p.content("posts") == "done\ndone\n" })
		},
		"many-targets": func(_ *testing.T, p *place, run func(env ...string) *process) {
			p.mkdir("one")
			p.mkdir("two")
			run("TARGETS=" + p.path("one") + " " + p.path("two"))
			p.write("source/a", "1")
			p.sameFile("source/a", "one/a")
			p.sameFile("source/a", "two/a")
		},
		"tunnel": func(t *testing.T, p *place, run func(env ...string) *process) {
			server := newSSHD(t)
			p.write("source/a", "1")
			run("REMOTE=target", "SSHCONFIG="+server.Config, fmt.Sprintf("DAEMONPORT=%d", p.rsyncd()), "TARGET=rsync://localhost:^localport/target", "READYDELAY=0.5")
			p.same()
			p.write("source/b", "2")
			p.same()
		},
		"alarm": func(_ *testing.T, p *place, run func(env ...string) *process) {
			d := run("INTERVAL=1")
			p.write("source/a", "1")
			d.logs("seconds: 1")
			d.logs("seconds: 0")
		},
	}
	files, err := filepath.Glob("../../../scripts/examples/*.lua")
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d examples and %d tests (%v)", len(files), len(tests), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".lua")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			env := []string{"SOURCE=" + p.source, "TARGET=" + p.target}
			if check := startEnv(t, env, "check", file); check.wait() != 0 {
				t.Errorf("check: %s", check.out)
			}
			tests[name](t, p, func(more ...string) *process {
				d := startEnv(t, append(env, more...), "-nodaemon", "-logfile", p.path("log"), "-log", "all", "-delay", "0.2", file)
				d.logs("--- Ready ---")
				return d
			})
		})
	}
}

func mirrors(_ *testing.T, p *place, run func(env ...string) *process) {
	p.write("source/dir/a", "1")
	run()
	p.same()
	p.write("source/dir/b", "2")
	p.rename("source/dir/a", "source/c")
	p.same()
}

func mirrorsLive(t *testing.T, p *place, run func(env ...string) *process) {
	run()
	p.write("source/dir/a", "1")
	p.sameFile("source/dir/a", "target/dir/a")
	p.rename("source/dir/a", "source/b")
	p.sameFile("source/b", "target/b")
	p.remove("source/b")
	eventually(t, "deletion", func() bool { return !p.exists("target/b") })
}

// recorder makes a program that records its arguments, one a line.
func (p *place) recorder() string {
	p.t.Helper()
	p.write("bin/record", fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$@\" >>%q\n", p.path("record")))
	if err := os.Chmod(p.path("bin/record"), 0o755); err != nil {
		p.t.Fatal(err)
	}
	return p.path("bin/record")
}

// recorded waits until all words have been recorded.
func (p *place) recorded(words ...string) {
	p.t.Helper()
	eventually(p.t, "a record of "+strings.Join(words, ", "), func() bool {
		lines := "\n" + p.content("record")
		for _, w := range words {
			if !strings.Contains(lines, "\n"+w+"\n") {
				return false
			}
		}
		return true
	})
}
