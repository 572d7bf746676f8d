package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/engine/fsat/treetest"
)

// preset says how a test makes a config for one preset.
type preset struct {
	name   string
	server *sshd // rsyncssh only
	rsync  rsyncBinary
	alone  bool // each file has one name: hard_links is off
}

// config returns a sync of $SOURCE to $TARGET with extra keys.
func (p preset) config(extra string) string {
	switch p.name {
	case "rsyncssh":
		return fmt.Sprintf(`sync { default.rsyncssh, source = "$SOURCE", host = "target", targetdir = "$TARGET", delay = 0.2,
			rsync = { %sarchive = true, hard_links = %t, xattrs = true, acls = true }, ssh = { _extra = { "-F", %q } }, %s }`, p.binaries(), !p.alone, p.server.Config, extra)
	case "rsync":
		return fmt.Sprintf(`sync { default.rsync, source = "$SOURCE", target = "$TARGET", delay = 0.2, rsync = { %sarchive = true, hard_links = %t, xattrs = true, acls = true }, %s }`, p.binaries(), !p.alone, extra)
	}
	return fmt.Sprintf(`sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.2, %s }`, extra)
}

// eachPreset runs a test for every preset.
func eachPreset(t *testing.T, f func(t *testing.T, p preset)) {
	for _, name := range []string{"direct", "rsync", "rsyncssh"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := preset{name: name}
			if name == "rsyncssh" {
				p.server = newSSHD(t)
			}
			f(t, p)
		})
	}
}

// variety fills the source with one of each kind of entry.
func (p *place) variety() {
	p.t.Helper()
	p.write("source/file", "content")
	p.write("source/dir/sub/deep", "deep")
	p.mkdir("source/empty")
	p.write("source/script", "#!/bin/sh\n")
	for _, err := range []error{
		os.Chmod(p.path("source/script"), 0o750),
		os.Chmod(p.path("source/empty"), 0o700),
		os.Symlink("file", p.path("source/link")),
		os.Symlink("/nowhere", p.path("source/dangling")),
		os.Link(p.path("source/file"), p.path("source/dir/hard")),
		syscall.Mkfifo(p.path("source/fifo"), 0o640),
	} {
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

// §9: the startup of each preset.
func TestStartup(t *testing.T) {
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.variety()
		p.write("target/extra/file", "to be deleted")
		p.write("target/file/was", "a directory")
		d := daemon(t, p.config(ps.config("")))
		p.same()
		d.stop()
	})
}

// §3: renamed directories go on being watched.
// §9: each kind of change arrives with each preset.
func TestLiveChanges(t *testing.T) {
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.variety()
		d := daemon(t, p.config(ps.config("")))
		p.same()

		steps := []struct {
			name string
			do   func()
		}{
			{"create a file", func() { p.write("source/new", "new") }},
			{"modify it", func() { p.write("source/new", "changed") }},
			{"replace it atomically", func() { p.write("source/new.tmp", "replaced"); p.rename("source/new.tmp", "source/new") }},
			{"chmod", func() { _ = os.Chmod(p.path("source/new"), 0o600) }},
			{"rename it", func() { p.rename("source/new", "source/dir/renamed") }},
			{"delete it", func() { p.remove("source/dir/renamed") }},
			{"make a tree", func() { p.write("source/x/y/z/file", "x"); p.write("source/x/a", "a") }},
			{"rename a directory", func() { p.rename("source/x", "source/w") }},
			{"write below the renamed directory", func() { p.write("source/w/y/z/file", "second"); p.write("source/w/y/more", "m") }},
			{"make the old name anew", func() { p.write("source/x/y/other", "o") }},
			{"a file becomes a directory", func() { p.remove("source/w/a"); p.write("source/w/a/inner", "i") }},
			{"a directory becomes a file", func() { p.remove("source/w/y"); p.write("source/w/y", "file") }},
			{"change a symlink", func() { p.remove("source/link"); _ = os.Symlink("other", p.path("source/link")) }},
			{"move a tree in", func() { p.write("outside/b/c", "c"); p.rename("outside", "source/inside") }},
			{"move a tree out", func() { p.rename("source/w", "gone") }},
			{"delete a tree", func() { p.remove("source/inside") }},
			{"burst", func() {
				for i := range 500 {
					p.write(fmt.Sprintf("source/burst/d%d/f%d", i%10, i), fmt.Sprint(i))
				}
			}},
			{"empty the source", func() {
				entries, _ := os.ReadDir(p.source)
				for _, e := range entries {
					p.remove("source/" + e.Name())
				}
			}},
		}
		for _, s := range steps {
			s.do()
			p.same()
			if t.Failed() {
				t.Fatalf("after: %s", s.name)
			}
		}
		d.stop()
	})
}

// §9: the values of delete.
func TestDeleteValues(t *testing.T) {
	for _, c := range []struct {
		value            string
		startup, running bool // deleted then?
	}{
		{"true", true, true}, {"false", false, false}, {`"startup"`, true, false}, {`"running"`, false, true},
	} {
		t.Run(strings.Trim(c.value, `"`), func(t *testing.T) {
			eachPreset(t, func(t *testing.T, ps preset) {
				p := newPlace(t)
				p.write("source/seed", "s")
				p.write("source/goes", "g")
				p.write("source/dir/goes", "g")
				p.write("target/extra", "e")
				d := daemon(t, p.config(ps.config("delete = "+c.value)))
				eventually(t, "startup", func() bool { return p.exists("target/dir/goes") && p.exists("target/goes") })
				d.logs("startup done")
				if p.exists("target/extra") == c.startup {
					t.Errorf("extra file: exists %v", !c.startup)
				}
				p.remove("source/goes")
				p.remove("source/dir")
				p.write("source/last", "l")
				eventually(t, "the last change", func() bool { return p.exists("target/last") })
				if c.running {
					eventually(t, "deletion", func() bool { return !p.exists("target/goes") && !p.exists("target/dir") })
				} else if !p.exists("target/goes") || !p.exists("target/dir/goes") {
					t.Errorf("deleted although delete = %s", c.value)
				}
				d.stop()
			})
		})
	}
}

// §8: excludes hold for watching, sending and deleting alike.
func TestExcludes(t *testing.T) {
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.write("source/keep", "k")
		p.write("source/a.tmp", "t")
		p.write("source/cache/c", "c")
		p.write("source/sub/cache/c", "c")
		p.write("target/b.tmp", "protected")
		d := daemon(t, p.config(ps.config(`exclude = { "*.tmp", "/cache/" }`)))
		d.logs("startup done")
		p.write("source/c.tmp", "t")
		p.write("source/cache/d", "d")
		p.rename("source/c.tmp", "source/now-visible")
		p.write("source/hides", "h")
		eventually(t, "changes", func() bool { return p.exists("target/now-visible") && p.exists("target/hides") })
		p.rename("source/hides", "source/hides.tmp")
		eventually(t, "a file renamed out of sight to be deleted", func() bool { return !p.exists("target/hides") })
		for name, want := range map[string]bool{"keep": true, "sub/cache/c": true, "a.tmp": false, "c.tmp": false, "cache": false, "hides.tmp": false, "b.tmp": true} {
			if p.exists("target/"+name) != want {
				t.Errorf("%s exists at the target: %v, want %v", name, !want, want)
			}
		}
		d.stop()
	})
}

// hostile are names that break programs which paste them into a line.
func hostile() []string {
	return []string{
		"new\nline", "sp ace", " leading", "trailing ", "quo\"te", "apo'strophe", "$(id)", "`id`", "*?[]\\", "[a-z]", "a]b", "-rf", "--delete",
		"#hash", ";semi", "a;b", "a|b", "~", "~root", "!x", "%s%d", "\xff\xfe invalid", "\x01\x1b[31m", strings.Repeat("x", 255),
		strings.Repeat("ü", 127), "+ plus", "- minus", ":colon", "a:b", "tab\there", "^o.path", "\\", "...", "*", "?",
		everyByte(),
	}
}

// everyByte is a name with each byte that a name may have.
func everyByte() string {
	var b []byte
	for c := 255; c > 0; c-- {
		if c != '/' {
			b = append(b, byte(c))
		}
	}
	return string(b)
}

// §9: every name that a file system allows arrives.
func TestHostileNames(t *testing.T) {
	eachRsync(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		for i, name := range hostile() {
			if i%2 == 0 {
				p.write("source/"+name, "at startup")
			}
		}
		d := daemon(t, p.config(ps.config("")))
		p.same()
		for i, name := range hostile() {
			if i%2 == 1 {
				p.write("source/"+name, "live")
			}
		}
		p.same()
		for _, name := range hostile() {
			p.write("source/in/"+name+"/"+name, "nested")
		}
		p.same()
		for _, name := range hostile() {
			p.rename("source/"+name, "source/in/moved"+name[:min(len(name), 200)])
		}
		p.same()
		p.remove("source/in")
		p.same()
		d.stop()
	})
}

// TestHostileNamesShell: the same names as ^variables of shell commands.
// §7: no name gets out of its parameter. §9: every name arrives.
func TestHostileNamesShell(t *testing.T) {
	p := newPlace(t)
	d := daemon(t, p.config(`sync { source = "$SOURCE", target = "$TARGET", delay = 0, maxProcesses = 1,
		onCreate = 'cp -p -- ^sourcePathname ^targetPathname', onModify = 'cp -p -- ^sourcePathname ^targetPathname',
		onMove = 'mv -- ^o.targetPathname ^d.targetPathname', onDelete = 'rm -f -- ^targetPathname' }`))
	for _, name := range hostile() {
		p.write("source/"+name, "x")
	}
	arrived := func(prefix string) func() bool {
		return func() bool {
			for _, name := range hostile() {
				if !p.exists("target/" + prefix + name[:min(len(name), 200)]) {
					return false
				}
			}
			return true
		}
	}
	eventually(t, "all files", func() bool {
		for _, name := range hostile() {
			if p.content("target/"+name) != "x" {
				return false
			}
		}
		return true
	})
	for _, name := range hostile() {
		p.rename("source/"+name, "source/m"+name[:min(len(name), 200)])
	}
	eventually(t, "all renames", arrived("m"))
	for _, name := range hostile() {
		p.remove("source/m" + name[:min(len(name), 200)])
	}
	eventually(t, "all deletions", func() bool {
		entries, err := os.ReadDir(p.target)
		return err == nil && len(entries) == 0
	})
	d.stop()
}

// TestChurn: random operations, interleaved with the daemon's work, end in equal trees.
func TestChurn(t *testing.T) {
	for _, extra := range []string{"maxProcesses = 1", "maxProcesses = 4"} {
		t.Run(extra, func(t *testing.T) { churn(t, extra) })
	}
}

func churn(t *testing.T, extra string) {
	// Transfers that run at the same time in one directory cannot know which of
	// them sets its time last; all else is equal.
	parallel := treetest.Options{NoDirTimes: extra != "maxProcesses = 1"}
	seed := rand.Uint64()
	eachRsync(t, func(t *testing.T, ps preset) {
		extra := extra
		if ps.name == "rsyncssh" {
			extra = "" // it takes one process
		}
		t.Logf("seed %d", seed)
		p := newPlace(t)
		rng := rand.New(rand.NewPCG(seed, uint64(len(ps.name))))
		if err := treetest.RandomTree(rng, p.source); err != nil {
			t.Fatal(err)
		}
		d := daemon(t, p.config(ps.config(extra)))
		// Each round ends in step: only within one does Churn know of changes to
		// a hard-linked file whose changed name goes away before they are sent.
		for range 3 {
			if _, err := treetest.Churn(rng, p.source, 200); err != nil {
				t.Fatal(err)
			}
			p.sameBut(parallel, p.source, p.target)
		}
		d.stop()
	})
}

// TestKilledDaemon: what happens while the daemon is dead, or was on its way, arrives after the next start.
func TestKilledDaemon(t *testing.T) {
	seed := rand.Uint64()
	eachPreset(t, func(t *testing.T, ps preset) {
		t.Logf("seed %d", seed)
		p := newPlace(t)
		rng := rand.New(rand.NewPCG(seed, 7))
		change := func() {
			t.Helper()
			if _, err := treetest.Churn(rng, p.source, 60); err != nil {
				t.Fatal(err)
			}
		}
		if err := treetest.RandomTree(rng, p.source); err != nil {
			t.Fatal(err)
		}
		config := p.config(ps.config(""))
		for range 3 {
			d := daemon(t, config)
			change()
			d.signal(syscall.SIGKILL)
			d.wait()
			change()
		}
		d := daemon(t, config)
		p.same()
		change()
		p.same()
		d.stop()
	})
}

// §9: failures are tried again, with default.direct, too.
func TestTargetAwayAndBack(t *testing.T) {
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		p.mkdir("mount")
		p.rename("target", "mount/target")
		p.target = p.path("mount/target")
		p.write("source/a", "1")
		d := daemon(t, p.config("settings { insist = true }\n"+ps.config("")))
		p.same()
		p.rename("mount", "unmounted")
		p.write("mount", "in the way")
		p.write("source/a", "22")
		p.write("source/b", "b")
		d.logs("trying again")
		d.waitsFor("target that is away")
		p.remove("mount")
		p.rename("unmounted", "mount")
		p.same()
		d.stop()
	})
}

func TestServerAwayAndBack(t *testing.T) {
	p := newPlace(t)
	server := newSSHD(t)
	ps := preset{name: "rsyncssh", server: server}
	p.write("source/a", "1")
	d := daemon(t, p.config("settings { insist = true }\n"+ps.config("")))
	p.same()
	p.write("refuse", "")
	server.refuse(t, true)
	p.write("source/a", "22")
	p.rename("source/a", "source/b")
	d.logs("trying again")
	server.refuse(t, false)
	p.same()
	d.stop()
}

// §9: half-written files are not sent.
func TestLargeFileIsNeverSeenHalf(t *testing.T) {
	eachPreset(t, func(t *testing.T, ps preset) {
		p := newPlace(t)
		d := daemon(t, p.config(ps.config("")))
		d.logs("startup done")
		f, err := os.Create(filepath.Join(p.source, "growing"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		chunk := []byte(strings.Repeat("0123456789abcdef", 1<<12))
		for range 16 {
			if _, err := f.Write(chunk); err != nil {
				t.Fatal(err)
			}
			p.write("source/other", fmt.Sprint(rand.Uint64()))
			p.sameFile("source/other", "target/other")
			if p.exists("target/growing") {
				t.Fatal("a file that is still being written was sent")
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		p.same()
		d.stop()
	})
}

func (p *place) sameFile(a, b string) {
	p.t.Helper()
	eventually(p.t, b+" equal to "+a, func() bool { return p.content(a) == p.content(b) })
}
