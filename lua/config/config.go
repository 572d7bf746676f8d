// Package config loads a config: it runs the scripts and the config itself, takes in the tables that they declare, and resolves them
// into what the core and package api work with.
//
// Loading starts and writes nothing. Every problem of a config is gathered, so
// that one run shows them all, each with its place and its remedy.
package config

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lsyncgo/engine/fam"
	"lsyncgo/engine/watch"
	"lsyncgo/lua"
	"lsyncgo/lua/api"
	"lsyncgo/lua/jobs"
	"lsyncgo/lua/lua53"
	"lsyncgo/lua/monitors"
	"lsyncgo/lua/problem"
	"lsyncgo/lua/tasks"
	"lsyncgo/lua/watches"

	glua "github.com/yuin/gopher-lua"
)

// Config is a config that is loaded: its settings, its definitions, and what is wrong with them. What runs
// afterwards is the Scripts in it, which does not need the rest.
type Config struct {
	Scripts     *api.Scripts
	o           Options
	settings    *settings
	definitions []*Definition // in order
	tunnels     []*tunnelValue
	watches     *watches.Watches
	monitors    *monitors.Monitors
	schedulers  *tasks.Schedulers
	logs        logs
	presets     *presets
	builtin     map[string]glua.LValue // the globals before the scripts and the config

	preparing *Definition // whose prepare is running
	found     problem.Collector
	undefined []undefinedName // since the last sync
}

// Load runs the scripts and the config and resolves every sync. It starts
// and writes nothing. The error is problem.Problems, all faults at once, or an
// *ExitError. Without an error the Config, or the Scripts in it, must be closed.
func Load(o Options) (*Config, error) {
	if o.Dir == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, problem.Problems{{Text: "the working directory is not known: " + err.Error()}}
		}
		o.Dir = dir
	}
	r := &Config{Scripts: api.New(lua.New(lua.StateOptions{Dir: o.Dir, Log: o.Log, Now: o.Now, Print: o.Print, ReadOnly: o.ReadOnly})), o: o}
	r.Scripts.Limit.Set(lua53.Limits{Time: loadTimeout(o), Memory: defaultScriptMemory, Patient: true})
	if err := r.load(); err != nil {
		r.Scripts.Close()
		return nil, err
	}
	return r, nil
}

func (r *Config) load() error {
	r.found.Shown = r.Shown
	r.settings = newSettings(r)
	inJobs := jobs.New(r.Scripts.Runtime)
	r.Scripts.Jobs = inJobs
	r.watches = watches.New(r.Scripts.Runtime, &r.found)
	r.schedulers = tasks.New(r.Scripts.Runtime, inJobs, &r.found)
	r.monitors = monitors.New(r.Scripts.Runtime, inJobs, &r.found, r.o.KnownMonitor)
	r.watches.Each = r.schedulers.Each
	r.schedulers.Handle, r.schedulers.Watched = r.watches.HandleBy, r.watches.Paths
	r.schedulers.Named, r.watches.Named = r.o.Named, r.o.Named
	for _, list := range [][]lua.Global{r.globals(), inJobs.Globals(), r.watches.Globals(), r.schedulers.Globals(), r.monitors.Globals(),
		r.logGlobals()} {
		r.Scripts.Define(list...)
	}
	r.guardGlobals()
	if err := r.openPresets(); err != nil {
		return err
	}
	r.rememberGlobals()
	r.presets.missed = func(name string) { r.readUndefined("default.", name, presetNames()) }
	complete, err := r.run()
	r.presets.missed = nil
	if err != nil {
		return err
	}
	r.declareCommandLine()
	r.Scripts.Loaded()
	r.settings.resolve()
	r.schedulers.Timeout = r.settings.resolved.ShutdownTimeout
	if complete && r.idle() {
		r.found.Add(problem.At(r.o.Config, "", "add sync{ default.rsync, source = ..., target = ... }", "no sync, watch or monitor is defined: there is nothing to do"))
	}
	for _, s := range r.definitions {
		s.resolve()
	}
	r.watches.Resolve(r.missing)
	r.monitors.Resolve(r.settings.resolved.Monitor, r.settings.resolved.PollInterval, r.settings.resolved.OnePass)
	r.checkOverlappingTargets()
	r.checkTwins()
	r.checkSelfTrigger()
	r.unusedTunnels()
	return r.found.Err()
}

// Schedulers describes the schedulers of the config, a line each.
func (r *Config) Schedulers() []string { return r.schedulers.Lines() }

// idle reports whether the config asks for nothing.
func (r *Config) idle() bool {
	return len(r.definitions) == 0 && !r.watches.Any() && !r.schedulers.Any() && !r.monitors.Any()
}

// run runs the scripts and the config up to the first error of the Lua code itself.
func (r *Config) run() (complete bool, err error) {
	files := append([]string(nil), r.o.Scripts...)
	if r.o.Config != "" {
		files = append(files, r.o.Config)
	}
	if len(files) > 0 { // relative names count from the config, or without one from the first script
		base := cmp.Or(r.o.Config, files[0])
		if dir, err := filepath.Abs(filepath.Join(r.Scripts.Anchored(base), "..")); err == nil {
			lua53.SetBase(r.Scripts.L, dir)
		}
	}
	for _, file := range files {
		err := r.runFile(file)
		if r.Scripts.Exited() != nil {
			return false, r.Scripts.Exited()
		}
		if err != nil {
			r.found.Add(r.loadProblem(file, err))
			return false, nil
		}
	}
	return true, nil
}

// loadProblem names what stopped the loading of file.
func (r *Config) loadProblem(file string, err error) problem.Problem {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return problem.At(file, "", "check the path and its permissions", "cannot be read: %v", pathError.Err)
	}
	var fault *lua.ScriptError
	if errors.As(err, &fault) {
		text, remedy := fault.Message, r.undefinedAt(fault.Place)
		if remedy != "" {
			text = strings.TrimSuffix(text, lua53.MaybeMisspelt)
		}
		return problem.At(cmp.Or(fault.Place, file), "", remedy, "%s", text)
	}
	var syntax *lua53.SyntaxError
	if errors.As(err, &syntax) {
		p := problem.Problem{File: syntax.Name, Line: syntax.Line, Text: syntax.Msg, Remedy: r.remedyOf(syntax)}
		if syntax.Near != "" {
			p.Text += " near '" + syntax.Near + "'"
		}
		return p
	}
	return problem.At(file, "", "", "%v", err)
}

func (r *Config) runFile(file string) error {
	fn, err := r.Scripts.LoadFile(file)
	if err != nil {
		return err
	}
	r.checkFirstLine(file)
	return r.Scripts.Call("", fn, 0)
}

// loadTimeout is how long each script and the config may run.
func loadTimeout(o Options) time.Duration {
	if o.LoadTimeout > 0 {
		return o.LoadTimeout
	}
	return defaultLoadTimeout
}

// missing records that there is nothing at a path that may still appear.
func (r *Config) missing(p problem.Problem) {
	if r.settings.resolved.Insist {
		r.found.Warn(p)
	} else {
		r.found.Add(p)
	}
}

// Watches returns the watches, in order.
func (r *Config) Watches() []watch.Config { return r.watches.Configs() }

// Monitors returns the monitors that the config has asked for while it was loaded.
func (r *Config) Monitors() []fam.Config { return r.monitors.Configs() }

// Settings returns the resolved settings.
func (r *Config) Settings() Settings { return r.settings.resolved }

// Warnings returns what works but should be changed.
func (r *Config) Warnings() []problem.Problem { return r.found.Warnings() }
