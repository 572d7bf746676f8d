package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/daemon"
)

// signals receives what catch asked for.
type signals struct{ ch chan os.Signal }

// catch makes signals wait until someone listens, so that one that comes while
// the engine is being built ends it in order.
func catch() *signals {
	s := &signals{make(chan os.Signal, 8)}
	signal.Notify(s.ch, append([]os.Signal{os.Interrupt, syscall.SIGTERM}, extraSignals...)...)
	// A log whose reader has gone would otherwise end the daemon at its next line. Nobody reads
	// this channel; ignoring the signal would have the children ignore it, too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return s
}

func (s *signals) stop() { signal.Stop(s.ch) }

// listen acts on signals until the result is called.
func (s *service) listen(in *signals) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	handled, reloaded := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(handled)
		s.handleSignals(ctx, in.ch)
	}()
	// Loading runs the config, which may take for ever; TERM must work meanwhile.
	go func() {
		defer close(reloaded)
		for {
			select {
			case r := <-s.reloads:
				r.done <- s.reload(r.why)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-handled
		timer := time.NewTimer(time.Second)
		defer timer.Stop()
		select {
		case <-reloaded:
		case <-timer.C: // a config that does not end goes down with the process
		}
	}
}

func (s *service) handleSignals(ctx context.Context, in <-chan os.Signal) {
	for {
		select {
		case sig := <-in:
			s.signal(ctx, sig)
		case <-ctx.Done():
			return
		}
	}
}

func (s *service) signal(ctx context.Context, sig os.Signal) {
	switch {
	case sig == os.Interrupt:
		s.end(ctx, "INT", syscall.SIGINT)
	case sig == syscall.SIGTERM:
		s.end(ctx, "TERM", syscall.SIGTERM)
	case isReload(sig):
		select {
		case s.reloads <- reloading{why: "HUP signal", done: make(chan error, 1)}:
		default: // one is waiting already and will see the newest config
		}
	case isReport(sig):
		s.loop.Post(ctx, s.statusFile.soon)
	}
}

// end ends the engine for a signal.
func (s *service) end(ctx context.Context, name string, sig syscall.Signal) {
	s.endFor(ctx, name+" signal", stopped(name, int(sig)))
}

// endFor asks the engine to end; once more ends what it waits for.
func (s *service) endFor(ctx context.Context, why string, stop core.Stop) {
	go s.free(ctx)
	s.notify(daemon.Stopping)
	go s.loop.Post(ctx, s.silence) // an end that was asked for is no failure
	s.log.Log("Normal", "--- ", why, ", fading ---")
	s.loop.Stop(stop)
}

// callbackGrace is how long a callback may keep the loop from ending, and those after it, which include the same one
// tried again.
var callbackGrace = [2]time.Duration{2 * time.Second, 100 * time.Millisecond}

// free ends callbacks that the loop is busy with for long, until ctx ends.
func (s *service) free(ctx context.Context) {
	for grace := callbackGrace[0]; ctx.Err() == nil; {
		soon, cancel := context.WithTimeout(ctx, grace)
		if !s.loop.Post(soon, func() {}) && errors.Is(soon.Err(), context.DeadlineExceeded) {
			s.inForce.Load().Interrupt()
			grace = callbackGrace[1]
		}
		<-soon.Done()
		cancel()
	}
}
