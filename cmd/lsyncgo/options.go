package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"lsyncgo/engine/logging"
	"lsyncgo/engine/monitor/backend"
	"lsyncgo/engine/spelling"
	"lsyncgo/lua/config"
)

// options are what the command line says.
type options struct {
	configs []string       // what stands beside the options: configs, for resume the name of a sync before
	load    config.Options // without Config and Dir, which are set later
	log     []string

	help, version, listMonitors bool
	// dryRun: start nothing, say what would be started. force: trust every source.
	dryRun, force bool

	connect    bool // try each target
	json       bool // print what the daemon answers as JSON
	problems   bool // only what is not well
	watch      bool // again and again
	pauseFor   time.Duration
	timeout    time.Duration
	statusFile string // of the daemon that is asked
	unit       serviceOptions
}

// option is one row of the table: its name, the names of its arguments, what it is for, and what it sets.
type option struct {
	name  string
	args  []string
	text  string
	scope scope
	set   func(o *options, args []string) error
	sync  bool // it defines a sync
}

var optionTable = []option{
	{name: "rsync", args: []string{"SRC", "TARGET"}, text: "rsync the changes", scope: toRun, set: preset("rsync"), sync: true},
	{name: "rsyncssh", args: []string{"SRC", "HOST", "TARGETDIR"}, text: "rsync, and moves by ssh", scope: toRun, set: preset("rsyncssh"), sync: true},
	{name: "direct", args: []string{"SRC", "TARGETDIR"}, text: "copy, move and remove locally", scope: toRun, set: preset("direct"), sync: true},
	{name: "delay", args: []string{"SECS"}, text: "collect changes so long", scope: toRun, set: setDelay},
	{name: "nodaemon", text: "stay in foreground", scope: toRun, set: on(func(o *options) *bool { return &o.load.NoDaemon })},
	{name: "insist", text: "retry a failed startup", scope: toRun, set: on(func(o *options) *bool { return &o.load.Insist })},
	{name: "onepass", text: "startup, then exit", scope: toRun, set: on(func(o *options) *bool { return &o.load.OnePass })},
	{name: "log", args: []string{"CATEGORY"}, text: "or all, scarce; repeat", scope: toRun, set: setLog},
	{name: "logfile", args: []string{"FILE"}, text: "instead of syslog", scope: toRun, set: file(func(o *options) *string { return &o.load.LogFile })},
	{name: "pidfile", args: []string{"FILE"}, text: "lock of one daemon", scope: toRun | toAsk, set: file(func(o *options) *string { return &o.load.PidFile })},
	{name: "script", args: []string{"FILE"}, text: "Lua before the config", scope: toRun, set: setScript},
	{name: "monitor", args: []string{"NAME"}, text: "without NAME: list them", scope: toRun, set: setMonitor},
	{name: "sshopts", args: []string{"WORDS"}, text: "arguments for ssh", scope: toRun, set: func(o *options, args []string) error {
		o.load.SSHOptions = args[0]
		return nil
	}},
	{name: "dryrun", text: "only print what to start", scope: toRun, set: func(o *options, _ []string) error {
		o.dryRun, o.load.NoDaemon = true, true
		return nil
	}},
	{name: "force", text: "hold no sync", scope: toRun, set: on(func(o *options) *bool { return &o.force })},
	{name: "statusfile", args: []string{"FILE"}, text: "the daemon that writes this file", scope: toAsk, set: file(func(o *options) *string { return &o.statusFile })},
	{name: "json", text: "print JSON", scope: toShow, set: on(func(o *options) *bool { return &o.json })},
	{name: "problems", text: "only what is not well", scope: toStatus, set: on(func(o *options) *bool { return &o.problems })},
	{name: "watch", text: "again every two seconds", scope: toStatus, set: on(func(o *options) *bool { return &o.watch })},
	{name: "for", args: []string{"DURATION"}, text: "end by itself after 90s, 10m, 2h30m", scope: toPause, set: duration("for", func(o *options) *time.Duration { return &o.pauseFor })},
	{name: "timeout", args: []string{"DURATION"}, text: "wait no longer than 90s, 10m", scope: toWait, set: duration("timeout", func(o *options) *time.Duration { return &o.timeout })},
	{name: "connect", text: "try each target, without writing", scope: toCheck, set: on(func(o *options) *bool { return &o.connect })},
	{name: "init", args: []string{"SYSTEM"}, text: "systemd or openrc; else the one at work", scope: toInstall, set: file(func(o *options) *string { return &o.unit.init })},
	{name: "name", args: []string{"NAME"}, text: "of the service; else lsyncgo-CONFIG", scope: toInstall, set: file(func(o *options) *string { return &o.unit.name })},
	{name: "root", args: []string{"DIR"}, text: "write below DIR, run no command", scope: toInstall, set: file(func(o *options) *string { return &o.unit.root })},
	{name: "version", text: "print it and exit", scope: toRun, set: on(func(o *options) *bool { return &o.version })},
	{name: "help", text: "this", scope: toRun | toAsk | toInstall | toHelp, set: on(func(o *options) *bool { return &o.help })},
}

// shortOptions are what many programs have.
var shortOptions = map[string]string{"h": "help", "v": "version"}

// gone are options of Lsyncd that have no meaning here.
var gone = map[string]string{
	"runner": "the Lua part is built in; leave it out, or use -script FILE to run Lua before the config",
}

func preset(name string) func(*options, []string) error {
	return func(o *options, args []string) error {
		o.load.Syncs = append(o.load.Syncs, config.CommandLineSync{Preset: name, Args: args, Place: "command line"})
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

// duration reads a length of time, a number alone as seconds.
func duration(name string, field func(*options) *time.Duration) func(*options, []string) error {
	return func(o *options, args []string) error {
		d, err := time.ParseDuration(args[0])
		if secs, e := strconv.ParseFloat(args[0], 64); e == nil && math.Abs(secs) < math.MaxInt32 {
			d, err = time.Duration(secs*float64(time.Second)), nil
		}
		if err != nil || d <= 0 {
			return fmt.Errorf("-%s takes a length of time such as 90s, 10m or 2h30m, not %q", name, args[0])
		}
		*field(o) = d
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
	if err := backend.Known(args[0]); err != nil {
		return fmt.Errorf("-monitor: %w", err)
	}
	o.load.Monitor = args[0]
	return nil
}

func setScript(o *options, args []string) error {
	o.load.Scripts = append(o.load.Scripts, args[0])
	return nil
}

// parse reads the words after a command. Options and config may come in any order;
// after "--" nothing is an option.
func parse(c *command, args []string) (*options, error) {
	o := &options{}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			o.configs = append(o.configs, args...)
			break
		}
		if arg == "" {
			return nil, errors.New(c.prefix() + "an argument is empty; give the path of a config file")
		}
		if arg[0] != '-' || arg == "-" {
			o.configs = append(o.configs, arg)
			continue
		}
		n, err := o.option(c, arg, args)
		if err != nil {
			return nil, fmt.Errorf("%s%w", c.prefix(), err)
		}
		args = args[n:]
	}
	return o, nil
}

// option reads one option and returns how many of the words after it belong to it.
func (o *options) option(c *command, arg string, rest []string) (int, error) {
	name := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	if long, ok := shortOptions[name]; ok {
		name = long
	}
	row := c.option(name)
	if row == nil {
		return 0, c.unknownOption(arg, name)
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
		if word[0] == '-' && c.option(strings.TrimLeft(word, "-")) != nil {
			return 0, missing(row, i)
		}
	}
	return n, row.set(o, rest[:n:n])
}

// option returns the row of an option that the command takes, nil if there is none.
func (c *command) option(name string) *option {
	for i := range optionTable {
		if row := &optionTable[i]; row.name == name && row.scope&c.scope != 0 {
			return row
		}
	}
	return nil
}

func missing(row *option, have int) error {
	return fmt.Errorf("-%s needs %s, and %s is missing: write -%s %s",
		row.name, strings.Join(row.args, " and "), row.args[have], row.name, strings.Join(row.args, " "))
}

func (c *command) unknownOption(arg, name string) error {
	if why, ok := gone[name]; ok && c.scope&toRun != 0 {
		return fmt.Errorf("option %s of Lsyncd does not exist here: %s", arg, why)
	}
	if key, value, ok := strings.Cut(name, "="); ok {
		if row := c.option(key); row != nil {
			return fmt.Errorf("unknown option %q; %s", arg, row.withoutEquals(value))
		}
	}
	var names, usages []string
	for _, row := range optionTable {
		if row.scope&c.scope != 0 {
			names, usages = append(names, row.name), append(usages, row.usage())
		}
	}
	switch near := spelling.Nearest(name, names); {
	case near != "":
		return fmt.Errorf("unknown option %q; did you mean -%s?", arg, near)
	case len(usages) > 6:
		return fmt.Errorf("unknown option %q; -help lists them", arg)
	}
	return fmt.Errorf("unknown option %q; it takes %s", arg, strings.Join(usages, ", "))
}

// withoutEquals tells how an option that was given a value with an equals sign is written.
func (row *option) withoutEquals(value string) string {
	switch {
	case len(row.args) > 0:
		return fmt.Sprintf("write -%s %s, without an equals sign", row.name, value)
	case value == "false" || value == "0" || value == "no":
		return fmt.Sprintf("leave -%s out", row.name)
	}
	return fmt.Sprintf("write -%s alone, it takes no value", row.name)
}

// errNoConfig: there is nothing to run.
var errNoConfig = errors.New("no config file is given; name one, or use -rsync, -rsyncssh or -direct (-help shows how)")

// complete checks what the options mean together, for a daemon to be started.
func (o *options) complete() error {
	switch {
	case len(o.configs) == 0 && len(o.load.Syncs) == 0:
		return errNoConfig
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
		return unknownCommand(o.load.Config)
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
	if near := spelling.Nearest(configs[0], commandNames()); near != "" {
		return fmt.Errorf("two config files are given, %s and %s; did you mean lsyncgo %s %s?", configs[0], configs[1], near, configs[1])
	}
	return fmt.Errorf("more than one config file is given: %s; only one can run", strings.Join(configs, " "))
}
