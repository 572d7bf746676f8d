package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"lsyncgo/engine/status"
)

// What can be asked of a daemon with debug.
const (
	debugOn  = "monitor on"
	debugOff = "monitor off"
)

// runDebug has a daemon log what its monitors report, or no longer.
func runDebug(e env, o *options) int {
	if len(o.configs) < 2 || o.configs[0] != "monitor" || o.configs[1] != "on" && o.configs[1] != "off" {
		return e.refuse(errors.New("debug needs what to log: write debug monitor on CONFIG, or debug monitor off CONFIG"))
	}
	path, err := daemonSocket("debug", o, o.configs[2:])
	if err != nil {
		return e.refuse(err)
	}
	if err := status.Debug(context.Background(), path, "monitor "+o.configs[1]); err != nil {
		e.complain(err)
		return exitFailed
	}
	return exitOK
}

// eventLog is the log of what monitors report, which a daemon can be asked for while it runs.
type eventLog struct {
	to    *bufferedLogger
	shown atomic.Bool // although the category is not enabled
}

// Enabled implements core.Log.
func (l *eventLog) Enabled(category string) bool {
	return l.to.Enabled(category) || category == "Inotify" && l.shown.Load()
}

// Log implements core.Log.
func (l *eventLog) Log(category string, args ...any) {
	if category == "Inotify" && !l.to.Enabled(category) {
		l.to.Log("Normal", append([]any{"monitor: "}, args...)...)
		return
	}
	l.to.Log(category, args...)
}

// answer opens the socket for the status command. Syncing goes on without it.
// The result closes it.
func (s *service) answer() (stop func() error) {
	none := func() error { return nil }
	path := status.SocketBeside(s.settings.PidFile, s.settings.StatusFile)
	if path == "" {
		return none
	}
	server, err := status.Serve(path, s.ask)
	if err != nil {
		s.log.Log("Warn", err, "; lsyncgo status will not reach this daemon")
		return none
	}
	return server.Close
}

// ask carries a request to the loop, from any goroutine.
func (s *service) ask(ctx context.Context, request status.Request) (shot status.Snapshot, err error) {
	ran := s.loop.Ask(ctx, func() {
		switch request.Debug {
		case "":
		case debugOn, debugOff:
			s.eventLog.shown.Store(request.Debug == debugOn)
		default:
			err = fmt.Errorf("there is nothing to debug called %q", request.Debug)
			return
		}
		if request.Resume != "" {
			err = s.core.Resume(request.Resume)
		}
		shot = s.snapshot(nil)
	})
	if !ran {
		err = errors.New("the engine is busy or has ended")
	}
	return shot, err
}
