//go:build unix

package api

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lsyncgo/lua"
)

// §9 rsyncssh: an ssh that does not come back holds up nobody but who waits for it.
func TestControlSocketsClose(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("RUNTIME_DIRECTORY", dir)
	bin, fifo := t.TempDir(), filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bin+"/ssh", []byte("#!/bin/sh\nread -r line <"+fifo+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	m := controlSockets{limit: 1000}
	path, err := m.path()
	if err != nil {
		t.Fatal(err)
	}
	sockets := filepath.Dir(path)
	if err := os.WriteFile(sockets+"/socket", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m.close()
	if _, err := os.Lstat(sockets + "/socket"); err != nil {
		t.Errorf("close waited for ssh: %v", err)
	}
	m.wait() // ssh is ended after stopLimit
	if _, err := os.Lstat(sockets); !os.IsNotExist(err) {
		t.Errorf("after wait: %v", err)
	}
}

// TestNoControlPath, §9: that no private directory can be made is said once.
func TestNoControlPath(t *testing.T) {
	log := &warnings{}
	s := New(lua.New(lua.StateOptions{Log: log}))
	defer s.Close()
	s.sockets.limit = 1
	if err := s.L.DoString("assert(lsyncd.controlpath() == nil and lsyncd.controlpath() == nil)"); err != nil {
		t.Fatal(err)
	}
	if len(*log) != 1 || !strings.HasPrefix((*log)[0], "ssh connections are not shared: ") {
		t.Errorf("logged %q", *log)
	}
}

type warnings []string

func (w *warnings) Log(category string, args ...any) {
	if category == "Warn" {
		*w = append(*w, fmt.Sprint(args...))
	}
}

func (*warnings) Enabled(string) bool { return true }
