package main

import (
	"fmt"
	"slices"

	"lsyncgo/engine/core"
	"lsyncgo/engine/daemon"
	"lsyncgo/engine/logging"
	"lsyncgo/engine/message"
	"lsyncgo/lua/config"
)

// reloading asks for one reload.
type reloading struct {
	why  string       // for the log
	done chan<- error // takes one error without waiting: why the old config stays in force
}

// reload loads the config again and hands it to the loop; if it is broken
// the old one stays in force. It runs beside the loop.
func (s *service) reload(why string) error {
	s.notify(daemon.Reloading())
	defer s.notify(daemon.Serving)
	if err := s.log.reopen(); err != nil {
		s.log.Log("Error", err)
	}
	s.log.Log("Normal", "--- ", why, ", resetting ---")
	rt, err := load(s.options.load)
	if err != nil {
		s.lines("Error", err.Error())
		s.log.Log("Error", &message.Fields{Kind: message.NotReloaded}, "the new config is not used; the old one stays in force")
		return err
	}
	next := newScript(rt)
	_, err = s.changePauses(next.ctx, func() (string, error) { return "", s.adopt(rt, next) })
	if err != nil && s.inForce.Load() != next.Scripts {
		next.close()
		s.log.Log("Error", &message.Fields{Kind: message.NotReloaded}, err, "; the new config is not used, the old one stays in force")
		return err
	}
	return nil
}

// adopt puts the script of a new config in the place of the old one, on the loop's goroutine.
func (s *service) adopt(c *config.Config, next *script) error {
	settings := c.Settings()
	logger, err := s.newLog(settings)
	if err != nil {
		return err
	}
	syncs, err := s.core.Reload(s.coreSettings(settings), s.definitions(next))
	if err != nil {
		_ = logger.Close() // nothing was written to it
		return fmt.Errorf("reload: %w", err)
	}
	old := s.script
	next.connect(s.core, s.loop, syncs)
	next.Succeed(old.Scripts)
	s.script = next
	s.watch(settings.OnePass)
	s.inForce.Store(next.Scripts)
	old.retire()
	s.retired.Go(old.Wait)
	s.former = slices.DeleteFunc(append(s.former, old), func(x *script) bool { return x.Closed() })
	if logger != nil {
		if err := s.log.open(logger).Close(); err != nil {
			s.log.Log("Error", err)
		}
	}
	for _, p := range c.Warnings() {
		s.log.Log("Warn", p)
	}
	s.fixed(settings)
	s.settings = settings
	s.beat(settings.Heartbeat)
	s.statusFile.path, s.statusFile.interval = settings.StatusFile, settings.StatusInterval
	s.statusFile.soon()
	s.log.Log("Normal", &message.Fields{Kind: message.Reloaded}, "the new config is in force")
	return nil
}

// newLog opens another log if the settings want one; nil keeps the old one.
func (s *service) newLog(to config.Settings) (*logging.Logger, error) {
	from := s.settings
	if to.SameLogs(&from) {
		return nil, nil
	}
	to.NoDaemon = from.NoDaemon
	return logging.New(s.logOptions(to))
}

// fixed says which changes of settings have to wait for a restart, and keeps the old values.
func (s *service) fixed(to config.Settings) {
	for _, c := range []struct {
		name    string
		changed bool
	}{
		{"pidfile", to.PidFile != s.settings.PidFile},
		{"nodaemon", to.NoDaemon != s.settings.NoDaemon},
	} {
		if c.changed {
			s.log.Log("Warn", "settings: a new ", c.name, " takes effect when lsyncgo is started again")
		}
	}
}

// stopped is what the loop is told for a signal that ends it.
func stopped(name string, number int) core.Stop {
	return core.Stop{Code: 128 + number, Why: name + " signal"}
}
