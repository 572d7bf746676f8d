package loop

import (
	"context"
	"fmt"
	"net"

	"lsyncgo/engine/core"
)

// reserve chooses a port beside the loop, as the name of the host may have to be
// looked up.
func (l *Loop) reserve(ctx context.Context, cmd core.Reserve) {
	l.placing.Go(func() {
		port, err := freePort(ctx, cmd.Host)
		select {
		case l.answers <- core.Reserved{Proc: cmd.Proc, Port: port, Err: err}:
		case <-ctx.Done():
		}
	})
}

// freePort returns a TCP port of host that nobody listens on. Nothing keeps it
// free afterwards; a process that finds it taken ends, and gets another one.
func freePort(ctx context.Context, host string) (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return 0, fmt.Errorf("find a free port of %q: %w", host, err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return 0, fmt.Errorf("free port %d of %q: %w", port, host, err)
	}
	return port, nil
}
