package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"lsyncgo/engine/initsystem"
	"lsyncgo/engine/printable"
)

// serviceOptions are those of install and uninstall.
type serviceOptions struct{ init, name, root string }

// runInstall writes the service that runs a config.
func runInstall(e env, o *options) int {
	system, service, err := o.service("install")
	if err != nil {
		return e.refuse(err)
	}
	// What is wrong with the config is said here, not in a journal at the next boot.
	l := o.load
	l.Config, l.ReadOnly, l.Print = service.Config, true, func(string) {}
	rt, err := load(l)
	if err != nil {
		fmt.Fprintln(e.stderr, words(err))
		return exitFailed
	}
	rt.Scripts.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	path, err := system.Install(ctx, o.unit.root, service)
	if err != nil {
		e.complain(fmt.Errorf("install: %w", err))
		return exitFailed
	}
	fmt.Fprintf(e.stdout, "wrote %s\nstart it, now and at each boot: %s\n", printable.Line(path), system.Start(service.Name))
	return exitOK
}

// runUninstall stops and removes the service that runs a config. The config need not be there any more.
func runUninstall(e env, o *options) int {
	system, service, err := o.service("uninstall")
	if err != nil {
		return e.refuse(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	path, err := system.Uninstall(ctx, o.unit.root, service)
	if err != nil {
		e.complain(fmt.Errorf("uninstall: %w", err))
		return exitFailed
	}
	fmt.Fprintf(e.stdout, "removed %s\n", printable.Line(path))
	return exitOK
}

// service says which service of which init system is meant.
func (o *options) service(verb string) (initsystem.System, initsystem.Service, error) {
	var none initsystem.Service
	if len(o.configs) != 1 {
		return initsystem.System{}, none, fmt.Errorf("%s takes one config file: write lsyncgo %[1]s CONFIG.lua", verb)
	}
	system, err := initsystem.Find(o.unit.init)
	if err != nil {
		return system, none, fmt.Errorf("%s: %w", verb, err)
	}
	s := initsystem.Service{Name: o.unit.name}
	if s.Config, err = filepath.Abs(o.configs[0]); err != nil {
		return system, none, fmt.Errorf("%s: %w", verb, err)
	}
	if s.Program, err = os.Executable(); err != nil {
		return system, none, fmt.Errorf("%s: %w", verb, err)
	}
	if s.Name == "" {
		if s.Name, err = initsystem.NameFor(s.Config); err != nil {
			return system, none, fmt.Errorf("%s: %w", verb, err)
		}
	}
	return system, s, nil
}
