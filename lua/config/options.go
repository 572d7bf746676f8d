package config

import (
	"time"

	"lsyncgo/engine/core"
)

// CommandLineSync is a sync that was given by options instead of a config.
type CommandLineSync struct {
	// Preset is "rsync" (Args: source, target), "rsyncssh" (source, host,
	// targetdir) or "direct" (source, targetdir).
	Preset string
	Args   []string
	// Place says where it comes from in messages, like "command line".
	Place string
}

// Options say what to load. Values of the command line beat those of a sync,
// which beat those of settings{}.
type Options struct {
	// Config is the path of the config file, "" if Syncs are given.
	Config string
	// Scripts are run before the config, in order.
	Scripts []string
	Syncs   []CommandLineSync

	Delay      *float64 // seconds, for every sync; nil: not given
	SSHOptions string   // further arguments of ssh for Syncs, quoted as in a shell
	Insist     bool
	OnePass    bool
	NoDaemon   bool
	LogFile    string
	PidFile    string
	Monitor    string

	// KnownMonitor says why there is no monitor of a name. Nil: who loads the config asks for itself.
	KnownMonitor func(name string) error

	// Dir is what relative paths of the config are relative to; "" is the working directory.
	Dir string
	// LoadTimeout is how long each script and the config may run; 0 is a minute.
	LoadTimeout time.Duration
	// ReadOnly: who loads the config only wants to read its settings; what scripts would run, write or remove is not done.
	ReadOnly bool
	// Log takes what scripts log. Nil: nobody does.
	Log core.Log
	// Named returns the log of a logname. Nil: that is Log, with the name in front.
	Named func(name string) core.Log
	// Now is the time until Bind; nil is time.Now.
	Now func() time.Time
	// Print takes the lines that scripts print; nil is standard output.
	Print func(line string)
}
