package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// rsyncssh is a sync of default.rsyncssh to targetdir on server.
func rsyncssh(server *sshd, targetdir, extra string) string {
	return fmt.Sprintf(`sync { default.rsyncssh, source = "$SOURCE", host = "target", targetdir = %q, delay = 0.2,
		rsync = { archive = true }, ssh = { _extra = { "-F", %q } }, %s }`, targetdir, server.Config, extra)
}

// home makes dir the home directory of whoever logs in.
func (s *sshd) home(t *testing.T, dir string) {
	t.Helper()
	s.forced(t, fmt.Sprintf(`cd %[1]s && HOME=%[1]s exec sh -c \"$SSH_ORIGINAL_COMMAND\"`, dir))
}

// forced has the server run a shell command instead of what it is asked for.
func (s *sshd) forced(t *testing.T, command string) {
	t.Helper()
	path := filepath.Join(s.dir, "authorized")
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file(t, path, fmt.Sprintf(`command="%s" %s`, command, key))
}

// §9: whatever the login shell is, what is renamed is renamed there; who may run rsync only gets it from that.
func TestMoveByLoginShells(t *testing.T) {
	t.Parallel()
	for name, shell := range map[string]string{
		"fish": "exec fish -c", "tcsh": "exec tcsh -c", "zsh": "exec zsh -c", "busybox": "exec busybox sh -c",
		"rsync only": "f() { case $1 in rsync*) eval $1 ;; *) exit 1 ;; esac; }; f",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			server := newSSHD(t)
			server.forced(t, shell+` \"$SSH_ORIGINAL_COMMAND\"`)
			p.write("source/d/it's\n!$HOME", "a")
			d := daemon(t, "-pidfile", p.path("pid"), p.config(rsyncssh(server, p.target, "")))
			d.logs("startup done")
			before := p.inode("target/d/it's\n!$HOME")
			p.mkdir("source/e")
			p.same()
			eventually(t, "an empty queue", p.idle) // a move is a move only of what nothing else waits for
			p.rename("source/d/it's\n!$HOME", "source/e/\\\xff")
			p.same()
			if renamed := p.inode("target/e/\\\xff") == before; renamed != (name != "rsync only") {
				t.Errorf("renamed: %v", renamed)
			}
			d.stop()
		})
	}
}

// inode returns the number of a file's inode, which no other file gets before the test has ended: file systems
// give a number again at once otherwise.
func (p *place) inode(name string) uint64 {
	p.t.Helper()
	held, err := os.Open(p.path(name))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { held.Close() })
	info, err := held.Stat()
	if err != nil {
		p.t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

// §9: a targetdir below the home directory: what is renamed at the source is renamed there, not lost and not sent again.
func TestHomeDirectory(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	server := newSSHD(t)
	p.mkdir("home dir") // a blank in it, which has to survive the remote shell
	if err := os.Symlink("home dir", p.path("home")); err != nil {
		t.Fatal(err)
	}
	server.home(t, p.path("home"))
	p.target = p.path("home dir/mirror")
	p.write("source/a file", "a")
	p.write("source/dir/b", "b")
	d := daemon(t, "-pidfile", p.path("pid"), p.config(rsyncssh(server, "~/mirror", "")))
	d.logs("startup done")
	before := []uint64{p.inode("home/mirror/a file"), p.inode("home/mirror/dir/b")}
	p.rename("source/a file", "source/dir/it's $HOME")
	p.same()
	eventually(t, "an empty queue", p.idle) // a move is a move only of what nothing else waits for
	p.rename("source/dir", "source/~")
	p.same()
	after := []uint64{p.inode("home/mirror/~/it's $HOME"), p.inode("home/mirror/~/b")}
	if fmt.Sprint(before) != fmt.Sprint(after) || strings.Contains(d.out.String(), "sending it instead") {
		t.Errorf("inodes %v became %v: not renamed", before, after)
	}
	d.stop()
}

// §9: a move that the host refuses becomes a transfer of the destination, and the origin goes from the target only
// if the sync deletes there at all.
func TestRefusedMove(t *testing.T) {
	t.Parallel()
	for _, del := range []string{"true", "false", `"startup"`} {
		t.Run(strings.Trim(del, `"`), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			server := newSSHD(t)
			p.write("source/gone", "1")
			p.write("source/origin", "2")
			p.write("source/last", "3")
			d := daemon(t, p.config(rsyncssh(server, p.target, "delete = "+del)))
			d.logs("startup done")

			p.remove("target/gone") // by somebody else
			p.rename("source/gone", "source/new")
			eventually(t, "the new name of what the target does not have", func() bool { return p.content("target/new") == "1" })

			p.mkdir("target/taken")
			p.rename("source/origin", "source/taken")
			eventually(t, "a name that was taken by a directory", func() bool { return p.content("target/taken") == "2" })
			eventually(t, "two failed moves to be told", func() bool { return strings.Count(d.out.String(), "sending it instead") == 2 })
			p.rename("source/last", "source/moved") // and one that works
			eventually(t, "a move", func() bool { return p.content("target/moved") == "3" && !p.exists("target/last") })
			if kept := p.exists("target/origin"); kept != (del != "true") {
				t.Errorf("the origin is at the target: %v, with delete = %s", kept, del)
			}
			d.stop()
		})
	}
}

// §9: without the shared connection every batch logs in, with it none of them does (TestLoginsAreShared).
func TestLoginsNotShared(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	server := newSSHD(t)
	config := strings.Replace(rsyncssh(server, p.target, ""), "ssh = {", "ssh = { multiplex = false,", 1)
	d := daemon(t, p.config(config))
	d.logs("startup done")
	for i := range 3 {
		before := server.logins()
		p.write("source/file", fmt.Sprint("content ", i))
		p.same()
		if server.logins() == before {
			t.Error("no login for a batch")
		}
	}
	d.stop()
}

// §9: a directory of control sockets that was cleaned away is made again; what somebody puts in its place gets no connection.
func TestControlSocketsGone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"removed", "another user's", "link"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			server := newSSHD(t)
			run, err := os.MkdirTemp("/tmp", "r") // the path of a socket has to be short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(run) })
			p.write("source/file", "1")
			d := startEnv(t, []string{"RUNTIME_DIRECTORY=" + run}, "-nodaemon", "-log", "all", p.config(rsyncssh(server, p.target, "")))
			d.logs("startup done")
			p.same()
			sockets, err := filepath.Glob(run + "/lsyncgo-*/*")
			if err != nil || len(sockets) != 1 {
				t.Fatalf("sockets %q, %v", sockets, err)
			}
			dir := filepath.Dir(sockets[0])
			accepted := make(chan bool, 1)
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if name != "removed" {
				at := dir
				if name == "link" {
					at = p.path("theirs")
					if err := os.Symlink(at, dir); err != nil {
						t.Fatal(err)
					}
				}
				accepted = theirSocket(t, at, filepath.Base(sockets[0]))
			}
			for _, content := range []string{"two", "three"} {
				p.write("source/file", content)
				p.same()
			}
			select {
			case <-accepted:
				t.Error("somebody else's socket got a connection")
			default:
			}
			if now, _ := filepath.Glob(run + "/lsyncgo-*/*"); len(now) == 0 || strings.Contains(d.out.String(), "are not shared") {
				t.Errorf("connections are not shared any more: %q", now)
			}
			d.stop()
		})
	}
}

// theirSocket makes a directory of another user in which a socket listens, and tells of the first connection.
func theirSocket(t *testing.T, dir, name string) chan bool {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	accepted := make(chan bool, 1)
	go func() {
		if conn, err := l.Accept(); err == nil {
			accepted <- true
			_ = conn.Close()
		}
	}()
	return accepted
}
