package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lsyncgo/engine/daemon"
	"lsyncgo/engine/printable"
	"lsyncgo/engine/status"
	"lsyncgo/lua/config"
)

// pidfileVariable names the daemon that is asked, if nothing else does.
const pidfileVariable = "LSYNCGO_PIDFILE"

// asked is the daemon that a command asks.
type asked struct {
	socket string
	names  []string // the words before the config
}

// daemon tells which daemon is asked, by its config, which is the last word, or by one of the files that it writes.
func (c *command) daemon(o *options) (a asked, err error) {
	a.names = o.configs
	pidfile, statusFile, config := o.load.PidFile, o.statusFile, ""
	switch {
	case pidfile != "" && statusFile != "":
		return a, errors.New(c.name + ": give only one of -pidfile, -statusfile and a config")
	case pidfile == "" && statusFile == "" && os.Getenv(pidfileVariable) != "":
		pidfile = os.Getenv(pidfileVariable)
	case pidfile == "" && statusFile == "" && len(a.names) > c.names.least:
		config, a.names = a.names[len(a.names)-1], a.names[:len(a.names)-1]
	}
	n := len(a.names)
	switch {
	case n < c.names.least:
		return a, fmt.Errorf("%s needs more words: write lsyncgo %[1]s %s", c.name, c.args)
	case c.names.most >= 0 && n > c.names.most || n > 0 && config == "" && strings.HasSuffix(a.names[n-1], ".lua"):
		if config == "" {
			return a, errors.New(c.name + ": give only one of -pidfile, -statusfile and a config")
		}
		return a, fmt.Errorf("%s: one word too many, %q: write lsyncgo %[1]s %[3]s", c.name, a.names[n-1], c.args)
	case config == "" && pidfile == "" && statusFile == "":
		return a, fmt.Errorf("%s: which daemon? Give its config, -pidfile FILE or -statusfile FILE (a config file called %[1]s is run as ./%[1]s)", c.name)
	case config == "":
		a.socket, err = filepath.Abs(status.SocketBeside(pidfile, statusFile))
	default:
		a.socket, err = c.socketOf(config)
	}
	return a, err
}

// socketOf returns the socket of the daemon that runs a config.
func (c *command) socketOf(file string) (string, error) {
	// Only two settings are of interest: a source that is missing today is no reason not to ask, and what the config does
	// when a daemon starts is not to be done again.
	rt, err := config.Load(config.Options{Config: file, ReadOnly: true, NoDaemon: true, Insist: true, Print: func(string) {}})
	if err != nil {
		return "", fmt.Errorf("%s: %w\nWith such a config the daemon is found only by -pidfile FILE or -statusfile FILE", c.name, err)
	}
	defer rt.Scripts.Close()
	s := rt.Settings()
	if path := status.SocketBeside(s.PidFile, s.StatusFile); path != "" {
		return path, nil
	}
	return "", fmt.Errorf(c.name+": %s sets neither pidfile nor statusFile, so its daemon cannot be asked; "+
		"add settings{ pidfile = ... }, or give the -pidfile it was started with", file)
}

// do has the daemon carry out a request, and prints what it says.
func (e env) do(socket string, request status.Request) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := status.Do(ctx, socket, request)
	if err != nil {
		return e.failed(err)
	}
	for line := range strings.Lines(r.Text) { // the daemon sees to it that no name makes up one
		fmt.Fprintln(e.stdout, printable.Line(strings.TrimSuffix(line, "\n")))
	}
	return exitOK
}

// failed says why a daemon did not do what it was asked.
func (e env) failed(err error) int {
	e.complain(err)
	if refusal, ok := errors.AsType[*status.Refusal](err); ok && refusal.Code != 0 {
		return refusal.Code
	}
	return exitFailed
}

// runPause has a sync do nothing for a while.
func runPause(e env, a asked, o *options) int {
	return e.do(a.socket, status.NewRequest(status.VerbPause, a.names[0], strconv.FormatInt(int64(o.pauseFor), 10)))
}

// runResume lets a sync go on.
func runResume(e env, a asked, _ *options) int {
	return e.do(a.socket, status.NewRequest(status.VerbResume, a.names...))
}

// runResync has a sync compared with its target.
func runResync(e env, a asked, _ *options) int {
	request := status.NewRequest(status.VerbResync, a.names[0])
	if len(a.names) > 1 {
		ways, err := waysTo(a.names[1])
		if err != nil {
			return e.refuse(err)
		}
		request = status.NewRequest(status.VerbResync, append(a.names[:1:1], ways...)...)
	}
	return e.do(a.socket, request)
}

// waysTo returns the absolute paths that a path of the command line may mean to the daemon: as it is written, and without
// the links on the way to it.
func waysTo(path string) ([]string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	ways := []string{abs}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		ways = append(ways, filepath.Join(dir, filepath.Base(abs)))
	}
	if whole, err := filepath.EvalSymlinks(abs); err == nil { // the source itself may be named by a link
		ways = append(ways, whole)
	}
	return ways, nil
}

// runReload has the config read again.
func runReload(e env, a asked, _ *options) int {
	return e.do(a.socket, status.NewRequest(status.VerbReload))
}

// runDebug has a daemon log what its monitors report, or no longer.
func runDebug(e env, a asked, _ *options) int {
	if a.names[0] != "monitor" || a.names[1] != "on" && a.names[1] != "off" {
		return e.refuse(errors.New("debug needs what to log: write debug monitor on CONFIG, or debug monitor off CONFIG"))
	}
	return e.do(a.socket, status.NewRequest(status.VerbDebug, a.names...))
}

// runWait waits until all that has happened has arrived.
func runWait(e env, a asked, o *options) int {
	ctx, stop := o.patiently()
	defer stop()
	_, err := status.Do(ctx, a.socket, status.NewRequest(status.VerbWait, a.names...))
	if err == nil {
		return exitOK
	}
	if errors.Is(err, status.ErrNoDaemon) {
		e.complain(err)
		return status.Unknown
	}
	if ctx.Err() == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return e.failed(err)
	}
	text := fmt.Sprintf("not everything has arrived within %s", o.timeout)
	if shot, err := status.Ask(context.Background(), a.socket); err == nil {
		if shot, err = shot.Only(a.names); err == nil {
			text += ": " + shot.Summary()
		}
	}
	return e.failed(errors.New(text))
}

// patiently returns a context that ends with an interrupt, or after -timeout.
func (o *options) patiently() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if o.timeout == 0 {
		return ctx, stop
	}
	limited, cancel := context.WithTimeout(ctx, o.timeout)
	return limited, func() { cancel(); stop() }
}

// leaving is how long a daemon that has closed its socket may take to end: its children get some time.
const leaving = closeGrace + 5*time.Second

// runStop ends the daemon and waits for that.
func runStop(e env, a asked, o *options) int {
	ctx, stop := o.patiently()
	defer stop()
	pid := 0
	err := status.Follow(ctx, a.socket, status.NewRequest(status.VerbStop), func(r status.Reply) error {
		if r.Snapshot != nil {
			pid = r.Snapshot.Daemon.PID
		}
		return nil
	})
	switch {
	case err != nil && pid != 0 && ctx.Err() != nil:
		return e.failed(fmt.Errorf("process %d was asked to end and has not yet; what it runs has to end first (another stop ends that)", pid))
	case err != nil:
		return e.failed(err)
	}
	ctx, cancel := context.WithTimeout(ctx, leaving)
	defer cancel()
	if !daemon.AwaitEnd(ctx, pid) {
		return e.failed(fmt.Errorf("process %d does not answer any more and has not ended yet", pid))
	}
	return exitOK
}
