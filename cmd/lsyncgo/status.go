package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lsyncgo/engine/status"
	"lsyncgo/lua/config"
)

// runStatus asks a running daemon what it does and prints that.
func runStatus(e env, o *options) int {
	path, err := daemonSocket("status", o, o.configs)
	if err != nil {
		return e.refuse(err)
	}
	shot, err := status.Ask(context.Background(), path)
	if err != nil {
		e.complain(err)
		return exitFailed
	}
	write := status.WriteText
	if o.json {
		write = status.WriteJSON
	}
	if err := write(e.stdout, shot); err != nil {
		e.complain(fmt.Errorf("print status: %w", err))
		return exitFailed
	}
	return exitOK
}

// runResume lets a sync on hold go on.
func runResume(e env, o *options) int {
	if len(o.configs) == 0 {
		return e.refuse(errors.New("resume needs the name of a sync: write resume NAME CONFIG; lsyncgo status shows the names"))
	}
	path, err := daemonSocket("resume", o, o.configs[1:])
	if err != nil {
		return e.refuse(err)
	}
	if err := status.Resume(context.Background(), path, o.configs[0]); err != nil {
		e.complain(err)
		return exitFailed
	}
	return exitOK
}

// daemonSocket returns the path of the socket of the daemon that verb asks.
func daemonSocket(verb string, o *options, configs []string) (string, error) {
	named := len(configs)
	for _, s := range []string{o.load.PidFile, o.statusFile} {
		if s != "" {
			named++
		}
	}
	switch {
	case len(configs) > 1:
		return "", fmt.Errorf("%s: two config files are given, %s and %s; ask one daemon at a time", verb, configs[0], configs[1])
	case named == 0:
		return "", fmt.Errorf("%s: which daemon? Give its config, -pidfile FILE or -statusfile FILE (a config file called %[1]s is run as ./%[1]s)", verb)
	case named > 1:
		return "", errors.New(verb + ": give only one of -pidfile, -statusfile and a config")
	case len(configs) == 0:
		return filepath.Abs(status.SocketBeside(o.load.PidFile, o.statusFile))
	}
	// Only two settings are of interest: a source that is missing today is no reason not to ask, and what the config does
	// when a daemon starts is not to be done again.
	rt, err := config.Load(config.Options{Config: configs[0], ReadOnly: true, NoDaemon: true, Insist: true, Print: func(string) {}})
	if err != nil {
		return "", fmt.Errorf("%s: %w\nWith such a config the daemon is found only by -pidfile FILE or -statusfile FILE", verb, err)
	}
	defer rt.Scripts.Close()
	s := rt.Settings()
	if path := status.SocketBeside(s.PidFile, s.StatusFile); path != "" {
		return path, nil
	}
	return "", fmt.Errorf(verb+": %s sets neither pidfile nor statusFile, so its daemon cannot be asked; "+
		"add settings{ pidfile = ... }, or give the -pidfile it was started with", configs[0])
}

// started is what the daemon knows of itself and core does not.
func started(config string) status.Daemon {
	if abs, err := filepath.Abs(config); err == nil && config != "" {
		config = abs
	}
	return status.Daemon{Version: version, PID: os.Getpid(), Config: config}
}
