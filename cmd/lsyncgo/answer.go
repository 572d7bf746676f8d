package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/status"
)

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

// answer opens the socket for the commands that ask a daemon. Syncing goes on without it.
// The result closes it.
func (s *service) answer() (stop func() error) {
	none := func() error { return nil }
	path := status.SocketBeside(s.settings.PidFile, s.settings.StatusFile)
	if path == "" {
		return none
	}
	server, err := status.Serve(path, s.handle)
	if err != nil {
		s.log.Log("Warn", err, "; lsyncgo status will not reach this daemon")
		return none
	}
	return server.Close
}

// handle answers a request, on any goroutine.
func (s *service) handle(ctx context.Context, c status.Call) (status.Reply, error) {
	answers := map[status.Verb]func(context.Context, status.Call) (status.Reply, error){
		status.VerbStatus: s.tellStatus, status.VerbDebug: s.debug,
		status.VerbPause: s.pause, status.VerbResume: s.resume, status.VerbResync: s.resync,
		status.VerbReload: s.reloadAsked, status.VerbStop: s.stopAsked,
		status.VerbWait: s.wait, status.VerbTrace: s.trace,
	}
	if f := answers[c.Verb]; f != nil {
		return f(ctx, c)
	}
	return status.Reply{}, fmt.Errorf("this daemon is lsyncgo %s and does not know %q; start it again with the lsyncgo that asks", version, c.Verb)
}

// onLoop runs f where the engine is.
func (s *service) onLoop(ctx context.Context, f func() error) (err error) {
	if !s.loop.Ask(ctx, func() { err = f() }) {
		return errors.New("the engine is busy or has ended")
	}
	return err
}

func (s *service) tellStatus(ctx context.Context, _ status.Call) (r status.Reply, err error) {
	err = s.onLoop(ctx, func() error {
		shot := s.snapshot(nil)
		r.Snapshot = &shot
		return nil
	})
	return r, err
}

func (s *service) debug(_ context.Context, c status.Call) (r status.Reply, err error) {
	on := c.Arg(1) == "on"
	if c.Arg(0) != "monitor" || !on && c.Arg(1) != "off" {
		return r, fmt.Errorf("there is nothing to debug called %q", c.Arg(0)+" "+c.Arg(1))
	}
	s.eventLog.shown.Store(on)
	s.log.Log("Normal", "debug monitor ", c.Arg(1), ", asked for by ", who(c))
	return r, nil
}

// who names the user who asks, for the log.
func who(c status.Call) string { return cmp.Or(c.User, "somebody") }

// pause has a sync do nothing for a while.
func (s *service) pause(ctx context.Context, c status.Call) (status.Reply, error) {
	length, err := strconv.ParseInt(cmp.Or(c.Arg(1), "0"), 10, 64)
	if err != nil || length < 0 {
		return status.Reply{}, fmt.Errorf("%q is no length of a pause", c.Arg(1))
	}
	return s.changePauses(ctx, func() (string, error) {
		p := core.Pause{Sync: c.Arg(0), By: who(c)}
		if length > 0 {
			p.Until = time.Now().Add(time.Duration(length))
		}
		return "", s.core.Pause(p)
	})
}

// resume ends a pause, or lets a sync on hold go on.
func (s *service) resume(ctx context.Context, c status.Call) (status.Reply, error) {
	return s.changePauses(ctx, func() (string, error) {
		still, err := s.core.Resume(c.Arg(0), who(c))
		if still != "" {
			still = "still on hold: " + printable.Line(still)
		}
		return still, err
	})
}

// changePauses runs f where the engine is, and keeps what came of it.
func (s *service) changePauses(ctx context.Context, f func() (text string, err error)) (r status.Reply, err error) {
	s.pauses.mu.Lock()
	defer s.pauses.mu.Unlock()
	var list []core.Pause
	err = s.onLoop(ctx, func() (err error) {
		r.Text, err = f()
		list = s.core.Pauses()
		return err
	})
	if err != nil {
		return r, err
	}
	if err := s.pauses.save(list); err != nil {
		s.log.Log("Warn", err, "; a restart will not know what is paused")
		return r, fmt.Errorf("it is done, but a restart will not know of it: %w", err)
	}
	return r, nil
}

// restorePauses puts the pauses of the process before in force.
func (s *service) restorePauses() {
	s.pauses.path = pausesFile(s.settings.PidFile, s.settings.StatusFile)
	list, err := s.pauses.load()
	if err != nil {
		s.log.Log("Error", s.pauses.path, ": ", err, "; nothing is paused")
	}
	s.core.Restore(list, time.Now())
}

// resync has a sync compare its source, or a path in it, with the target.
func (s *service) resync(ctx context.Context, c status.Call) (r status.Reply, err error) {
	var source, given string
	err = s.onLoop(ctx, func() error {
		for _, x := range s.core.Syncs() {
			if x.Config().Name == c.Arg(0) {
				source, given = x.Config().Source, x.Config().Given
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	path, is := "", core.Directory
	if len(c.Args) > 1 && source != "" {
		var inside bool
		if path, inside = within(source, given, c.Args[1:]); !inside {
			return r, fmt.Errorf("%q is not inside the source %s", c.Arg(1), source)
		}
		if is, err = placeIn(source, path); err != nil {
			return r, err
		}
	}
	return r, s.onLoop(ctx, func() error { return s.core.Resync(c.Arg(0), path, is, who(c)) })
}

// within returns the path below a source, without slashes at its ends, that one of several ways to write it means; "" for
// the source itself.
func within(source, given string, ways [][]byte) (path string, inside bool) {
	for _, way := range ways {
		for _, dir := range []string{source, given} {
			if dir == "" || !filepath.IsAbs(string(way)) {
				continue
			}
			dir = strings.TrimSuffix(dir, "/")
			if rest, ok := strings.CutPrefix(filepath.Clean(string(way)), dir); ok && (rest == "" || rest[0] == '/' || dir == "") {
				return strings.Trim(rest, "/"), true
			}
		}
	}
	return "", false
}

// placeIn says what is at a path below a source. No link on the way is followed: what is behind it is not in the source.
func placeIn(source, path string) (core.Place, error) {
	if path == "" {
		return core.Directory, nil
	}
	at := strings.TrimSuffix(source, "/")
	names := strings.Split(path, "/")
	for i, name := range names {
		at += "/" + name
		info, err := os.Lstat(at)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return core.Absent, nil
		case err != nil:
			return core.Absent, fmt.Errorf("look at what to sync: %w", err)
		case i == len(names)-1 && !info.IsDir():
			return core.Other, nil
		case !info.IsDir() && info.Mode()&os.ModeSymlink != 0:
			return core.Absent, fmt.Errorf("%s is a link, and what it leads to is not part of the source", at)
		case !info.IsDir():
			return core.Absent, nil
		}
	}
	return core.Directory, nil
}

// reloadAsked reads the config again and tells how that went.
func (s *service) reloadAsked(ctx context.Context, c status.Call) (r status.Reply, err error) {
	done := make(chan error, 1)
	select {
	case s.reloads <- reloading{why: "reload asked for by " + who(c), done: done}:
	case <-ctx.Done():
		return r, ctx.Err()
	}
	select {
	case err = <-done:
	case <-ctx.Done():
		return r, ctx.Err()
	}
	if err != nil {
		return r, errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return status.Reply{Text: "the new config is in force"}, nil
}

// stopAsked ends the daemon: the connection ends with it.
func (s *service) stopAsked(ctx context.Context, c status.Call) (status.Reply, error) {
	r, err := s.tellStatus(ctx, c)
	if err != nil {
		return r, err
	}
	if err := c.Send(r); err != nil {
		return r, err
	}
	s.endFor(ctx, "stop asked for by "+who(c), core.Stop{Code: exitOK, Why: "stop asked for by " + who(c)})
	<-ctx.Done()
	return status.Reply{}, nil
}

// wait answers when all that has happened has arrived.
func (s *service) wait(ctx context.Context, c status.Call) (r status.Reply, err error) {
	var names []string
	for i := range c.Args {
		names = append(names, c.Arg(i))
	}
	done := make(chan error, 1)
	var cancel func()
	err = s.onLoop(ctx, func() (err error) {
		cancel, err = s.core.Arrival(names, func(err error) { done <- err })
		return err
	})
	if err != nil {
		return r, err
	}
	select {
	case err = <-done:
		return r, err
	case <-ctx.Done():
		s.loop.Post(context.Background(), cancel)
		return r, ctx.Err()
	}
}
