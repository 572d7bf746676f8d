package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
		"layer3-shell": survives,
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
		"watch-log": func(_ *testing.T, p *place, run func(env ...string) *process) {
			d := run()
			p.write("source/dir/a", "1")
			d.logs("IN_CLOSE_WRITE " + p.source + "/dir/a\n")
			p.rename("source/dir/a", "source/b")
			d.logs("IN_MOVED_FROM " + p.source + "/dir/a\n")
			d.logs("IN_MOVED_TO " + p.source + "/b from " + p.source + "/dir/a\n")
		},
		"tasks-shell": func(_ *testing.T, p *place, run func(env ...string) *process) {
			run("COMMAND=" + p.recorder())
			p.write("source/dir/$(id) 'x'", "1")
			p.recorded("IN_CLOSE_WRITE", p.source+"/dir/$(id) 'x'", "")
			p.rename("source/dir/$(id) 'x'", "source/b")
			p.recorded("IN_MOVED_TO", p.source+"/b", p.source+"/dir/$(id) 'x'")
		},
		"tasks-files": func(t *testing.T, p *place, run func(env ...string) *process) {
			d := run("DELAY=1")
			p.write("source/dir/a.to_move", "a")
			p.write("source/b.to_copy", "b")
			p.write("source/c.to_delete", "c")
			p.write("source/not.to_move", "d")
			p.remove("source/not.to_move") // before its delay is over
			eventually(t, "the moved, the copied and the deleted file", func() bool {
				return p.content("target/dir/a") == "a" && p.content("target/b") == "b" && !p.exists("source/c.to_delete")
			})
			if p.exists("source/dir/a.to_move") || !p.exists("source/b.to_copy") || p.exists("target/not") {
				t.Error("what was moved is still there, what was copied is gone, or what was cancelled was done")
			}
			d.stop()
		},
		"upload-scan": func(t *testing.T, p *place, run func(env ...string) *process) {
			p.mkdir("target")
			run("DELAY=0.2", "SCANNER="+p.program("scan", `case "$(cat -- "$2")" in *virus*) exit 1;; broken) exit 2;; esac`))
			p.write("source/-good one", "text")
			p.write("source/bad", "a virus")
			p.write("source/unknown", "broken")
			sorted := func(verdict, name string) bool {
				found, err := filepath.Glob(p.path("target/" + verdict + "/*/" + name))
				return err == nil && len(found) == 1
			}
			eventually(t, "the sorted files", func() bool { return sorted("clean", "-good one") && sorted("infected", "bad") })
			if !p.exists("source/unknown") {
				t.Error("what the scanner had no verdict on is gone")
			}
		},
		"restart-when-settled": func(t *testing.T, p *place, run func(env ...string) *process) {
			d := run("DELAY=1", "TEST=! grep -rq wrong "+p.source, "RESTART=echo restarted >>"+p.path("restarts"))
			p.write("source/conf.d/site", "wrong")
			d.logs("nothing is restarted")
			p.write("source/conf.d/site", "right")
			p.write("source/main", "1")
			p.write("source/main", "2")
			eventually(t, "the restart", func() bool { return p.content("restarts") == "restarted\n" })
			d.stop()
			if got := p.content("restarts"); got != "restarted\n" {
				t.Errorf("restarts: %q", got)
			}
		},
		"plugins": func(_ *testing.T, p *place, run func(env ...string) *process) {
			p.write("source/first.lua", "return 1")
			d := run()
			d.logs("plugin first.lua is loaded")
			d.logs("all plugins are loaded")
			p.write("source/second.lua", "return 2")
			d.logs("plugin second.lua is loaded")
			p.write("source/wrong.lua", "return return")
			d.logs("plugin wrong.lua: ")
			p.remove("source/first.lua")
			d.logs("plugin first.lua is gone")
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

// survives does what people do to a tree, from the first file in a directory that was there before to names that are
// gone before their turn comes, and expects the same daemon to bring it all over.
func survives(t *testing.T, p *place, run func(env ...string) *process) {
	p.write("source/old/deep/a", "1")
	p.write("source/old/b", "1")
	same := func() { // but for the times of directories, which no cp of a single file keeps
		t.Helper()
		eventually(t, "the same files", func() bool { return maps.Equal(texts(t, p.source), texts(t, p.target)) })
	}
	d := run()
	same()
	p.write("source/old/deep/new", "1")
	p.write("source/dir/sub/$(id) 'x'", "1")
	same()
	p.rename("source/old/deep/a", "source/c")
	p.rename("source/old/b", "source/old/deep/new")
	p.rename("source/dir", "source/old/moved")
	same()
	p.rename("source/old", "source/older")
	for i := range 20 {
		p.write("source/older/.temp", fmt.Sprint(i))
		p.rename("source/older/.temp", "source/older/saved")
		p.write("source/short", "1")
		p.remove("source/short")
	}
	p.mkdir("aside")
	p.rename("source/older/deep", "aside/deep")
	same()
	p.rename("aside/deep", "source/back")
	p.write("source/older/saved", "longer")
	p.remove("source/older/moved")
	same()
	d.stop()
}

// texts are the files and directories below dir, with what the files hold.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it goes on changing
			return err
		}
		name := strings.TrimPrefix(path, dir)
		if all[name] = "directory"; err == nil && !d.IsDir() {
			text, err := os.ReadFile(path)
			all[name] = fmt.Sprint(string(text), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestReadmeLayer3: the snippet of the README survives the same. §6: so what is gone is not tried again for ever.
func TestReadmeLayer3(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "Layer 3, ")
	_, rest, fenced := strings.Cut(rest, "```lua\n")
	snippet, _, closed := strings.Cut(rest, "```")
	p := newPlace(t)
	config := strings.NewReplacer(`"/srv/in"`, `"$SOURCE"`, `"/srv/out"`, `"$TARGET"`).Replace(snippet)
	if !found || !fenced || !closed || config == snippet {
		t.Fatalf("no snippet of layer 3: %q", snippet)
	}
	survives(t, p, func(...string) *process {
		d := start(t, "-nodaemon", "-delay", "0.2", p.config(config))
		d.logs("startup done")
		return d
	})
}

// recorder makes a program that records its arguments, one a line.
func (p *place) recorder() string {
	p.t.Helper()
	return p.program("record", fmt.Sprintf("printf '%%s\\n' \"$@\" >>%q", p.path("record")))
}

// program makes a shell script and returns its path.
func (p *place) program(name, lines string) string {
	p.t.Helper()
	name = "bin/" + name
	p.write(name, "#!/bin/sh\n"+lines+"\n")
	if err := os.Chmod(p.path(name), 0o755); err != nil {
		p.t.Fatal(err)
	}
	return p.path(name)
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
