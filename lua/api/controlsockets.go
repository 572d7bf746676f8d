package api

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"lsyncgo/engine/runtimedir"
)

// controlSockets keeps the sockets of shared ssh connections.
type controlSockets struct {
	dir     runtimedir.Dir
	limit   int  // of the path of dir
	failing bool // that there can be no directory was said
	ending  sync.WaitGroup
}

// controlName is ssh's hash of host, port and user, 40 characters; ssh appends
// up to 17 more while it binds the socket.
const controlName = "%C"

// maxControlDir keeps the socket's path below the 104 bytes that some systems allow.
const maxControlDir = 104 - 40 - 17 - 2

// stopLimit is how long ssh may take to let go of the connections.
const stopLimit = 2 * time.Second

// path returns the ControlPath. Each ssh asks for it anew: a user who could put a directory in the
// place of one that was cleaned away would receive its session.
func (c *controlSockets) path() (string, error) {
	dir, err := c.dir.Path(c.limit)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, controlName), nil
}

// close asks the connections to end with their last session, and removes the directory. It does not wait for that:
// a connection that hangs must not stop the loop. wait does.
func (c *controlSockets) close() {
	dir := c.dir.Detach()
	path := dir.Existing()
	c.ending.Go(func() {
		defer func() { _ = dir.Close() }() // what cannot be removed is empty and private
		sockets, err := os.ReadDir(path)
		if path == "" || err != nil || len(sockets) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		defer cancel()
		for _, s := range sockets {
			// The path alone names the connection, the host does not matter. One that does not
			// answer ends by itself when it is idle.
			cmd := exec.CommandContext(ctx, "ssh", "-F", "none", "-O", "stop", "-o", "ControlPath="+filepath.Join(path, s.Name()), "any")
			cmd.WaitDelay = stopLimit
			_ = cmd.Run()
		}
	})
}

// wait returns when what close began has ended, soon after stopLimit at the latest.
func (c *controlSockets) wait() { c.ending.Wait() }
