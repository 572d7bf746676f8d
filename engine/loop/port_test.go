package loop_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"lsyncgo/engine/core"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/tunnel"
)

// words is work that tells its program and arguments.
type words string

func (w words) Describe() string { return string(w) }

// §9 tunnel: a pool's process is started with a port that it can listen on.
func TestPoolGetsFreePort(t *testing.T) {
	started := make(chan string, 10)
	sc := newScene(t, func(sc *scene, o *loop.Options) {
		way := &tunnel.Config{Name: "way", Pool: true, Parallel: 1, Localhost: "127.0.0.1", Command: []string{"run", "^localhost:^localport"},
			NewWork: func(argv []string) core.Work {
				started <- argv[1]
				return words(strings.Join(argv, " "))
			}}
		if _, err := sc.core.Add(core.SyncConfig{Name: "two", Source: "/two/", Actions: script{}, Tunnel: way}); err != nil {
			t.Fatal(err)
		}
		o.Core = sc.core
	})
	address := <-started
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("the address given was %s: %v", address, err)
	}
	if got := fmt.Sprint(l.Addr()); got != address {
		t.Errorf("listening on %s, not %s", got, address)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	id := <-sc.runner.started
	sc.loop.Stop(core.Stop{Code: 143, Why: "SIGTERM"})
	if killed := <-sc.runner.killed; killed != id {
		t.Errorf("killed %d, want the tunnel %d", killed, id)
	}
	sc.runner.exits <- core.Exited{Proc: id, Result: core.Result{Code: 143, Signal: 15}}
	sc.wantExit(143)
}

// A host that has no address is a failure that is tried again, not the end.
func TestNoFreePort(t *testing.T) {
	log := &lines{}
	sc := newScene(t, func(sc *scene, o *loop.Options) {
		sc.core = core.New(core.Settings{Insist: true}, log)
		way := &tunnel.Config{Name: "way", Pool: true, Parallel: 1, Localhost: "[", NewWork: func(argv []string) core.Work { return words(argv[0]) }}
		if _, err := sc.core.Add(core.SyncConfig{Name: "two", Source: "/two/", Actions: script{}, Tunnel: way}); err != nil {
			t.Fatal(err)
		}
		o.Core = sc.core
		log.wanted, log.seen = "find a free port of", make(chan struct{})
	})
	<-log.seen
	sc.cancel()
	sc.wantExit(0)
}

// lines closes seen when a line with the wanted text was logged.
type lines struct {
	wanted string
	seen   chan struct{}
}

func (l *lines) Log(_ string, args ...any) {
	if l.wanted != "" && strings.Contains(fmt.Sprint(args...), l.wanted) {
		l.wanted = ""
		close(l.seen)
	}
}
func (*lines) Enabled(string) bool { return true }
