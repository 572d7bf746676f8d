package lua

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// masters is the directory with the sockets of shared ssh connections.
type masters struct{ dir string }

// controlName is ssh's hash of host, port and user, 40 characters; ssh appends
// up to 17 more while it binds the socket.
const controlName = "%C"

// maxControlDir keeps the socket's path below the 104 bytes that some systems allow.
const maxControlDir = 104 - 40 - 17 - 2

// path returns the ControlPath, making the directory at the first call.
func (m *masters) path() (string, error) {
	if m.dir == "" {
		parent := os.TempDir()
		if len(parent) > maxControlDir-len("/lsyncgo-1234567890") {
			parent = "/tmp"
		}
		dir, err := os.MkdirTemp(parent, "lsyncgo-") // mode 0700
		if err != nil {
			return "", fmt.Errorf("create a directory for ssh sockets: %w", err)
		}
		m.dir = dir
	}
	return filepath.Join(m.dir, controlName), nil
}

// close asks the connections to end with their last session and removes the directory.
func (m *masters) close() {
	if m.dir == "" {
		return
	}
	sockets, err := os.ReadDir(m.dir)
	if err == nil && len(sockets) > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		for _, s := range sockets {
			// The path alone names the connection, the host does not matter. One that does not
			// answer ends by itself when it is idle.
			_ = exec.CommandContext(ctx, "ssh", "-F", "none", "-O", "stop", "-o", "ControlPath="+filepath.Join(m.dir, s.Name()), "any").Run()
		}
	}
	_ = os.RemoveAll(m.dir) // what cannot be removed is empty and private
	m.dir = ""
}
