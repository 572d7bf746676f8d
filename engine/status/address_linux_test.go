package status

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A socket address holds 108 bytes; a pidfile's path may have 4096.
func TestDeepSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep\n/", 40))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "pid.sock")
	leaveStaleDeep(t, path)
	s := serve(t, path, answer)
	if _, err := Ask(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	alone(t, filepath.Dir(dir))
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}

func leaveStaleDeep(t *testing.T, path string) {
	t.Helper()
	p, err := locate(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	leaveStale(t, p.name)
}

// Between bind and a chmod anyone could connect.
func TestSocketIsBornPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "born.sock")
	config := net.ListenConfig{Control: private}
	l, err := config.Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
