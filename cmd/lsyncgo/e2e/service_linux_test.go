package e2e

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manager is the service manager's end of the notifications.
type manager struct {
	t    *testing.T
	conn *net.UnixConn
	env  []string
}

func newManager(t *testing.T) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	name := filepath.Join(dir, "s")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &manager{t: t, conn: conn, env: []string{prompt, "NOTIFY_SOCKET=" + name, "WATCHDOG_USEC=200000"}}
}

// next returns the next message that is no sign of life and no mere report, or with alive the next sign of life; what says what
// is waited for.
func (m *manager) next(what string, alive bool) string {
	m.t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		m.t.Fatal(err)
	}
	buf := make([]byte, 4096)
	for {
		n, err := m.conn.Read(buf)
		if err != nil {
			m.t.Fatalf("waited in vain to be notified of %s: %v", what, err)
		}
		text := string(buf[:n])
		if strings.HasPrefix(text, "STATUS=") || strings.HasPrefix(text, "EXTEND_TIMEOUT_USEC=") {
			continue
		}
		if (text == "WATCHDOG=1") == alive {
			return text
		}
	}
}

func (m *manager) wants(pattern string) {
	m.t.Helper()
	if got := m.next(pattern, false); !regexp.MustCompile(`^(` + pattern + `)$`).MatchString(got) {
		m.t.Errorf("notified %q, want %s", got, pattern)
	}
}

// TestServiceManager: the unit says Type=notify, WatchdogSec and ExecReload with HUP.
func TestServiceManager(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile("../../../scripts/systemd/lsyncgo.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"Type=notify", "WatchdogSec=60", "ExecReload=/bin/kill -HUP $MAINPID", "SuccessExitStatus=143", "ProtectSystem=full"} {
		if !strings.Contains(string(unit), "\n"+line+"\n") {
			t.Errorf("the unit has no line %s", line)
		}
	}
	p := newPlace(t)
	p.write("source/a", "1")
	p.mkdir("slow")
	if err := syscall.Mkfifo(p.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := newManager(t)
	d := startEnv(t, m.env, "-nodaemon", "-log", "Exec", "-logfile", p.path("log"), p.config(`
		sync { default.direct, source = "$SOURCE", target = "$TARGET", delay = 0.1 }
		sync { source = "$DIR/slow", delay = 0, init = function() os.execute("sleep 0.3; echo >$DIR/watched") end,
			onCreate = function(event) spawn(event, "sh", "-c", "read line <$DIR/fifo") end }`))
	m.wants(`READY=1\nSTATUS=2 syncs: .*`)
	if !p.exists("watched") || !strings.Contains(p.content("log"), "--- Ready ---") {
		t.Error("it said READY=1 before its watches were placed")
	}
	p.same()
	for range 3 { // while nothing happens
		m.next("being alive (WATCHDOG=1)", true)
	}

	p.config("sync { broken")
	d.signal(syscall.SIGHUP)
	m.wants(`(?s)RELOADING=1\nMONOTONIC_USEC=\d+`)
	m.wants(`(?s)READY=1.*`) // with the old config
	p.write("source/b", "2")
	p.same()
	p.write("slow/a", "1")
	eventually(t, "a process", func() bool { return strings.Contains(p.content("log"), "read line") })
	d.signal(syscall.SIGTERM)
	m.wants(`(?s)STOPPING=1.*`) // before the process that is waited for has ended, or it would be killed for taking so long
	p.goOn("fifo")
	if code := d.wait(); code != 143 {
		t.Errorf("exit code %d", code)
	}
}
