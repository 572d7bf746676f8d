package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"lsyncgo/engine/ownfile"
)

// patience is how long one request may take, a slow reader included.
const patience = 10 * time.Second

// maxClients bounds the connections that are answered at once; others wait in
// the kernel's backlog.
const maxClients = 16

// maxRequest bounds what a client may ask, in bytes.
const maxRequest = 64 << 10

// pace is the time between two requests that reach the engine, however many clients ask.
const pace = 10 * time.Millisecond

// Server answers Ask and Resume over a unix socket.
type Server struct {
	path     string
	file     os.FileInfo // the socket as it was made
	listener *net.UnixListener
	handle   func(context.Context, Request) (Snapshot, error)
	ctx      context.Context
	cancel   context.CancelFunc
	slots    chan struct{}
	clients  sync.WaitGroup

	mu   sync.Mutex // guards next
	next time.Time  // when the engine may be bothered again
}

// Request is what a client asks for.
type Request struct {
	// Resume names a sync on hold that shall go on; empty: only tell the status.
	Resume string `json:"resume,omitempty"`
	// Debug says what is to be logged from now on, or no longer; empty: as it is.
	Debug string `json:"debug,omitempty"`
}

// Serve makes a socket at path, mode 0600, and answers every request with
// what handle returns, which is called from many goroutines. The socket a dead
// daemon left behind is replaced; one that answers, or a file that is no socket, is an error. The
// caller closes the server.
func Serve(path string, handle func(context.Context, Request) (Snapshot, error)) (*Server, error) {
	s := &Server{path: path, handle: handle, slots: make(chan struct{}, maxClients)}
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
		s.clients.Go(func() {
			defer func() { <-s.slots }()
			s.answer(conn)
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

// reply is what goes over the socket, as one JSON object.
type reply struct {
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Error    string    `json:"error,omitempty"`
}

func (s *Server) answer(conn net.Conn) {
	defer conn.Close()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	defer context.AfterFunc(s.ctx, func() { _ = conn.Close() })()
	_ = conn.SetDeadline(time.Now().Add(patience))
	var request Request
	if json.NewDecoder(io.LimitReader(conn, maxRequest)).Decode(&request) != nil {
		return // it is no client of ours
	}
	if !s.turn(ctx) {
		return
	}
	var r reply
	if shot, err := s.handle(ctx, request); err != nil {
		r.Error = err.Error()
	} else {
		shot = shot.UTF8()
		r.Snapshot = &shot
	}
	_ = json.NewEncoder(conn).Encode(r) // a client that went away has no use for an error
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
