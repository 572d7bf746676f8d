//go:build unix

package daemon

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// AwaitEnd waits until there is no process of this number, and reports whether that was before the end of ctx.
func AwaitEnd(ctx context.Context, pid int) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for pid > 0 && !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
