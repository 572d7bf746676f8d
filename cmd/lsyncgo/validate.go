package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lsyncgo/engine/logging"
	"lsyncgo/engine/monitor/backend"
	"lsyncgo/engine/ownfile"
	"lsyncgo/engine/printable"
	"lsyncgo/lua"
	"lsyncgo/lua/config"
	"lsyncgo/lua/problem"
)

// load loads what o asks for and looks at what only the program can know to be
// wrong. The error is problem.Problems, all of them at once, or *lua.ExitError.
func load(o config.Options) (*config.Config, error) {
	o.KnownMonitor = backend.Known
	rt, err := config.Load(o)
	if err != nil {
		return nil, err
	}
	if problems := validate(o.Config, rt); len(problems) > 0 {
		rt.Scripts.Close()
		return nil, problems
	}
	return rt, nil
}

// validate checks settings against the system without changing anything.
func validate(file string, rt *config.Config) (found problem.Problems) {
	s := rt.Settings()
	add := func(err error, remedy string) {
		if err != nil {
			found = append(found, problem.Problem{File: file, Text: err.Error(), Remedy: remedy})
		}
	}
	for _, f := range files(s) {
		remedy, err := writable(f.name, f.path)
		add(err, remedy)
	}
	if s.Monitor != "" {
		add(backend.Known(s.Monitor), "settings{ monitor = ... } or -monitor NAME")
	}
	for _, c := range rt.Scripts.Syncs() {
		if c.Monitor == "" {
			continue
		}
		if err := backend.Known(c.Monitor); err != nil {
			found = append(found, problem.Problem{File: c.Place, Sync: c.Name, Text: "monitor: " + err.Error()})
		}
	}
	return found
}

// ownFile is a file that the program writes as itself.
type ownFile struct{ name, path string }

func files(s config.Settings) []ownFile {
	return []ownFile{{"logfile", s.LogFile}, {"pidfile", s.PidFile}, {"statusFile", s.StatusFile}}
}

// writable reports why the file of a setting could not be made, and what to do about it.
func writable(name, path string) (remedy string, err error) {
	if path == "" {
		return "", nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "name a file in it", fmt.Errorf("%s: %s is a directory", name, path)
	}
	dir := filepath.Dir(path)
	remedy = "make the directory or choose another path"
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return remedy, fmt.Errorf("%s: there is no directory %s", name, dir)
	case err != nil:
		return remedy, fmt.Errorf("%s: %w", name, err)
	case !info.IsDir():
		return remedy, fmt.Errorf("%s: %s is no directory", name, dir)
	}
	if _, err := ownfile.Check(path); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return "", nil
}

// exposed are warnings about files of the program's own that others can change.
func exposed(s config.Settings) (warnings []string) {
	for _, f := range files(s) {
		if f.path == "" {
			continue
		}
		if warning, err := ownfile.Check(f.path); err == nil && warning != "" {
			warnings = append(warnings, f.name+": "+warning)
		}
	}
	return warnings
}

// exitStatus is what the failure of a load means for the program.
func exitStatus(err error) int {
	if exit, ok := errors.AsType[*lua.ExitError](err); ok {
		return exit.Code & 0xff // as the system cuts it
	}
	return exitUsage
}

func warn(w io.Writer, rt *config.Config) {
	for _, p := range rt.Warnings() {
		fmt.Fprintf(w, "warning: %s\n", p)
	}
	if s := rt.Settings(); !s.NoDaemon && logging.Stream(s.LogFile) != logging.None {
		fmt.Fprintf(w, "warning: logfile: %s of a daemon is the null device, its log is lost (name a file, leave it out for syslog, or use -nodaemon)\n", printable.Line(s.LogFile))
	}
}
