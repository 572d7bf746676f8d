package lua_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/event"
	"lsyncgo/engine/process"
)

// renamer makes the commands by which default.rsyncssh renames below a target directory.
type renamer struct {
	*stage
	root string // the target directory
}

func newRenamer(t *testing.T) *renamer {
	t.Helper()
	root := filepath.Join(t.TempDir(), "it's the target")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	return renamerOf(t, root)
}

func renamerOf(t *testing.T, root string) *renamer {
	t.Helper()
	path := os.Getenv("PATH")
	stubs(t)
	st := start(t, fmt.Sprintf(`sync{ default.rsyncssh, source = source, host = "h", targetdir = %q, init = false, ssh = { multiplex = false } }`, root))
	t.Setenv("PATH", path)
	return &renamer{st, root}
}

// command is what ssh would be started with to rename from to to.
func (r *renamer) command(from, to string) *process.Command {
	r.Helper()
	r.event(event.Move, from, to)
	r.advance(15 * time.Second)
	cmd := r.stage.command()
	r.exit(0)
	r.advance(15 * time.Second)
	r.stage.command() // rsync, for the times of the directories
	r.exit(0)
	return cmd
}

// farSide is what a host may have: a login shell, a sh, and programs.
type farSide struct {
	name  string
	login []string // with the option before the command
	sh    string   // "": that of the system
	tools []string // nil: those of the system; else a directory has these only
}

var (
	withoutPerl = []string{"env", "mv", "pwd", "stat"}
	busybox     = []string{"busybox env", "busybox mv", "busybox pwd", "busybox stat"}
	// loginShells parse the command, each in its own way, and start the sh of the system.
	loginShells = []farSide{
		{name: "sh", login: []string{"sh", "-c"}}, {name: "bash", login: []string{"bash", "-c"}}, {name: "dash", login: []string{"dash", "-c"}},
		{name: "fish", login: []string{"fish", "-c"}}, {name: "tcsh", login: []string{"tcsh", "-c"}}, {name: "zsh", login: []string{"zsh", "-c"}},
		{name: "mksh", login: []string{"mksh", "-c"}}, {name: "busybox", login: []string{"busybox", "sh", "-c"}},
	}
	// shells carry out the script.
	shells = []farSide{
		{name: "dash", sh: "dash"}, {name: "bash", sh: "bash"}, {name: "mksh", sh: "mksh"}, {name: "zsh", sh: "zsh"}, {name: "busybox", sh: "busybox sh", tools: busybox},
		{name: "no perl", sh: "dash", tools: withoutPerl},
	}
)

// run has cmd carried out on the far side and returns the exit code of the login shell.
func (f farSide) run(t *testing.T, cmd *process.Command) (int, string) {
	t.Helper()
	login := f.login
	if login == nil {
		login = []string{"sh", "-c"}
	}
	binary, err := exec.LookPath(login[0])
	if err != nil {
		t.Fatalf("%v; run scripts/deps.sh test", err)
	}
	c := exec.Command(binary, append(login[1:len(login):len(login)], cmd.Args[len(cmd.Args)-1])...)
	c.Stdin = bytes.NewReader(cmd.Stdin)
	c.Env = append(os.Environ(), "PATH="+f.path(t), "CDPATH=/:/tmp")
	out, err := c.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// path returns a PATH with the programs of the far side.
func (f farSide) path(t *testing.T) string {
	t.Helper()
	if f.sh == "" {
		return os.Getenv("PATH")
	}
	dir := t.TempDir()
	program := func(name, words string) {
		binary, applet, _ := strings.Cut(words, " ")
		found, err := exec.LookPath(binary)
		if err != nil {
			t.Fatalf("%v; run scripts/deps.sh test", err)
		}
		if applet != "" {
			name = applet
		}
		if err := os.Symlink(found, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	program("sh", f.sh)
	for _, tool := range f.tools {
		program(tool, tool)
	}
	if f.tools == nil {
		return dir + ":" + os.Getenv("PATH")
	}
	return dir
}

func (r *renamer) path(name string) string { return r.root + "/" + name }

func (r *renamer) put(name, content string) {
	r.Helper()
	err := os.MkdirAll(filepath.Dir(r.path(name)), 0o755)
	if err := errors.Join(err, os.WriteFile(r.path(name), []byte(content), 0o644)); err != nil {
		r.Fatal(err)
	}
}

// empty removes all that is in the target directory.
func (r *renamer) empty() {
	r.Helper()
	entries, err := os.ReadDir(r.root)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(r.path(e.Name())))
	}
	if err != nil {
		r.Fatal(err)
	}
}

func (r *renamer) content(name string) string {
	b, err := os.ReadFile(r.path(name))
	if err != nil {
		return "(none)"
	}
	return string(b)
}

// hostile are names that some shell would take for something else.
var hostile = []string{
	"a b", "it's", `"quoted"`, `back\slash\`, "two\nlines", "end\n", "!!", "$(touch x) `touch y` $HOME", "-n", "--", "~", "~root", "*?[a]{b,c}", "#; & | < > ( )",
	"\xff\xfe\x81\x88\xe9", "\t\r\x01\x1b[31m", "%s^path", strings.Repeat("\u00fc", 127) + "x",
}

// §9 rsyncssh: whatever a name is, and whichever shells the host has, what was renamed is renamed there.
func TestRenameInShells(t *testing.T) {
	r := newRenamer(t)
	type pair struct {
		from, to string
		cmd      *process.Command
	}
	var pairs []pair
	for i, name := range hostile {
		other := hostile[(i+1)%len(hostile)]
		for _, p := range []pair{{from: name, to: other}, {from: name + "/" + other, to: other + "/" + name}, {from: name + "/d/" + other, to: name + "/d/x" + other[:1]}} {
			p.cmd = r.command(p.from, p.to)
			pairs = append(pairs, p)
		}
	}
	try := func(far farSide, pairs []pair) {
		t.Run(far.name, func(t *testing.T) {
			for _, p := range pairs {
				r.empty()
				r.put(p.from, "content")
				r.put(p.to, "before")
				if code, said := far.run(t, p.cmd); code != 0 || r.content(p.to) != "content" || r.content(p.from) != "(none)" {
					t.Errorf("%q to %q: exit code %d, %q; now %s and %s", p.from, p.to, code, said, r.content(p.from), r.content(p.to))
				}
			}
		})
	}
	for _, far := range loginShells {
		try(far, pairs[:6]) // it sees no name
	}
	for _, far := range shells {
		try(far, pairs)
	}
}

// §9 rsyncssh: who can write at the target leads no rename out of it, and takes none in.
func TestRenameFollowsNoLink(t *testing.T) {
	r := newRenamer(t)
	outside := t.TempDir()
	link := func(name string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(r.path(name)), 0o755), os.Symlink(outside, r.path(name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, from, to string
		obstacle       func()
		code           int
	}{
		{"nothing in the way", "a", "b", func() {}, 0},
		{"link above the new name", "a", "d/b", func() { link("d") }, 73},
		{"link far above it", "a", "d/e/b", func() { link("d") }, 73},
		{"link in between", "a", "d/e/b", func() { link("d/e") }, 73},
		{"link above the old name", "d/a", "b", func() { _ = os.RemoveAll(r.path("d")); link("d") }, 73},
		{"link above both", "d/a", "d/b", func() { _ = os.RemoveAll(r.path("d")); link("d") }, 73},
		{"link to a directory", "a", "b", func() { link("b") }, 0},
		{"link to a file", "a", "b", func() { _ = os.Symlink(outside+"/a", r.path("b")) }, 0},
		{"directory", "a", "b", func() { r.put("b/c", "") }, 73},
		{"empty directory", "a", "b", func() { _ = os.Mkdir(r.path("b"), 0o755) }, 73},
		{"directory for a directory", "d/", "b/", func() { r.put("d/x", ""); r.put("b/c", "") }, 73},
		{"file", "a", "b", func() { r.put("b", "old") }, 0},
		{"another name of it", "a", "b", func() { _ = os.Link(r.path("a"), r.path("b")) }, 73},
		{"link to the old name", "a", "b", func() { _ = os.Symlink("a", r.path("b")) }, 0},
		{"nothing to rename", "a", "b", func() { _ = os.Remove(r.path("a")) }, 73},
		{"directory above is missing", "a", "no/b", func() {}, 73},
	} {
		cmd := r.command(c.from, c.to)
		for _, far := range shells {
			r.empty()
			if err := os.WriteFile(outside+"/a", []byte("outside"), 0o644); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(c.from, "/") {
				r.put(c.from, "mine")
			}
			c.obstacle()
			want := c.code
			if far.name == "busybox" && c.name == "link to a directory" {
				want = 73 // its mv refuses, and rsync does it
			}
			code, said := far.run(t, cmd)
			if names, _ := os.ReadDir(outside); code != want || len(names) != 1 {
				t.Errorf("%s, %s: exit code %d, wanted %d; outside is %v; it said %q", c.name, far.name, code, want, names, said)
			}
			if now, _ := os.ReadFile(outside + "/a"); string(now) != "outside" || want == 0 && r.content(c.to) != "mine" {
				t.Errorf("%s, %s: outside is %q, the new name has %q", c.name, far.name, now, r.content(c.to))
			}
		}
	}
}

// TestRenameOfTheTarget: the target directory itself may be a link, and the root directory.
func TestRenameOfTheTarget(t *testing.T) {
	r := newRenamer(t)
	cmd := r.command("a", "d/b")
	behind := filepath.Join(t.TempDir(), "real\n")
	if err := errors.Join(os.Mkdir(behind, 0o755), os.Remove(r.root), os.Symlink(behind, r.root)); err != nil {
		t.Fatal(err)
	}
	below := strings.TrimPrefix(behind, "/")
	atRoot := renamerOf(t, "/").command(below+"/a", below+"/d/b")
	for _, c := range []*process.Command{cmd, atRoot} {
		for _, far := range shells {
			r.empty()
			r.put("a", "content")
			r.put("d/c", "")
			if code, said := far.run(t, c); code != 0 || r.content("d/b") != "content" {
				t.Errorf("%s: exit code %d, %q", far.name, code, said)
			}
		}
	}
}

// §9 rsyncssh: between file systems, and between mounts of one, rsync has to do it.
func TestRenameCopiesNothing(t *testing.T) {
	r := newRenamer(t)
	for _, dir := range []string{"tmpfs", "bind", "bound"} {
		if err := os.Mkdir(r.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(unix.Mount("none", r.path("tmpfs"), "tmpfs", 0, ""), unix.Mount(r.path("bound"), r.path("bind"), "", unix.MS_BIND, ""))
	t.Cleanup(func() {
		_ = unix.Unmount(r.path("tmpfs"), unix.MNT_DETACH)
		_ = unix.Unmount(r.path("bind"), unix.MNT_DETACH)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.put("a", "content")
	for _, to := range []string{"tmpfs/b", "bind/b"} {
		cmd := r.command("a", to)
		for _, far := range shells {
			code, said := far.run(t, cmd)
			if _, err := os.Lstat(r.path(to)); code != 73 || err == nil || r.content("a") != "content" {
				t.Errorf("%s, %s: exit code %d, %q, %v", to, far.name, code, said, err)
			}
		}
	}
}

// §9 rsyncssh: a script of which the end is missing does nothing, nor does one that never came.
func TestRenameCutOff(t *testing.T) {
	r := newRenamer(t)
	cmd := r.command("a", "b")
	for _, n := range []int{0, len(cmd.Stdin) / 2, len(cmd.Stdin) - 2} {
		for _, far := range shells {
			r.empty()
			r.put("a", "content")
			cut := *cmd
			cut.Stdin = cmd.Stdin[:n]
			if code, _ := far.run(t, &cut); code != 73 || r.content("a") != "content" {
				t.Errorf("%s, %d bytes: exit code %d", far.name, n, code)
			}
		}
	}
}

// §9 rsyncssh: a directory above the new name becomes a link to another one and back all the time.
func TestRenameRaces(t *testing.T) {
	r := newRenamer(t)
	outside := t.TempDir()
	r.put("d/e/keep", "")
	if err := errors.Join(os.Mkdir(outside+"/e", 0o755), os.Symlink(outside, r.path("l"))); err != nil {
		t.Fatal(err)
	}
	commands := []*process.Command{r.command("a", "d/e/b"), r.command("d/e/b", "a"), r.command("d/e/b", "d/e/c")}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			default:
				_ = unix.Renameat2(unix.AT_FDCWD, r.path("d"), unix.AT_FDCWD, r.path("l"), unix.RENAME_EXCHANGE)
			}
		}
	}()
	const rounds = 12
	for range rounds {
		for _, far := range shells {
			for i, cmd := range commands {
				r.put("a", "mine")
				_ = os.WriteFile(outside+"/e/b", []byte("theirs"), 0o644)
				far.run(t, cmd)
				now, _ := os.ReadFile(outside + "/e/b")
				if names, _ := os.ReadDir(outside + "/e"); len(names) != 1 || string(now) != "theirs" || r.content("a") == "theirs" {
					t.Fatalf("%s, command %d: outside is %v, b has %q, a has %q", far.name, i, names, now, r.content("a"))
				}
			}
		}
	}
	close(done)
	<-ended
}
