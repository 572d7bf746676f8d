package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"lsyncgo/engine/logging"
	"lsyncgo/engine/monitor/backend"
	"lsyncgo/engine/spelling"
	"lsyncgo/lua"
)

// options are what the command line says.
type options struct {
	configs []string
	load    lua.Options // without Config and Dir, which are set later
	log     []string

	help, version, listMonitors bool
	// dryRun: start nothing, say what would be started. force: trust every source.
	dryRun, force bool
}

// option is one row of the table: its name, the names of its arguments, and what it sets.
type option struct {
	name string
	args []string
	set  func(o *options, args []string) error
}

var optionTable = []option{
	{"rsync", []string{"SRC", "TARGET"}, preset("rsync")},
	{"rsyncssh", []string{"SRC", "HOST", "TARGETDIR"}, preset("rsyncssh")},
	{"direct", []string{"SRC", "TARGETDIR"}, preset("direct")},
	{"delay", []string{"SECS"}, setDelay},
	{"dryrun", nil, func(o *options, _ []string) error {
		o.dryRun, o.load.NoDaemon = true, true
		return nil
	}},
	{"force", nil, on(func(o *options) *bool { return &o.force })},
	{"insist", nil, on(func(o *options) *bool { return &o.load.Insist })},
	{"log", []string{"CATEGORY"}, setLog},
	{"logfile", []string{"FILE"}, file(func(o *options) *string { return &o.load.LogFile })},
	{"pidfile", []string{"FILE"}, file(func(o *options) *string { return &o.load.PidFile })},
	{"nodaemon", nil, on(func(o *options) *bool { return &o.load.NoDaemon })},
	{"onepass", nil, on(func(o *options) *bool { return &o.load.OnePass })},
	{"monitor", []string{"NAME"}, setMonitor},
	{"script", []string{"FILE"}, setScript},
	{"sshopts", []string{"STRING"}, func(o *options, args []string) error {
		o.load.SSHOptions = args[0]
		return nil
	}},
	{"help", nil, on(func(o *options) *bool { return &o.help })},
	{"version", nil, on(func(o *options) *bool { return &o.version })},
}

// gone are options of Lsyncd that have no meaning here.
var gone = map[string]string{
	"runner": "the Lua part is built in; leave it out, or use -script FILE to run Lua before the config",
}

func preset(name string) func(*options, []string) error {
	return func(o *options, args []string) error {
		o.load.Syncs = append(o.load.Syncs, lua.CommandLineSync{Preset: name, Args: args, Place: "command line"})
		return nil
	}
}

func on(field func(*options) *bool) func(*options, []string) error {
	return func(o *options, _ []string) error {
		*field(o) = true
		return nil
	}
}

func file(field func(*options) *string) func(*options, []string) error {
	return func(o *options, args []string) error {
		*field(o) = args[0]
		return nil
	}
}

func setDelay(o *options, args []string) error {
	secs, err := strconv.ParseFloat(args[0], 64)
	if err != nil || !(secs >= 0 && secs <= math.MaxInt32) {
		return fmt.Errorf("-delay takes a number of seconds, 0 or more, not %q", args[0])
	}
	o.load.Delay = &secs
	return nil
}

func setLog(o *options, args []string) error {
	if _, err := logging.New(logging.Options{Categories: args}); err != nil { // opens nothing
		return fmt.Errorf("-log: %w", err)
	}
	o.log = append(o.log, args...)
	return nil
}

func setMonitor(o *options, args []string) error {
	if err := knownMonitor(args[0]); err != nil {
		return fmt.Errorf("-monitor: %w", err)
	}
	o.load.Monitor = args[0]
	return nil
}

func setScript(o *options, args []string) error {
	o.load.Scripts = append(o.load.Scripts, args[0])
	return nil
}

func knownMonitor(name string) error {
	var known []string
	for _, n := range backend.Names() {
		if n.Name == name {
			return nil
		}
		known = append(known, n.Name)
	}
	return fmt.Errorf("%q is no monitor; choose one of %s", name, strings.Join(known, ", "))
}

// parse reads the command line. Options and config may come in any order;
// after "--" nothing is an option.
func parse(args []string) (*options, error) {
	o := &options{}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			o.configs = append(o.configs, args...)
			break
		}
		if arg == "" {
			return nil, errors.New("an argument is empty; give the path of a config file")
		}
		if arg[0] != '-' || arg == "-" {
			o.configs = append(o.configs, arg)
			continue
		}
		n, err := o.option(arg, args)
		if err != nil {
			return nil, err
		}
		args = args[n:]
	}
	return o, nil
}

// option reads one option and returns how many of the words after it belong to it.
func (o *options) option(arg string, rest []string) (int, error) {
	name := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	row := findOption(name)
	if row == nil {
		return 0, unknownOption(arg, name)
	}
	if row.name == "monitor" && len(rest) == 0 {
		o.listMonitors = true
		return 0, nil
	}
	n := len(row.args)
	if len(rest) < n {
		return 0, missing(row, len(rest))
	}
	for i, word := range rest[:n] {
		if word == "" {
			return 0, fmt.Errorf("-%s: %s is empty", row.name, row.args[i])
		}
		// The argument was forgotten, rather than a file called like an option.
		if findOption(strings.TrimLeft(word, "-")) != nil && word[0] == '-' {
			return 0, missing(row, i)
		}
	}
	return n, row.set(o, rest[:n:n])
}

func findOption(name string) *option {
	for i := range optionTable {
		if optionTable[i].name == name {
			return &optionTable[i]
		}
	}
	return nil
}

func missing(row *option, have int) error {
	return fmt.Errorf("-%s needs %s, and %s is missing: write -%s %s",
		row.name, strings.Join(row.args, " and "), row.args[have], row.name, strings.Join(row.args, " "))
}

func unknownOption(arg, name string) error {
	if why, ok := gone[name]; ok {
		return fmt.Errorf("option %s of Lsyncd does not exist here: %s", arg, why)
	}
	if key, value, ok := strings.Cut(name, "="); ok && findOption(key) != nil {
		return fmt.Errorf("unknown option %q; write -%s %s, without an equals sign", arg, key, value)
	}
	names := make([]string, len(optionTable))
	for i, row := range optionTable {
		names[i] = row.name
	}
	if near := spelling.Nearest(name, names); near != "" {
		return fmt.Errorf("unknown option %q; did you mean -%s?", arg, near)
	}
	return fmt.Errorf("unknown option %q; -help lists them", arg)
}

// complete checks what the options mean together, for a daemon to be started.
func (o *options) complete() error {
	switch {
	case len(o.configs) == 0 && len(o.load.Syncs) == 0:
		return errors.New("no config file is given; name one, or use -rsync, -rsyncssh or -direct (-help shows how)")
	case len(o.configs) > 0 && len(o.load.Syncs) > 0:
		return fmt.Errorf("a config file (%s) and syncs on the command line (-%s) exclude each other; leave one out",
			o.configs[0], o.load.Syncs[0].Preset)
	case len(o.configs) > 1:
		return tooMany(o.configs)
	case o.load.SSHOptions != "" && !o.hasPreset("rsyncssh"):
		return errors.New("-sshopts is for -rsyncssh; in a config write ssh = { _extra = { ... } } in the sync")
	}
	if len(o.configs) == 1 {
		o.load.Config = o.configs[0]
	}
	return nil
}

func (o *options) hasPreset(name string) bool {
	for _, s := range o.load.Syncs {
		if s.Preset == name {
			return true
		}
	}
	return false
}

func tooMany(configs []string) error {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	if near := spelling.Nearest(configs[0], names); near != "" {
		return fmt.Errorf("two config files are given, %s and %s; did you mean lsyncgo %s %s?", configs[0], configs[1], near, configs[1])
	}
	return fmt.Errorf("more than one config file is given: %s; only one can run", strings.Join(configs, " "))
}
