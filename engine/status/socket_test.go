package status

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func serve(t *testing.T, path string, ask func(context.Context, Request) (Snapshot, error)) *Server {
	t.Helper()
	s, err := Serve(path, telling(ask))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

// telling makes a handler of what answers every request with a snapshot.
func telling(ask func(context.Context, Request) (Snapshot, error)) Handler {
	return func(ctx context.Context, c Call) (Reply, error) {
		shot, err := ask(ctx, c.Request)
		return Reply{Snapshot: &shot}, err
	}
}

func answer(context.Context, Request) (Snapshot, error) { return sample(), nil }

func TestAskedAndAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	serve(t, path, answer)
	want := sample().UTF8()
	for i := range want.Syncs {
		want.Syncs[i].Delays = nil // they are not for the socket
	}
	var all sync.WaitGroup
	for range 3 * maxClients {
		all.Go(func() {
			got, err := Ask(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v", got)
			}
		})
	}
	all.Wait()
}

func TestSocketIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	serve(t, path, answer)
	info, err := os.Lstat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestSocketGoesWithItsServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	if err := serve(t, path, answer).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}

func TestCloseLeavesTheSocketOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	old := serve(t, path, answer)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	serve(t, path, answer)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Ask(t.Context(), path); err != nil {
		t.Errorf("the new server cannot be reached: %v", err)
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	leaveStale(t, path)
	if _, err := Ask(t.Context(), path); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("a dead socket says %v", err)
	}
	serve(t, path, answer)
	if _, err := Ask(t.Context(), path); err != nil {
		t.Error(err)
	}
}

// leaveStale makes what a killed daemon leaves.
func leaveStale(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestServeRefuses(t *testing.T) {
	dir := t.TempDir()
	taken, file := filepath.Join(dir, "taken"), filepath.Join(dir, "file")
	serve(t, taken, answer)
	if err := os.WriteFile(file, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, want string }{
		{"a living daemon", taken, "another daemon answers there"},
		{"a file", file, "no socket"},
		{"a missing directory", filepath.Join(dir, "no", "such"), "no such file"},
		{"a segment longer than an address", filepath.Join(dir, strings.Repeat("x", 120)), "too long for a socket"},
	} {
		s, err := Serve(c.path, telling(answer))
		if err == nil {
			_ = s.Close()
			t.Errorf("%s: no error", c.name)
		} else if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if got, _ := os.ReadFile(file); string(got) != "precious" {
		t.Errorf("file is now %q", got)
	}
}

func TestAskFails(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	serve(t, broken, func(context.Context, Request) (Snapshot, error) {
		return Snapshot{}, errors.New("the engine has ended")
	})
	if _, err := Ask(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("no socket: %v", err)
	}
	if _, err := Ask(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "the engine has ended") {
		t.Errorf("failing daemon: %v", err)
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid.sock")
	asked := make(chan struct{})
	serve(t, path, func(ctx context.Context, _ Request) (Snapshot, error) {
		close(asked)
		<-ctx.Done()
		return Snapshot{}, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if _, err := Ask(ctx, path); err == nil {
		t.Error("an answer, of whom?")
	}
}

func TestSocketBeside(t *testing.T) {
	for _, c := range []struct{ pid, file, want string }{
		{"/run/a.pid", "/var/s", "/run/a.pid.sock"},
		{"", "/var/s", "/var/s.sock"},
		{"", "", ""},
	} {
		if got := SocketBeside(c.pid, c.file); got != c.want {
			t.Errorf("SocketBeside(%q, %q) = %q", c.pid, c.file, got)
		}
	}
}
