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
	r, err := Do(ctx, path, NewRequest(VerbStatus))
	switch {
	case err != nil:
		return Snapshot{}, err
	case r.Snapshot == nil:
		return Snapshot{}, fmt.Errorf("status socket %s: the daemon says: %s", path, printable.Line(r.Text))
	}
	return *r.Snapshot, nil
}

// Do has the daemon carry out a request and returns its last answer. Errors are as of Ask, or a Refusal: why it does not.
func Do(ctx context.Context, path string, request Request) (Reply, error) {
	var last Reply
	err := Follow(ctx, path, request, func(r Reply) error { last = r; return nil })
	return last, err
}

// Follow is Do; it calls each with every answer, and ends when that returns an error. An answer that is an error ends it.
func Follow(ctx context.Context, path string, request Request, each func(Reply) error) error {
	if !request.Verb.long() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	if err := exchange(ctx, path, request, each); err != nil {
		return fmt.Errorf("status socket %s: %w", path, err)
	}
	return nil
}

func exchange(ctx context.Context, path string, request Request, each func(Reply) error) error {
	p, err := locate(path)
	if errors.Is(err, os.ErrNotExist) {
		return errNoSocket
	}
	if err != nil {
		return err
	}
	defer p.Close()
	conn, err := p.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := p.mayAsk(conn); err != nil {
		return err
	}
	if err := json.NewEncoder(conn).Encode(request); err != nil && !errors.Is(err, syscall.EPIPE) { // it may have answered already
		return err
	}
	bounded := &io.LimitedReader{R: conn}
	body := bufio.NewReader(bounded)
	for answers := 0; answers == 0 || request.Verb.long(); answers++ {
		bounded.N = maxReply + 1
		r, err := read(body)
		switch {
		case answers > 0 && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
			return nil
		case err != nil:
			return err
		}
		if err := r.refused(request.Verb); err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// refused is the error that an answer tells of.
func (r *Reply) refused(verb Verb) error {
	switch {
	case r.Error != "":
		return &Refusal{"the daemon says: " + printable.Line(r.Error), r.Code}
	case r.Version < Protocol && verb != VerbStatus:
		return &Refusal{Text: fmt.Sprintf("the running daemon is older than this lsyncgo command and does not know %q; start the daemon again", verb)}
	}
	return nil
}

// maxReply and maxTokens bound what an answer may be: any user's program may answer root. Even ten thousand syncs
// need less. A token of two bytes may become a value of some hundred, so bytes alone are no bound.
const (
	maxReply  = 16 << 20
	maxTokens = 1 << 20
)

// read reads an answer. What is in it is not printable yet.
func read(body *bufio.Reader) (Reply, error) {
	line, err := body.ReadBytes('\n') // Encode ends with one
	switch {
	case len(line) > maxReply:
		return Reply{}, fmt.Errorf("the answer has more than %d bytes and is not read", maxReply)
	case err != nil:
		return Reply{}, fmt.Errorf("the daemon gave no answer: %w", err)
	}
	tokens := json.NewDecoder(bytes.NewReader(line))
	for n := 0; ; n++ {
		if _, err := tokens.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return Reply{}, fmt.Errorf("the answer is not understood: %w", err)
		}
		if n > maxTokens {
			return Reply{}, fmt.Errorf("the answer has more than %d values and is not read", maxTokens)
		}
	}
	var r Reply
	if err := json.Unmarshal(line, &r); err != nil {
		return Reply{}, fmt.Errorf("the answer is not understood: %w", err)
	}
	return r, nil
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
