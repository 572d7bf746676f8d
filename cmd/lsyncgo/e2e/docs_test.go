package e2e

import (
	"os"
	"strings"
	"testing"
)

// snippets are the Lua configs of a document.
func snippets(t *testing.T, file string) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "```lua\n")[1:] {
		snippet, _, closed := strings.Cut(part, "```")
		if !closed {
			t.Fatalf("%s: a snippet does not end", file)
		}
		all = append(all, snippet)
	}
	if len(all) == 0 {
		t.Fatalf("%s: no snippet", file)
	}
	return all
}

// TestSnippets: every config in the documents about tasks and monitors passes check, with programs and directories that are there.
func TestSnippets(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"tasks.md", "monitors.md", "from-pyinotifyd.md", "cookbook.md"} {
		for _, snippet := range snippets(t, file) {
			p := newPlace(t)
			for _, dir := range []string{"source/to-b", "target/to-a", "target/current"} {
				p.mkdir(dir)
			}
			text := strings.NewReplacer("/srv/in", p.source, "/srv/out", p.target, `"/src"`, `"`+p.source+`"`, "/etc/app.d", p.source, "/var/upload", p.source, `"/srv/www"`, `"`+p.source+`"`,
				"/usr/local/sbin/task.sh", "true").Replace(snippet)
			if check := start(t, "check", p.config(text)); check.wait() != 0 {
				t.Errorf("%s: %s\n%s", file, check.out, text)
			}
		}
	}
}

// TestFromPyinotifyd: the translated config does what the original did. Tasks §1 Schedulers.
func TestFromPyinotifyd(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	all := snippets(t, "from-pyinotifyd.md")
	text := strings.NewReplacer("/srv/in", p.source, "/srv/out", p.target, "delay = 30", "delay = 1", "logger -t files", p.recorder(), `user = "nobody"`, `user = "0"`).
		Replace(all[len(all)-1])
	d := start(t, "-nodaemon", p.config(text))
	d.logs("--- Ready ---")
	p.write("source/dir/a b.to_move", "1")
	p.write("source/gone.to_move", "1")
	p.write("source/c.to_delete", "1")
	p.remove("source/gone.to_move")
	eventually(t, "the moved and the deleted file", func() bool { return p.content("target/dir/a b") == "1" && !p.exists("source/c.to_delete") })
	p.recorded("IN_CLOSE_WRITE", p.source+"/dir/a b.to_move")
	if p.exists("target/gone") {
		t.Error("what was removed before its delay was over was moved")
	}
	d.stop()
}

// recipe is the config in the cookbook under a heading, for the directories of p.
func recipe(t *testing.T, p *place, heading string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/cookbook.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(text), "\n## "+heading+"\n")
	_, part, code := strings.Cut(part, "```lua\n")
	part, _, _ = strings.Cut(part, "```")
	if !found || !code {
		t.Fatalf("there is no recipe %q", heading)
	}
	part = strings.NewReplacer(replace...).Replace(part)
	return p.config(strings.NewReplacer("/srv/in", p.source, "/srv/out", p.target, "/run/lsyncgo.pid", p.path("pid")).Replace(part))
}

// Cookbook: what needs nothing but rsync and sh does what it says; programs that are not here are scripts.
func TestCookbook(t *testing.T) {
	programs := t.TempDir()
	for name, script := range map[string]string{
		"convert":   `cp "$1" "$4"`,
		"clamdscan": `if grep -q virus "$3"; then echo "$3: FOUND"; exit 1; fi`,
		"rclone":    `[ -e "$2/../tried" ] || { touch "$2/../tried"; echo no network >&2; exit 1; }; echo "$@" >>"$2/../pushed"`,
		"systemctl": `echo "$@" >>"$RELOADED"`,
	} {
		if err := os.WriteFile(programs+"/"+name, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for heading, c := range map[string]struct {
		replace []string
		do      func(t *testing.T, p *place)
	}{
		"Web cluster": {[]string{"host .. \":/srv/www/\"", "\"/srv/out/\" .. host"}, func(t *testing.T, p *place) {
			p.write("source/a", "1")
			p.write("source/.git/x", "1")
			for _, host := range []string{"web1", "web2", "web3"} {
				p.sameFile("source/a", "target/"+host+".example/a")
				if p.exists("target/" + host + ".example/.git") {
					t.Error(".git was sent")
				}
			}
		}},
		"Many targets": {[]string{"3600", "1"}, func(_ *testing.T, p *place) {
			p.write("source/a", "1")
			p.sameFile("source/a", "target/fast/a")
			p.sameFile("source/a", "target/hourly/a")
		}},
		"After a deploy": {[]string{"delay = 5", "delay = 0.5"}, func(t *testing.T, p *place) {
			p.write("source/a", "1")
			p.write("source/b/c", "1")
			eventually(t, "the reload", func() bool { return p.content("reloaded") == "reload nginx\n" })
		}},
		"Image conversion": {nil, func(_ *testing.T, p *place) {
			p.write("source/no.txt", "1")
			p.write("source/new/-a 'b.png", "1")
			p.sameFile("source/new/-a 'b.png", "target/-a 'b.jpg")
		}},
		"Upload directory, scanned and sorted": {[]string{"delay = 2", "delay = 0.1"}, func(t *testing.T, p *place) {
			p.write("source/good", "1")
			p.write("source/sub/bad", "virus")
			eventually(t, "the files in their places", func() bool {
				return p.content("target/clean/good") == "1" && p.content("target/quarantine/sub/bad") == "virus" && !p.exists("source/good") && !p.exists("source/sub/bad")
			})
		}},
		"Backups with history": {[]string{"delay = 600", "delay = 1.5", "delay = 15", "delay = 0.1"}, func(t *testing.T, p *place) {
			p.write("source/a", "1")
			snapshots := func() (list []string) {
				names, _ := os.ReadDir(p.target)
				for _, n := range names {
					if n.Name() != "current" {
						list = append(list, p.content("target/"+n.Name()+"/a"))
					}
				}
				return list
			}
			eventually(t, "a snapshot", func() bool { return strings.Join(snapshots(), " ") == "1" })
			p.write("source/a", "2")
			eventually(t, "another one", func() bool { return strings.Join(snapshots(), " ") == "1 2" })
		}},
		"S3 and other object stores, by rclone": {[]string{"delay = 10", "delay = 0.1", "30, 150, 30", "0.1, 0.5, 0.1"}, func(t *testing.T, p *place) {
			p.write("source/a", "1")
			eventually(t, "rclone", func() bool { return p.content("pushed") == "sync "+p.source+" s3:bucket/www\n" })
		}},
		"Containers and sidecars": {nil, func(_ *testing.T, p *place) {
			p.write("source/a", "1")
			p.sameFile("source/a", "target/a")
		}},
		"Files into their place by rules": {[]string{"delay = 3600", "delay = 0.5"}, func(t *testing.T, p *place) {
			p.write("source/d/a.done", "1")
			p.write("source/b.tmp", "1")
			eventually(t, "the files in their places", func() bool {
				return p.content("target/d/a") == "1" && !p.exists("source/d/a.done") && !p.exists("source/b.tmp")
			})
		}},
		"Two ways, and why not": {nil, func(_ *testing.T, p *place) {
			p.write("source/to-b/a", "1")
			p.write("target/to-a/b", "2")
			p.sameFile("source/to-b/a", "target/from-a/a")
			p.sameFile("target/to-a/b", "source/from-b/b")
		}},
	} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			for _, dir := range []string{"source/to-b", "target/to-a", "target/current"} {
				p.mkdir(dir)
			}
			if heading == "Backups with history" {
				p.remove("target/to-a")
			}
			config := recipe(t, p, heading, c.replace...)
			d := startEnv(t, []string{"PATH=" + programs + ":" + os.Getenv("PATH"), "RELOADED=" + p.path("reloaded"), "SOURCE=" + p.source, "TARGET=" + p.target},
				"-nodaemon", config)
			d.logs("--- Ready ---")
			c.do(t, p)
			d.stop()
		})
	}
}
