package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/status"
)

// §10, §1 -logfile: what the program writes itself goes to devices, FIFOs, links, mounted files and directories that
// take no other file, and leaves them what they are.
func TestOwnFiles(t *testing.T) {
	t.Parallel()
	const report = "There are 0 delays"
	for _, c := range []struct {
		name    string
		files   string // settings, with $DIR
		prepare func(p *place) (reads func() string)
		kept    string // is still what it was
	}{
		{"stdout", `statusFile = "/dev/stdout"`, nil, ""},
		{"a link to stdout", `statusFile = "$DIR/status", logfile = "$DIR/status"`, func(p *place) func() string {
			p.symlink("/dev/stdout", "status")
			return nil
		}, "status"},
		{"a FIFO", `statusFile = "$DIR/status"`, func(p *place) func() string {
			if err := unix.Mkfifo(p.path("status"), 0o600); err != nil {
				p.t.Fatal(err)
			}
			return p.follow("status")
		}, "status"},
		{"a link", `statusFile = "$DIR/status", logfile = "$DIR/log", pidfile = "$DIR/pid"`, func(p *place) func() string {
			p.mkdir("real")
			p.symlink("real/status", "status")
			p.symlink("real/log", "log")
			p.symlink("real/pid", "pid")
			return func() string {
				if p.content("real/pid") == "" || !strings.Contains(p.content("real/log"), "--- Ready ---") {
					return ""
				}
				return p.content("real/status")
			}
		}, "status"},
		{"a mounted file", `statusFile = "$DIR/status"`, func(p *place) func() string {
			p.write("real", strings.Repeat("old\n", 1000))
			p.write("status", "")
			p.bind("real", "status")
			return func() string { return p.content("real") }
		}, "status"},
		{"a mounted file in a read-only directory", `statusFile = "$DIR/ro/status"`, func(p *place) func() string {
			p.write("real", "old\n")
			p.write("ro/status", "")
			p.bind("ro", "ro")
			if err := unix.Mount("", p.path("ro"), "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
				p.t.Fatal(err)
			}
			p.bind("real", "ro/status")
			return func() string { return p.content("real") }
		}, "ro/status"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			var reads func() string
			if c.prepare != nil {
				reads = c.prepare(p)
			}
			var before os.FileInfo
			if c.kept != "" {
				before = p.info(c.kept)
			}
			d := daemon(t, p.config(`settings { statusInterval = 0.1, `+c.files+` }
				sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`))
			p.write("source/f", "f")
			p.same()
			if reads == nil {
				reads = d.out.String
			}
			eventually(t, "the report", func() bool { return strings.Contains(reads(), report) })
			if strings.Contains(reads(), "old\n") {
				t.Errorf("the old content stays: %q", reads())
			}
			d.stop()
			if c.kept != "" {
				if after := p.info(c.kept); after.Mode().Type() != before.Mode().Type() || !os.SameFile(before, after) {
					t.Errorf("%s was %v and is %v", c.kept, before.Mode(), after.Mode())
				}
			}
			if strings.Contains(d.out.String(), " Error: ") {
				t.Error("errors")
			}
		})
	}
}

func (p *place) symlink(to, name string) {
	p.t.Helper()
	if err := os.Symlink(to, p.path(name)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) info(name string) os.FileInfo {
	p.t.Helper()
	info, err := os.Lstat(p.path(name))
	if err != nil {
		p.t.Fatal(err)
	}
	return info
}

// follow reads a FIFO from now on.
func (p *place) follow(name string) func() string {
	p.t.Helper()
	f, err := os.OpenFile(p.path(name), os.O_RDWR, 0) // so that it never ends
	if err != nil {
		p.t.Fatal(err)
	}
	var got output
	go func() {
		_, _ = bufio.NewReader(f).WriteTo(&got) // until the test closes it
	}()
	p.t.Cleanup(func() { _ = f.Close() })
	return got.String
}

// §1: a file or a link that another user put where the program writes is refused, with what to do, and nothing is started.
func TestOwnFilesOfStrangers(t *testing.T) {
	t.Parallel()
	const stranger = 64301
	for _, key := range []string{"logfile", "pidfile", "statusFile"} {
		for _, kind := range []string{"link", "file"} {
			t.Run(key+"/"+kind, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.write("secret", "secret\n")
				p.mkdir("tmp")
				p.write("source/f", "f")
				if err := unix.Chmod(p.path("tmp"), 0o1777); err != nil {
					t.Fatal(err)
				}
				want := "it belongs to user"
				if kind == "link" {
					want = "is not followed"
					p.symlink(p.path("secret"), "tmp/x")
				} else {
					p.write("tmp/x", "")
				}
				if err := os.Lchown(p.path("tmp/x"), stranger, stranger); err != nil {
					t.Fatal(err)
				}
				config := p.config(fmt.Sprintf(`settings { %s = "$DIR/tmp/x" }
					sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`, key))
				for _, args := range [][]string{{"check", config}, {"-nodaemon", config}, {config}} {
					d := start(t, args...)
					if code := d.wait(); code != 255 && code != 1 || !strings.Contains(d.out.String(), want) || !strings.Contains(d.out.String(), p.path("tmp/x")) {
						t.Errorf("%q: exit code %d, want %q in %s", args, code, want, d.out)
					}
				}
				if p.content("secret") != "secret\n" || p.exists("target/f") {
					t.Errorf("the secret is %q, started %t", p.content("secret"), p.exists("target/f"))
				}
			})
		}
	}
}

// §2 log: a name in a failure of default.direct reaches no terminal and no log raw, nor makes up a line. §1.
func TestNamesOnTheConsole(t *testing.T) {
	t.Parallel()
	const evil = "x\x1b]0;owned\a\x1b[2J\n12:00:00 Normal: forged\u202e\xff"
	p := newPlace(t)
	p.write("source/"+evil, "new")
	p.write("target/"+evil, "old")
	p.write("real", "old")
	p.bind("real", "target/"+evil) // cannot be replaced
	d := start(t, "-nodaemon", "-onepass", "-log", "all", p.config(`settings { logfile = "$DIR/log", statusFile = "$DIR/status" }
		sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`))
	if code := d.wait(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	const spelled = `x\x1b]0;owned\x07\x1b[2J\n12:00:00 Normal: forged\xe2\x80\xae\xff`
	for name, text := range map[string]string{"console": d.out.String(), "log": p.content("log"), "status file": p.content("status")} {
		if strings.ContainsAny(text, "\x1b\a\u202e") || strings.Contains(text, "\n12:00:00 Normal: forged") {
			t.Errorf("%s: raw in %q", name, text)
		}
		if name != "status file" && !strings.Contains(text, spelled) {
			t.Errorf("%s: no %q in %q", name, spelled, text)
		}
	}
}

// §1: nobody but its user and root may ask a daemon, and root asks it as what it is. §10.
func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	d := daemon(t, "-pidfile", p.path("pid"), p.config(`sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }`))
	if info := p.info("pid.sock"); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	for at := p.dir; at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	copied := exec.Command("install", "-m", "755", binary, p.path("lsyncgo")) // where everybody can start it
	if out, err := copied.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	ask := func(uid uint32, args ...string) *process {
		cmd := exec.Command(p.path("lsyncgo"), append(args, "-pidfile", p.path("pid"))...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		cmd.Dir = "/"
		return launch(t, cmd, nil)
	}
	if root := ask(0, "status"); root.wait() != 0 || !strings.Contains(root.out.String(), "Sync1: in step") {
		t.Errorf("root: %s", root.out)
	}
	for code, args := range map[int][]string{status.Unknown: {"status"}, 1: {"resume", "Sync1"}} {
		if other := ask(64302, args...); other.wait() != code || !strings.Contains(other.out.String(), "ask as root or as the user of the daemon") {
			t.Errorf("%q: %s", args, other.out)
		}
	}
	d.stop()
}
