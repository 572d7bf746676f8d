package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sshd is a real server on a port of loopback, with keys of its own.
type sshd struct {
	Config string // ssh -F file: host "target" leads here
	Port   int
	log    *output
	dir    string
	pid    int
}

// refuse lets the server turn everybody away, or not any more: its list of
// authorized keys is emptied and restored, and connections in use are ended.
func (s *sshd) refuse(t *testing.T, refuse bool) {
	t.Helper()
	from, to := "authorized", "authorized.away"
	if !refuse {
		from, to = to, from
	}
	if err := os.Rename(filepath.Join(s.dir, from), filepath.Join(s.dir, to)); err != nil {
		t.Fatal(err)
	}
	if refuse {
		s.cut()
	}
}

// cut ends all connections. The sessions are children of the server: ending them ends shared connections.
func (s *sshd) cut() {
	_ = exec.Command("pkill", "-KILL", "-P", fmt.Sprint(s.pid)).Run() // exit code 1: there were none
}

// stop ends the server with all connections; serve starts it again.
func (s *sshd) stop(t *testing.T) {
	t.Helper()
	_ = syscall.Kill(s.pid, syscall.SIGSTOP) // it accepts no more
	s.cut()
	_ = syscall.Kill(s.pid, syscall.SIGKILL)
	eventually(t, "sshd to be gone", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
}

// logins counts the connections that were authenticated.
func (s *sshd) logins() int { return strings.Count(s.log.String(), "Accepted publickey") }

// newSSHD starts a server that ends with the test.
func newSSHD(t *testing.T) *sshd {
	t.Helper()
	dir := t.TempDir()
	for _, key := range []string{"host", "user"} {
		command(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, key))
	}
	public, err := os.ReadFile(filepath.Join(dir, "user.pub"))
	if err != nil {
		t.Fatal(err)
	}
	s := &sshd{Port: freePort(t), Config: filepath.Join(dir, "ssh_config"), log: &output{}, dir: dir}
	file(t, filepath.Join(dir, "authorized"), string(public))
	file(t, filepath.Join(dir, "sshd_config"), fmt.Sprintf(`
Port %d
ListenAddress 127.0.0.1
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/authorized
PidFile %[2]s/pid
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
`, s.Port, dir))
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	file(t, s.Config, fmt.Sprintf(`
Host target
  HostName 127.0.0.1
  Port %d
  User %s
  IdentityFile %s/user
  IdentitiesOnly yes
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  LogLevel ERROR
`, s.Port, me.Username, dir))
	s.serve(t, dir)
	return s
}

func (s *sshd) serve(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() == 0 { // its privilege separation directory; packages make it at boot
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path, err := exec.LookPath("sshd")
	if err != nil {
		path = "/usr/sbin/sshd"
	}
	cmd := exec.Command(path, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	cmd.Stderr = s.log
	cmd.WaitDelay = time.Second // its sessions hold the pipe and end by themselves
	if err := cmd.Start(); err != nil {
		t.Fatalf("start sshd: %v", err)
	}
	s.pid = cmd.Process.Pid
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("sshd:\n%s", s.log)
		}
	})
	listens(t, "sshd", s.Port)
}

// listens waits until something accepts connections on a port of loopback.
func listens(t *testing.T, what string, port int) {
	t.Helper()
	eventually(t, what+" to listen", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func file(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
