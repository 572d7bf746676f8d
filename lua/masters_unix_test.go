//go:build unix

package lua

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// §9 rsyncssh: an ssh that does not come back holds up nobody but who waits for it.
func TestMastersClose(t *testing.T) {
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
	m := masters{limit: 1000}
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
