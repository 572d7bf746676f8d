package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lsyncgo/engine/spelling"
	"lsyncgo/engine/status"
	"lsyncgo/lua"
)

// asked is what the arguments of status and resume say.
type asked struct {
	verb                string
	json, help          bool
	pidfile, statusFile string
	config              string
}

// runStatus asks a running daemon what it does and prints that.
func runStatus(e env, args []string) int {
	a, err := parseAsked("status", args)
	if err != nil {
		return e.refuse(err)
	}
	if a.help {
		fmt.Fprint(e.stdout, help)
		return exitOK
	}
	path, err := a.socket()
	if err != nil {
		return e.refuse(err)
	}
	shot, err := status.Ask(context.Background(), path)
	if err != nil {
		fmt.Fprintf(e.stderr, "lsyncgo: %v\n", err)
		return exitFailed
	}
	write := status.WriteText
	if a.json {
		write = status.WriteJSON
	}
	if err := write(e.stdout, shot); err != nil {
		fmt.Fprintf(e.stderr, "lsyncgo: print status: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// runResume lets a sync on hold go on.
func runResume(e env, args []string) int {
	if len(args) > 0 && strings.TrimLeft(args[0], "-") == "help" {
		fmt.Fprint(e.stdout, help)
		return exitOK
	}
	if len(args) == 0 || args[0] == "" || args[0][0] == '-' {
		return e.refuse(errors.New("resume needs the name of a sync: write resume NAME CONFIG; lsyncgo status shows the names"))
	}
	a, err := parseAsked("resume", args[1:])
	if err != nil {
		return e.refuse(err)
	}
	path, err := a.socket()
	if err == nil {
		err = status.Resume(context.Background(), path, args[0])
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "lsyncgo: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// parseAsked reads what names a daemon.
func parseAsked(verb string, args []string) (asked, error) {
	a := asked{verb: verb}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, dashed := strings.CutPrefix(arg, "-")
		name = strings.TrimPrefix(name, "-")
		var to *string
		switch {
		case !dashed && a.config != "":
			return a, fmt.Errorf(a.verb+": two config files are given, %s and %s; ask one daemon at a time", a.config, arg)
		case !dashed:
			a.config = arg
			continue
		case name == "json":
			a.json = true
			continue
		case name == "help":
			a.help = true
			continue
		case name == "pidfile":
			to = &a.pidfile
		case name == "statusfile":
			to = &a.statusFile
		default:
			return a, a.unknown(arg, name)
		}
		if len(args) == 0 || args[0] == "" {
			return a, fmt.Errorf(a.verb+": %s needs FILE, and it is missing: write %s FILE", arg, arg)
		}
		*to, args = args[0], args[1:]
	}
	return a, a.one()
}

// unknown says what is wrong with an option.
func (a asked) unknown(arg, name string) error {
	if near := spelling.Nearest(name, []string{"json", "pidfile", "statusfile", "help"}); near != "" {
		return fmt.Errorf(a.verb+": unknown option %q; did you mean -%s?", arg, near)
	}
	return fmt.Errorf(a.verb+": unknown option %q; it takes -json, -pidfile FILE, -statusfile FILE or a config", arg)
}

// one checks that the arguments name one daemon.
func (a asked) one() error {
	n := 0
	for _, s := range []string{a.pidfile, a.statusFile, a.config} {
		if s != "" {
			n++
		}
	}
	switch {
	case n == 0 && !a.help:
		return fmt.Errorf("%s: which daemon? Give its config, -pidfile FILE or -statusfile FILE (a config file called %[1]s is run as ./%[1]s)", a.verb)
	case n > 1:
		return errors.New(a.verb + ": give only one of -pidfile, -statusfile and a config")
	}
	return nil
}

// socket returns the path of the daemon's socket.
func (a asked) socket() (string, error) {
	if a.config == "" {
		return filepath.Abs(status.SocketBeside(a.pidfile, a.statusFile))
	}
	// Only two settings are of interest: a source that is missing today is no reason not to ask.
	rt, err := lua.Load(lua.Options{Config: a.config, DryCheck: true, NoDaemon: true, Insist: true, Print: func(string) {}})
	if err != nil {
		return "", fmt.Errorf("%s: %w\nWith such a config the daemon is found only by -pidfile FILE or -statusfile FILE", a.verb, err)
	}
	defer rt.Close()
	s := rt.Settings()
	if path := status.SocketBeside(s.PidFile, s.StatusFile); path != "" {
		return path, nil
	}
	return "", fmt.Errorf(a.verb+": %s sets neither pidfile nor statusFile, so its daemon cannot be asked; "+
		"add settings{ pidfile = ... }, or give the -pidfile it was started with", a.config)
}

// started is what the daemon knows of itself and core does not.
func started(config, monitor string) status.Daemon {
	if abs, err := filepath.Abs(config); err == nil && config != "" {
		config = abs
	}
	if monitor == "" {
		monitor = "auto"
	}
	return status.Daemon{Version: version, PID: os.Getpid(), Config: config, Monitor: monitor}
}
