package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"lsyncgo/engine/heartbeat"
	"lsyncgo/engine/message"
	"lsyncgo/engine/status"
	"lsyncgo/lua/config"
)

// beating is the heartbeat that the config in force asks for. The loop's goroutine owns it while the loop runs.
type beating struct {
	what  config.Heartbeat
	stop  context.CancelFunc
	tasks sync.WaitGroup // those that are stopped, too
}

// beat has the heartbeat be what settings ask for. One that is for the same service goes on. It returns what ends it.
func (s *service) beat(what config.Heartbeat) *beating {
	if s.options.dryRun || s.settings.OnePass || s.beats.what.Same(what) {
		return &s.beats
	}
	s.silence()
	if what.URL == nil {
		return &s.beats
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.beats.what, s.beats.stop = what, cancel
	tell := func(category string, args ...any) {
		s.log.Log(category, append([]any{&message.Fields{Kind: message.Unreachable}}, args...)...)
	}
	s.beats.tasks.Go(func() {
		heartbeat.Run(ctx, heartbeat.Options{URL: what.URL, Every: what.Every, Health: s.ailment,
			Failed:  func(err error) { tell("Warn", err, "; it is tried again every ", what.Every) },
			Reached: func() { s.log.Log("Normal", "heartbeat to ", what.URL.Host, ": it answers again") }})
	})
	return &s.beats
}

// silence ends the heartbeat, also in the midst of a request.
func (s *service) silence() {
	if s.beats.stop != nil {
		s.beats.stop()
	}
	s.beats.what, s.beats.stop = config.Heartbeat{}, nil
}

// end ends all of it. The loop has ended.
func (b *beating) end() {
	if b.stop != nil {
		b.stop()
	}
	b.tasks.Wait()
}

// ailment says what is wrong, "" if nothing is: what lsyncgo health says without its figures. A loop that does not
// answer until ctx ends is what is wrong, too.
func (s *service) ailment(ctx context.Context) string {
	shots := make(chan status.Snapshot, 1)
	if !s.loop.Ask(ctx, func() { shots <- s.core.Snapshot(time.Now(), nil) }) {
		return "the daemon does not answer"
	}
	shot := <-shots
	if shot.Severity() == status.Fine {
		return ""
	}
	text, _, _ := strings.Cut(shot.Health(), " | ")
	return text
}
