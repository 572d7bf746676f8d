package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lsyncgo/engine/core"
	"lsyncgo/engine/daemon"
	"lsyncgo/engine/event"
	"lsyncgo/engine/guard"
	"lsyncgo/engine/logging"
	"lsyncgo/engine/loop"
	"lsyncgo/engine/message"
	"lsyncgo/engine/monitor"
	"lsyncgo/engine/monitor/backend"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/process"
	"lsyncgo/engine/processors"
	"lsyncgo/engine/status"
	"lsyncgo/engine/task"
	"lsyncgo/engine/watch"
	"lsyncgo/lua/api"
	"lsyncgo/lua/config"
	"lsyncgo/lua/problem"
)

// closeGrace is how long children that still run at the end may take to end.
const closeGrace = 10 * time.Second

// serve runs the engine: in this process, or in a daemon that it starts and
// waits for until it is ready or has failed.
func serve(e env, o *options) int {
	dir, err := os.Getwd()
	if err != nil {
		return e.refuse(fmt.Errorf("find the working directory: %w", err))
	}
	s := &service{env: e, options: o, log: newBufferedLogger(o.log), reloads: make(chan reloading, 1)}
	s.eventLog.to = s.log
	o.load.Dir, o.load.Log, o.load.Named = dir, s.log, s.log.named
	rt, err := load(o.load)
	if err != nil {
		s.fail(words(err), exitStatus(err))
		return exitStatus(err)
	}
	if !rt.Settings().NoDaemon && !daemon.IsChild() {
		warn(e.stderr, rt)
		rt.Scripts.Close()
		return e.detach(rt.Settings().OnePass)
	}
	s.settings, s.warnings, s.script = rt.Settings(), rt.Warnings(), newScript(rt)
	s.inForce.Store(rt.Scripts)
	exit, err := s.run()
	if err != nil {
		s.fail("lsyncgo: "+words(err), exitUsage)
		return exitUsage
	}
	return exit.Code & 0xff // as the system cuts it: a script's -1 is 255
}

// detach starts a daemon and waits until it is ready, with onepass until it has
// ended. daemon.Start prints how it failed, if it does.
func (e env) detach(onePass bool) int {
	code := daemon.Start(e.args)
	switch {
	case code != exitOK:
	case onePass:
		fmt.Fprintln(e.stdout, "lsyncgo: every startup is done")
	default:
		fmt.Fprintln(e.stdout, "lsyncgo: the daemon is ready")
	}
	return code
}

// fail tells the process that started this one why it ends.
func (s *service) fail(text string, code int) {
	daemon.Fail(text, code)
	fmt.Fprintln(s.env.stderr, text) // the null device in a daemon
}

// service is one running engine. The goroutine of run owns everything in it
// that changes, also while others load a new config for it.
type service struct {
	env      env
	options  *options
	log      *bufferedLogger
	settings config.Settings
	warnings []problem.Problem // of the first config
	script   *script
	inForce  atomic.Pointer[api.Scripts] // that of script, for other goroutines
	former   []*script                   // of configs that were replaced, while their last work runs
	retired  sync.WaitGroup              // what scripts of former configs have left to end
	about    status.Daemon
	reloads  chan reloading
	pauses   pauses

	core       *core.Core
	watches    *watch.Set
	eventLog   eventLog
	loop       *loop.Loop
	statusFile *statusWriter
	manager    *manager
	beats      beating
	monitor    *backend.Mux
}

// script is what a loaded config has to run, and what ends its messages to the loop.
type script struct {
	*api.Scripts
	watches []watch.Config
	ctx     context.Context
	cancel  context.CancelFunc
}

func newScript(c *config.Config) *script {
	ctx, cancel := context.WithCancel(context.Background())
	return &script{c.Scripts, c.Watches(), ctx, cancel}
}

// connect gives the script the core it works in.
func (x *script) connect(c *core.Core, l *loop.Loop, syncs []*core.Sync) {
	x.Bind(c, func(f func()) { l.Post(x.ctx, f) })
	for _, s := range syncs {
		x.Attach(s)
	}
}

// retire has the script end with its last work. It first releases the goroutines that wait for the loop to take a message.
func (x *script) retire() {
	x.cancel()
	x.Retire()
}

// close ends it now.
func (x *script) close() {
	x.retire()
	x.Close()
}

// run opens everything, runs the loop to its end and closes everything in
// reverse order. The error is why it did not come to running.
func (s *service) run() (exit core.Exit, err error) {
	defer func() { // the one that is in force by then
		for _, x := range append(s.former, s.script) {
			x.close()
		}
		s.script.Wait()
		s.retired.Wait()
	}()
	signals := catch()
	defer signals.stop()
	if err := s.openLog(); err != nil {
		return exit, err
	}
	defer s.log.close()
	defer s.logFailure(&err)
	if s.settings.PidFile != "" {
		pidfile, err := daemon.LockPidfile(s.settings.PidFile)
		if err != nil {
			return exit, err
		}
		defer s.closing(pidfile.Close)
		if warning := pidfile.Warning(); warning != "" {
			s.log.Log("Warn", "pidfile: ", warning)
		}
	}
	s.monitor = backend.NewMux(monitor.Options{}, s.chosen)
	defer s.closing(s.monitor.Close)
	for _, c := range s.script.Syncs() { // what a backend lacks is known before anything is started
		if err := s.monitor.Open(c.Monitor, c.Source); err != nil {
			return exit, err
		}
	}
	s.about = started(s.options.load.Config)
	s.about.Started = time.Now()
	return s.operate(signals)
}

// operate builds the engine from its parts and runs it.
func (s *service) operate(signals *signals) (core.Exit, error) {
	used := processors.New()
	defer used.Close()
	runner := process.NewRunner(s.runnerOptions(used))
	defer s.closing(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		defer cancel()
		return runner.Close(ctx)
	})
	s.core = core.New(s.coreSettings(s.settings), s.log)
	var syncs []*core.Sync
	for _, cfg := range s.definitions(s.script) {
		added, err := s.core.Add(cfg)
		if err != nil {
			return core.Exit{}, err
		}
		syncs = append(syncs, added)
	}
	alive, err := daemon.AliveEvery()
	if err != nil {
		s.log.Log("Warn", "no watchdog: ", err)
	}
	s.statusFile = newStatusWriter(s.reported, s.between, func(text string, isError bool) {
		s.log.Log(map[bool]string{true: "Error", false: "Warn"}[isError], text)
	})
	s.statusFile.path, s.statusFile.interval = s.settings.StatusFile, s.settings.StatusInterval
	s.loop = loop.New(loop.Options{
		Core: s.core, Runner: s.restrained(runner), Monitor: s.monitor, Log: &s.eventLog, Look: s.look(), Count: guard.Count,
		Follow: func(root event.RootID, source string) func() func() { return s.script.Follow(root, source) },
		Ready:  s.ready, Changed: s.changed, Alive: func() { s.notify(daemon.Alive) }, AliveEvery: alive, Processors: used,
	})
	s.script.connect(s.core, s.loop, syncs)
	s.watches = watch.New(s.core)
	s.watch(s.settings.OnePass)
	s.restorePauses()
	defer s.closing(s.answer())
	s.manager = s.newManager()
	defer s.beat(s.settings.Heartbeat).end()
	defer s.listen(signals)()
	for _, p := range s.warnings {
		s.log.Log("Warn", p)
	}
	s.log.Log("Normal", &message.Fields{Kind: message.Startup}, "--- Startup", map[bool]string{true: ", daemonizing"}[daemon.IsChild()], " ---")
	exit := s.loop.Run(context.Background())
	s.statusFile.close()
	s.ended(exit)
	return exit, nil
}

func (s *service) runnerOptions(used *processors.Set) process.Options {
	if s.settings.NoDaemon && s.settings.LogFormat != "json" {
		return process.Options{Processors: used, Stdout: s.env.childOut, Stderr: s.env.childErr, Shown: s.settings.LogFile == ""}
	}
	return process.Options{Processors: used, Output: func(_ core.ProcID, line string, _ bool) { s.log.Log("Exec", line) }}
}

func (s *service) coreSettings(from config.Settings) core.Settings {
	return core.Settings{MaxProcesses: from.MaxProcesses, Insist: from.Insist, OnePass: from.OnePass, OnDieStop: from.OnDieStop,
		ShutdownTimeout: from.ShutdownTimeout,
		DryRun:          s.options.dryRun, Resume: s.resuming(from), NewTaskID: newTaskID}
}

func newTaskID() task.ID { return task.IDOf(rand.Uint64(), rand.Uint64()) }

// resuming returns what tells the command that lets a sync of this daemon go on.
func (s *service) resuming(from config.Settings) func(name string) string {
	which, provided := []string{s.about.Config}, ""
	switch {
	case status.SocketBeside(from.PidFile, from.StatusFile) == "":
		which, provided = []string{"CONFIG"}, " (as soon as its settings have a pidfile)"
	case s.options.load.PidFile != "":
		which = []string{"-pidfile", from.PidFile}
	}
	return func(name string) string {
		c := process.Command{Binary: "lsyncgo", Args: append([]string{"resume", name}, which...)}
		return c.Describe() + provided
	}
}

// logOptions says where the log goes: to the console if there is one, to the
// log file if it is set, else to syslog.
func (s *service) logOptions(settings config.Settings) logging.Options {
	return logging.Options{
		Categories: s.options.log,
		File:       settings.LogFile,
		Syslog:     settings.LogFile == "" && !settings.NoDaemon,
		Facility:   settings.LogFacility,
		Ident:      settings.LogIdent,
		Console:    settings.NoDaemon,
		JSON:       settings.LogFormat == "json",
		Journal:    true,
		Levels:     settings.LogLevels,
		Relays:     settings.Relays,
		Stdout:     s.env.stdout,
		Stderr:     s.env.stderr,
	}
}

func (s *service) openLog() error {
	l, err := logging.New(s.logOptions(s.settings))
	if err != nil {
		return err
	}
	s.log.open(l)
	return nil
}

// noticeable is the delay from which on somebody who tries his first config takes it for dead.
const noticeable = 5 * time.Second

// sayDelay says of the first sync with a long delay, which may be its preset's, that a change takes its time.
func (s *service) sayDelay() {
	for _, x := range s.core.Syncs() {
		if c := x.Config(); c.Delay >= noticeable && !s.settings.OnePass {
			s.log.Log("Normal", c.Name, ": a change is acted on ", c.Delay, " after it happened; delay = SECONDS in the sync sets that")
			return
		}
	}
}

// ended tells a starter that still waits how it went.
func (s *service) ended(exit core.Exit) {
	s.notify(daemon.Stopping)
	s.log.Log("Normal", &message.Fields{Kind: message.Ended, Ended: true, Exit: exit.Code & 0xff}, "--- Ended: ", exit.Why, ", exit status ", exit.Code&0xff, " ---")
	if exit.Code != 0 {
		text := exit.Why
		if exit.Remedy != "" {
			text += " (" + exit.Remedy + ")"
		}
		daemon.Fail("lsyncgo: "+printable.Line(text)+"; the log says more", exit.Code&0xff)
	} else if err := daemon.Ready(); err != nil {
		s.log.Log("Error", err)
	}
}

// closing closes one part at the end; a failure then is only worth a line.
func (s *service) closing(f func() error) {
	if err := f(); err != nil {
		s.log.Log("Error", err)
	}
}

// logFailure leaves the reason of a failed start in the log of a daemon, which
// the user who reads it later has not seen on the terminal.
func (s *service) logFailure(err *error) {
	if *err != nil && !s.settings.NoDaemon {
		s.log.Log("Error", *err)
	}
}

// watch puts the watches of the script in force. A single pass waits for nothing that happens.
func (s *service) watch(onePass bool) {
	if !onePass {
		s.watches.Replace(s.script.watches)
	}
}

// look is how sources are looked at; nil: -force says to trust them.
func (s *service) look() func(source, target string) core.Seen {
	if s.options.force {
		return nil
	}
	return guard.Look
}

// definitions are the syncs of a script, with -force without a limit of deletions.
func (s *service) definitions(x *script) []core.SyncConfig {
	list := x.Syncs()
	for i := range list {
		if s.options.force {
			list[i].MaxDelete = nil
		}
	}
	return list
}

// snapshot adds to core's what core does not know. Only on the loop's goroutine.
func (s *service) snapshot(between func(func()) bool) status.Snapshot {
	shot := s.core.Snapshot(time.Now(), between)
	about := s.about
	about.Running, about.MaxProcesses = shot.Daemon.Running, shot.Daemon.MaxProcesses
	s.addMonitors(&about)
	shot.Daemon = about
	for i, sync := range s.core.Syncs() {
		shot.Syncs[i].Monitor, shot.Syncs[i].Walked = s.monitor.Backend(sync.ID()), s.monitor.Walked(sync.ID())
	}
	shot.Watches = s.watches.Status(func(id event.RootID) (string, int) { return s.monitor.Backend(id), s.monitor.Watching(id) })
	return shot
}

// reported is the snapshot that goes into the status file.
func (s *service) reported(between func(func()) bool) status.Snapshot {
	s.log.Log("Statusfile", "writing ", s.statusFile.path)
	return s.snapshot(between)
}

// between runs f on the loop's goroutine, between two steps, and returns after it; false: the loop has ended.
func (s *service) between(f func()) bool { return s.loop.Ask(context.Background(), f) }

// lines logs each line of a text that has several.
func (s *service) lines(category, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		s.log.Log(category, l)
	}
}
