package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/user"
	"strconv"
	"sync"
	"time"

	"lsyncgo/engine/ownfile"
)

// patience is how long one request may take, a slow reader included.
const patience = 10 * time.Second

// maxClients bounds the connections that are answered at once; others wait in
// the kernel's backlog.
const maxClients = 16

// maxFollowers bounds the connections of long requests; more are refused.
const maxFollowers = 32

// maxRequest bounds what a client may ask, in bytes.
const maxRequest = 64 << 10

// pace is the time between two requests that reach the engine, however many clients ask.
const pace = 10 * time.Millisecond

// Server answers requests over a unix socket.
type Server struct {
	path     string
	file     os.FileInfo // the socket as it was made
	listener *net.UnixListener
	handle   Handler
	ctx      context.Context
	cancel   context.CancelFunc
	slots    chan struct{}
	// followers are the connections that stay.
	followers chan struct{}
	clients   sync.WaitGroup

	mu   sync.Mutex // guards next
	next time.Time  // when the engine may be bothered again
}

// Call is one request, and how it is answered.
type Call struct {
	Request
	// User is who asks, by name or number; empty if the system does not tell.
	User string
	// Send answers once more, before the last answer, and waits until the client has taken that.
	Send func(Reply) error
}

// Handler answers a call. Of a long request its context ends when the client goes away, of any other with the client's patience.
type Handler func(context.Context, Call) (Reply, error)

// Serve makes a socket at path, mode 0600, and answers every request with
// what handle says, which is called from many goroutines. The socket a dead
// daemon left behind is replaced; one that answers, or a file that is no socket, is an error. The
// caller closes the server.
func Serve(path string, handle Handler) (*Server, error) {
	s := &Server{path: path, handle: handle, slots: make(chan struct{}, maxClients), followers: make(chan struct{}, maxFollowers)}
	if err := s.listen(); err != nil {
		return nil, fmt.Errorf("status socket %s: %w", path, err)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.clients.Go(s.accept)
	return s, nil
}

func (s *Server) listen() error {
	p, err := locate(s.path)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.clearStale(); err != nil {
		return err
	}
	config := net.ListenConfig{Control: private}
	l, err := config.Listen(context.Background(), "unix", p.name)
	if err != nil {
		return err
	}
	s.listener = l.(*net.UnixListener)
	s.listener.SetUnlinkOnClose(false) // it would remove whatever has the name by then
	if err := restrict(p.name); err != nil {
		_ = l.Close()
		return err
	}
	if s.file, err = p.Stat(); err != nil {
		_ = l.Close()
		return err
	}
	return nil
}

// clearStale removes the socket of a daemon that is gone.
func (p *place) clearStale() error {
	info, err := p.Stat()
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&os.ModeSocket == 0 {
		return errors.New("a file that is no socket is in the way; remove it or choose another pidfile or status file")
	}
	if uid, known := ownfile.Owner(info); known && uid != 0 && uid != os.Geteuid() && !p.Private() {
		return fmt.Errorf("a socket of user %d is in the way, and other users can write in its directory; remove it, or choose another pidfile or status file", uid)
	}
	conn, err := net.DialTimeout("unix", p.name, patience)
	switch {
	case err == nil:
		_ = conn.Close()
		return errors.New("another daemon answers there; stop it or choose another pidfile or status file")
	case !refused(err): // it is there and has no time, or may not be asked
		return fmt.Errorf("another daemon may be there: %w; stop it or choose another pidfile or status file", err)
	}
	return p.Remove()
}

func (s *Server) accept() {
	for {
		select {
		case s.slots <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors: the next one may do better
			<-s.slots
			if !s.pause() {
				return
			}
			continue
		}
		release := sync.OnceFunc(func() { <-s.slots })
		s.clients.Go(func() {
			defer release()
			s.answer(conn.(*net.UnixConn), release)
		})
	}
}

// pause keeps a failing Accept from using up a processor.
func (s *Server) pause() bool {
	timer := time.NewTimer(100 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// answer reads one request and answers it. Release lets other clients have the place of one that stays.
func (s *Server) answer(conn *net.UnixConn, release func()) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, func() { _ = conn.Close() })()
	_ = conn.SetDeadline(time.Now().Add(patience))
	c := Call{User: userOf(conn), Send: func(r Reply) error { return send(conn, r) }}
	if json.NewDecoder(io.LimitReader(conn, maxRequest)).Decode(&c.Request) != nil {
		return // it is no client of ours
	}
	err := c.understood()
	if err == nil && c.Verb.long() {
		var leave func()
		leave, err = s.stay(conn, release, cancel)
		defer leave()
	} else {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, patience)
		defer end()
	}
	if !s.turn(ctx) {
		return
	}
	var r Reply
	if err == nil {
		r, err = s.handle(ctx, c)
	}
	if err != nil {
		r = Reply{Error: err.Error()}
		if refusal, ok := errors.AsType[*Refusal](err); ok {
			r.Code = refusal.Code
		}
	}
	_ = send(conn, r) // a client that went away has no use for an error
}

// errFollowers answers one client too many.
var errFollowers = fmt.Errorf("%d clients wait or follow already; no more are taken", maxFollowers)

// stay makes a connection one that may take its time, and has gone called when the client has ended it. The caller calls leave.
func (s *Server) stay(conn *net.UnixConn, release, gone func()) (leave func(), err error) {
	release()
	select {
	case s.followers <- struct{}{}:
	default:
		return func() {}, errFollowers
	}
	_ = conn.SetDeadline(time.Time{})
	s.clients.Go(func() {
		_, _ = io.Copy(io.Discard, conn) // a client has nothing more to say
		gone()
	})
	return func() { <-s.followers }, nil
}

// send writes one answer; who does not take it in time is gone.
func send(conn *net.UnixConn, r Reply) error {
	r.Version = Protocol
	if r.Snapshot != nil {
		shot := r.Snapshot.UTF8()
		r.Snapshot = &shot
	}
	_ = conn.SetWriteDeadline(time.Now().Add(patience))
	return json.NewEncoder(conn).Encode(r)
}

// userOf names the user at the other end.
func userOf(conn *net.UnixConn) string {
	uid, known := peer(conn)
	if !known {
		return ""
	}
	number := strconv.Itoa(uid)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return "user " + number
}

// turn waits until the engine may be bothered again, and reports whether that was before the end of ctx.
func (s *Server) turn(ctx context.Context) bool {
	s.mu.Lock()
	now := time.Now()
	at := s.next
	if at.Before(now) {
		at = now
	}
	s.next = at.Add(pace)
	s.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Close ends all connections, waits for their goroutines and removes the socket
// if it is still the one that Serve made.
func (s *Server) Close() error {
	s.cancel()
	err := s.listener.Close()
	s.clients.Wait()
	p, e := locate(s.path)
	if e != nil {
		return errors.Join(err, e)
	}
	defer p.Close()
	if info, statErr := p.Stat(); statErr == nil && os.SameFile(info, s.file) {
		err = errors.Join(err, p.Remove())
	}
	return err
}
