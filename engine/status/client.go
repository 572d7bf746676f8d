package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// Ask gets a snapshot from the daemon that serves the socket at path.
// The error wraps ErrNoDaemon if there is none, and names the remedy.
func Ask(ctx context.Context, path string) (Snapshot, error) {
	return send(ctx, path, Request{})
}

// Resume lets a sync on hold go on. Errors as of Ask, or why it does not.
func Resume(ctx context.Context, path, sync string) error {
	_, err := send(ctx, path, Request{Resume: sync})
	return err
}

func send(ctx context.Context, path string, request Request) (Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := dial(ctx, path)
	if err != nil {
		return Snapshot{}, fmt.Errorf("status socket %s: %w", path, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := json.NewEncoder(conn).Encode(request); err != nil {
		return Snapshot{}, fmt.Errorf("status socket %s: %w", path, err)
	}
	var r reply
	if err := json.NewDecoder(conn).Decode(&r); err != nil {
		return Snapshot{}, fmt.Errorf("status socket %s: the daemon gave no answer: %w", path, err)
	}
	if r.Snapshot == nil {
		return Snapshot{}, fmt.Errorf("status socket %s: the daemon says: %s", path, r.Error)
	}
	return *r.Snapshot, nil
}

func dial(ctx context.Context, path string) (net.Conn, error) {
	name, release, err := address(path)
	if err != nil {
		return nil, err
	}
	defer release()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%w: there is no such socket; is it running, with this pidfile or status file?", ErrNoDaemon)
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("%w: the socket is left over from one that died", ErrNoDaemon)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%w; ask as root or as the user of the daemon", err)
	}
	return conn, err
}
