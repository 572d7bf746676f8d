package loop

import (
	"context"

	"lsyncgo/engine/core"
	"lsyncgo/engine/process"
)

// reserve chooses a port beside the loop, as the name of the host may have to be
// looked up.
func (l *Loop) reserve(ctx context.Context, cmd core.Reserve) {
	l.placing.Go(func() {
		port, err := process.FreePort(ctx, cmd.Host)
		select {
		case l.answers <- core.Reserved{Proc: cmd.Proc, Port: port, Err: err}:
		case <-ctx.Done():
		}
	})
}
