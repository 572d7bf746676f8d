package status

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lsyncgo/engine/usertest"
)

const (
	daemonUser = 64201
	asker      = 64202
)

// open makes a directory of a user that everybody can reach.
func open(t *testing.T, uid int, mode uint32) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chown(dir, uid, uid), unix.Chmod(dir, mode)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Who is asked, and who may ask: the socket is its owner's and root's, unless somebody widens it. §10.
func TestWhoIsAsked(t *testing.T) {
	for _, c := range []struct {
		name         string
		owner        int // of the directory
		mode         uint32
		server, user int
		widened      bool
		want         string
	}{
		{"root asks root", 0, 0o755, 0, 0, false, ""},
		{"root asks anybody", daemonUser, 0o777, daemonUser, 0, false, ""},
		{"the user himself", daemonUser, 0o755, daemonUser, daemonUser, false, ""},
		{"the user himself, in /tmp", 0, 0o1777, daemonUser, daemonUser, false, ""},
		{"another user", daemonUser, 0o755, daemonUser, asker, false, "permission denied; ask as root"},
		{"root's daemon", 0, 0o755, 0, asker, false, "permission denied; ask as root"},
		{"root's daemon, widened", 0, 0o755, 0, asker, true, ""},
		{"root's daemon in /tmp, widened", 0, 0o1777, 0, asker, true, ""},
		{"another user in his own directory, widened", daemonUser, 0o755, daemonUser, asker, true, ""},
		{"another user in /tmp, widened", 0, 0o1777, daemonUser, asker, true, fmt.Sprintf("served by user %d", daemonUser)},
		{"another user in his group's directory, widened", daemonUser, 0o775, daemonUser, asker, true, fmt.Sprintf("served by user %d", daemonUser)},
		{"another user in the asker's directory, widened", asker, 0o777, daemonUser, asker, true, fmt.Sprintf("served by user %d", daemonUser)},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(open(t, c.owner, c.mode), "pid.sock")
			usertest.As(t, c.server, func() { serve(t, path, answer) })
			if c.widened {
				if err := os.Chmod(path, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			var err error
			usertest.As(t, c.user, func() { _, err = Ask(t.Context(), path) })
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A stranger's link or socket leads nobody to another daemon, and his socket is not removed as if it were ours. §1.
func TestSocketOfStranger(t *testing.T) {
	good := open(t, 0, 0o755)
	serve(t, filepath.Join(good, "pid.sock"), answer)
	dir := open(t, 0, 0o1777)
	link, sock := filepath.Join(dir, "link.sock"), filepath.Join(dir, "pid.sock")
	usertest.As(t, asker, func() {
		if err := os.Symlink(filepath.Join(good, "pid.sock"), link); err != nil {
			t.Error(err)
		}
		leaveStale(t, sock)
	})
	if _, err := Do(t.Context(), link, NewRequest(VerbResume, "web")); err == nil || !strings.Contains(err.Error(), "not followed") {
		t.Errorf("asked through a link: %v", err)
	}
	for path, want := range map[string]string{link: "not followed", sock: "a socket of user 64202 is in the way"} {
		if s, err := Serve(path, telling(answer)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
			if err == nil {
				_ = s.Close()
			}
		}
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
}

// hostile serves one connection with what write writes, as long as the client takes it.
func hostile(t *testing.T, write func(net.Conn)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pid.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		write(conn)
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return path
}

// Whoever serves the socket, the answer is bounded in size, values and time, and nothing of it reaches a terminal raw. §10.
func TestHostileServer(t *testing.T) {
	endless := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			for block := []byte(strings.Repeat(text, 4096/len(text)+1)); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}
	}
	once := func(text string) func(net.Conn) {
		return func(c net.Conn) { _, _ = io.WriteString(c, text+"\n") }
	}
	drip := func(c net.Conn) {
		for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
			if _, err := c.Write([]byte(" ")); err != nil {
				tick.Stop()
				return
			}
		}
	}
	const many = maxTokens + 1
	for _, c := range []struct {
		name  string
		write func(net.Conn)
		want  string
	}{
		{"gigabytes", endless(`{"snapshot":{"syncs":[`), "more than 16777216 bytes"},
		{"a string without end", endless(`{"error":"xxxxxxxxxxxxxxxxxxxxxx`), "more than 16777216 bytes"},
		{"many values", once(`{"snapshot":{"syncs":[` + strings.Repeat("0,", many) + `0]}}`), "values and is not read"},
		{"nothing", func(net.Conn) {}, "gave no answer"},
		{"half", func(c net.Conn) { _, _ = io.WriteString(c, `{"snapshot":`) }, "gave no answer"},
		{"silence", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "gave no answer"},
		{"a byte now and then", drip, "gave no answer"},
		{"no JSON", once("hello\x1b[2J"), "not understood"},
		{"huge numbers", once(`{"snapshot":{"daemon":{"pid":1e999999999}}}`), "not understood"},
		{"large numbers", once(`{"snapshot":{"daemon":{"pid":99999999999999999999}}}`), "not understood"},
		{"deep nesting", once(strings.Repeat("[", 500000)), "not understood"},
		{"deep nesting that ends", once(`{"x":` + strings.Repeat("[", 200000) + strings.Repeat("]", 200000) + "}"), "not understood"},
		{"an error that is no line", once(`{"error":"x\u001b[2J\n12:00:00 forged\u202e"}`), `the daemon says: x\x1b[2J\n12:00:00 forged\xe2\x80\xae`},
		{"null", once("null"), "the daemon says: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if c.name == "silence" || c.name == "a byte now and then" {
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			_, err := Ask(ctx, hostile(t, c.write))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\x1b\n\u202e") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	evil := `"x\u001b]0;owned\u0007\n12:00:00 forged\u202e"`
	path := hostile(t, once(strings.NewReplacer("\n", "", "\t", "", "?", evil).Replace(`{"snapshot":{
		"daemon":{"version":?,"config":?,"monitor":?},
		"syncs":[{"name":?,"source":?,"target":?,"state":?,"reason":?,"running":[{"command":?}],"lastError":{"text":?,"command":?,"tail":[?]},
			"degraded":[?],"notMounted":[?],"excludes":[?],"filters":[?],"delays":[{"status":?,"type":?,"path":?,"dest":?}]}],
		"tunnels":[{"name":?,"running":[{"command":?}],"lastError":{"text":?,"command":?,"tail":[?]}}]}}`)))
	shot, err := Ask(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer, Snapshot) error{"text": WriteText, "JSON": WriteJSON, "file": WriteReport} {
		var b bytes.Buffer
		if err := write(&b, shot); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); strings.ContainsAny(text, "\x1b\a\u202e") || strings.Contains(text, "\n12:00:00") || !strings.Contains(text, "owned") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// A client that asks too much, or nothing, costs the daemon little and is let go. §10.
func TestHostileClient(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	asked := make(chan Request, 1000)
	serve(t, path, func(_ context.Context, r Request) (Snapshot, error) {
		asked <- r
		return sample(), nil
	})
	for name, text := range map[string]string{
		"a long request": `{"resume":"` + strings.Repeat("x", maxRequest) + `"}`,
		"deep nesting":   strings.Repeat("[", maxRequest-10),
		"no request":     "GET / HTTP/1.1\r\n\r\n",
	} {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, text+"\n") // the server may have hung up
		if got, _ := io.ReadAll(conn); len(got) > 0 {
			t.Errorf("%s: answered %q", name, got)
		}
		_ = conn.Close()
	}
	if len(asked) > 0 {
		t.Errorf("the engine was asked %d times", len(asked))
	}
	var idle []net.Conn
	for range maxClients - 1 {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, conn)
	}
	if _, err := Ask(t.Context(), path); err != nil {
		t.Errorf("beside idle clients: %v", err)
	}
	for _, conn := range idle {
		_ = conn.Close()
	}
}
