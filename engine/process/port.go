package process

import (
	"context"
	"fmt"
	"net"
)

// FreePort returns a TCP port of host, a name or an address of this machine, that nobody listens on. Nothing keeps it free
// afterwards: what is started there may find it taken.
func FreePort(ctx context.Context, host string) (int, error) {
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
