package status

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"lsyncgo/engine/printable"
)

// Ask gets a snapshot from the daemon that serves the socket at path.
// Paths and texts are as the daemon has them. The error wraps ErrNoDaemon if there is none, and names the remedy; a
// server that is not trusted is not asked.
func Ask(ctx context.Context, path string) (Snapshot, error) {
	return send(ctx, path, Request{})
}

// Resume lets a sync on hold go on. Errors as of Ask, or why it does not.
func Resume(ctx context.Context, path, sync string) error {
	_, err := send(ctx, path, Request{Resume: sync})
	return err
}

// Debug has a daemon begin or end to log something, "monitor on" or "monitor off". Errors as of Ask.
func Debug(ctx context.Context, path, what string) error {
	_, err := send(ctx, path, Request{Debug: what})
	return err
}

func send(ctx context.Context, path string, request Request) (Snapshot, error) {
	shot, err := exchange(ctx, path, request)
	if err != nil {
		return Snapshot{}, fmt.Errorf("status socket %s: %w", path, err)
	}
	return shot, nil
}

func exchange(ctx context.Context, path string, request Request) (Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p, err := locate(path)
	if errors.Is(err, os.ErrNotExist) {
		return Snapshot{}, errNoSocket
	}
	if err != nil {
		return Snapshot{}, err
	}
	defer p.Close()
	conn, err := p.dial(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := p.mayAsk(conn); err != nil {
		return Snapshot{}, err
	}
	if err := json.NewEncoder(conn).Encode(request); err != nil && !errors.Is(err, syscall.EPIPE) { // it may have answered already
		return Snapshot{}, err
	}
	return read(conn)
}

// maxReply and maxTokens bound what an answer may be: any user's program may answer root. Even ten thousand syncs
// need less. A token of two bytes may become a value of some hundred, so bytes alone are no bound.
const (
	maxReply  = 16 << 20
	maxTokens = 1 << 20
)

// read reads an answer. What is in it is not printable yet.
func read(conn io.Reader) (Snapshot, error) {
	body := bufio.NewReader(io.LimitReader(conn, maxReply+1))
	line, err := body.ReadBytes('\n') // Encode ends with one
	switch {
	case len(line) > maxReply:
		return Snapshot{}, fmt.Errorf("the answer has more than %d bytes and is not read", maxReply)
	case err != nil:
		return Snapshot{}, fmt.Errorf("the daemon gave no answer: %w", err)
	}
	tokens := json.NewDecoder(bytes.NewReader(line))
	for n := 0; ; n++ {
		if _, err := tokens.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return Snapshot{}, fmt.Errorf("the answer is not understood: %w", err)
		}
		if n > maxTokens {
			return Snapshot{}, fmt.Errorf("the answer has more than %d values and is not read", maxTokens)
		}
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		return Snapshot{}, fmt.Errorf("the answer is not understood: %w", err)
	}
	if r.Snapshot == nil {
		return Snapshot{}, fmt.Errorf("the daemon says: %s", printable.Line(r.Error))
	}
	return *r.Snapshot, nil
}

// mayAsk says why the user who serves the socket is not asked: his answer is shown, and what he is asked is done, as if
// he were the daemon. He is, if he is root, the user who asks, or the one whose directory it is alone. Root may ask anybody.
func (p *place) mayAsk(conn *net.UnixConn) error {
	if os.Geteuid() == 0 {
		return nil
	}
	owner, alone := p.owner()
	server, known := peer(conn)
	switch {
	case !known && alone:
		server = owner
	case !known:
		return errors.New("it cannot be told who serves it, and others can write in its directory; ask as root, or choose a pidfile in a directory of the daemon's user")
	}
	if server == 0 || server == os.Geteuid() || alone && server == owner {
		return nil
	}
	return fmt.Errorf("it is served by user %d, who is neither root nor you nor the one whom its directory belongs to alone, and is not asked; ask as root or as that user", server)
}

var errNoSocket = fmt.Errorf("%w: there is no such socket; is it running, with this pidfile or status file?", ErrNoDaemon)

func (p *place) dial(ctx context.Context) (*net.UnixConn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", p.name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errNoSocket
	case refused(err):
		return nil, fmt.Errorf("%w: the socket is left over from one that died", ErrNoDaemon)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%w; ask as root or as the user of the daemon", err)
	case err != nil:
		return nil, err
	}
	return conn.(*net.UnixConn), nil
}

// refused tells of errors of connect that nobody listens.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
