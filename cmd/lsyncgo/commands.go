package main

import (
	"fmt"
	"os"
	"strings"

	"lsyncgo/engine/spelling"
)

// command is one thing that the program does: a row of the table that the command line, its messages, the help, the manual
// page and the completions are made of. A config file of that name is reached as ./NAME.
type command struct {
	name     string // the first word; "" runs a config, as does the word run
	args     string // what follows it, as the help shows it
	text     string // what it does, in a few words
	more     string // what the help of the command adds
	examples []string
	exits    []exit
	scope    scope // which options it takes
	rare     bool  // the help of all, which has to fit a terminal, only names it
	names    span  // how many words stand before the config, for commands that ask a daemon
	run      func(e env, o *options) int
	control  func(e env, a asked, o *options) int // instead of run, of commands that ask a daemon
}

// exit is what an exit status means.
type exit struct {
	status int
	text   string
}

// span is how many there may be; most -1: any number.
type span struct{ least, most int }

// scope says which commands an option belongs to.
type scope uint16

const (
	toRun     scope = 1 << iota // of a config, and to check what would be run
	toAsk                       // of a running daemon
	toShow                      // what a daemon has answered
	toCheck                     // of the check alone
	toInstall                   // of a service
	toStatus                    // of the status alone
	toPause                     // of a pause
	toWait                      // for something
	toHelp                      // nothing but -help
)

// done are the exit statuses of most commands that ask a daemon.
var done = []exit{{0, "it is done"}, {1, "it is not, and the message says why"}, {255, "wrong arguments"}}

// healthExits are those of commands that ask how things are.
var healthExits = []exit{{0, "every sync is in step, behind or starting"}, {1, "one is retrying, degraded or paused"},
	{2, "one is held or stopped"}, {3, "no daemon answers"}, {255, "wrong arguments"}}

func commandTable() []command {
	return append([]command{
		{name: "", args: "[OPTIONS] CONFIG.lua", text: "run a config, as a daemon unless -nodaemon", scope: toRun, run: runConfig,
			examples: []string{"lsyncgo -nodaemon -rsync /srv/www web1:/srv/www", "lsyncgo run -pidfile /run/lsyncgo.pid mirror.lua"},
			exits: []exit{{0, "the daemon is ready, or every startup of -onepass is done"}, {1, "-onepass left something undone"},
				{255, "nothing was started, or a sync has died"}, {128, "and the number of a signal: it ended that"}}},
		{name: "check", args: "[-connect] CONFIG...", text: "problems, and what differs from Lsyncd", scope: toRun | toCheck, run: runCheck,
			more: "Starts and writes nothing. With -connect each target is tried, still without\n" +
				"writing: ssh or the rsync daemon, the rsync there, the directory.\n",
			examples: []string{"lsyncgo check -connect mirror.lua"},
			exits:    []exit{{0, "the config can be run"}, {1, "there is a problem"}, {255, "wrong arguments"}}},
		{name: "install", args: "CONFIG.lua", text: "write the service that runs it", scope: toInstall, run: runInstall,
			more: "Writes a unit for systemd, or a script for OpenRC, and starts nothing. A service\n" +
				"file that somebody has changed is kept.\n",
			examples: []string{"lsyncgo install /etc/lsyncd/lsyncd.conf.lua"},
			exits:    []exit{{0, "it is written"}, {1, "nothing was written"}, {255, "wrong arguments"}}},
		{name: "uninstall", args: "CONFIG.lua", text: "stop and remove that service", scope: toInstall, rare: true, run: runUninstall,
			more:     "A service file that somebody has changed is kept, and its service not stopped.\n",
			examples: []string{"lsyncgo uninstall /etc/lsyncd/lsyncd.conf.lua"},
			exits:    []exit{{0, "it is removed"}, {1, "it is kept"}, {255, "wrong arguments"}}},
		{name: "completion", args: "SHELL", text: "print completions for bash, zsh or fish", scope: toHelp, rare: true, run: runCompletion,
			examples: []string{"lsyncgo completion bash > /etc/bash_completion.d/lsyncgo"},
			exits:    []exit{{0, "printed"}, {255, "wrong arguments"}}},
		{name: "man", args: "", text: "print the manual page", scope: toHelp, rare: true, run: runMan,
			examples: []string{"lsyncgo man > lsyncgo.8", "lsyncgo man | man -l -"},
			exits:    []exit{{0, "printed"}, {255, "wrong arguments"}}},
	}, controlTable()...)
}

// controlTable are the commands that ask a running daemon.
func controlTable() []command {
	return []command{
		{name: "status", args: "[NAME...] CONFIG.lua", text: "how the syncs are (or -pidfile FILE)", scope: toAsk | toShow | toStatus, names: span{0, -1}, control: runStatus,
			more: "The daemon is found by the pidfile or statusFile of its config. In a terminal\n" +
				"states have colours, unless NO_COLOR is set.\n",
			examples: []string{"lsyncgo status mirror.lua", "lsyncgo status -problems -pidfile /run/lsyncgo.pid"}, exits: healthExits},
		{name: "health", args: "CONFIG.lua", text: "one line for monitoring systems", scope: toAsk, rare: true, control: runHealth,
			examples: []string{"lsyncgo health -pidfile /run/lsyncgo.pid"}, exits: healthExits},
		{name: "trace", args: "PATH CONFIG.lua", text: "what becomes of a file or directory", scope: toAsk, rare: true, names: span{1, 1}, control: runTrace,
			more:     "Which syncs have it in their source, which rule has them leave it alone, what is\npending for it, and the last batch.\n",
			examples: []string{"lsyncgo trace /srv/www/index.html mirror.lua"}, exits: done},
		{name: "wait", args: "[NAME...] CONFIG.lua", text: "wait until all changes have arrived", scope: toAsk | toWait, rare: true, names: span{0, -1}, control: runWait,
			more: "It returns when everything that happened before it was called has arrived at the\n" +
				"targets, of these syncs or of all. A file that is still being written is not\nwaited for.\n",
			examples: []string{"lsyncgo wait web -timeout 30s mirror.lua"},
			exits:    []exit{{0, "everything has arrived"}, {1, "not in time, or a sync is paused or gave something up"}, {2, "a sync is held or stopped"}, {3, "no daemon answers"}, {255, "wrong arguments"}}},
		{name: "pause", args: "NAME CONFIG.lua", text: "have a sync do nothing for a while", scope: toAsk | toPause, rare: true, names: span{1, 1}, control: runPause,
			more:     "What runs goes on to its end; startups, full syncs and changes wait. The pause\nlasts, also over a reload or restart, until its time or lsyncgo resume.\n",
			examples: []string{"lsyncgo pause web -for 10m mirror.lua"}, exits: done},
		{name: "resume", args: "NAME CONFIG.lua", text: "let a paused or held sync go on", scope: toAsk, rare: true, names: span{1, 1}, control: runResume,
			more:     "Of a sync on hold it also forgets lost mounts. lsyncgo status shows the names,\nand why a sync does nothing.\n",
			examples: []string{"lsyncgo resume web mirror.lua"}, exits: done},
		{name: "resync", args: "NAME [PATH] CONFIG.lua", text: "compare with the target again", scope: toAsk, rare: true, names: span{1, 2}, control: runResync,
			more:     "Without a path all of the source is; the path is one in the source. It waits its\nturn, and nothing that the sync leaves alone is touched.\n",
			examples: []string{"lsyncgo resync web /srv/www/img mirror.lua"}, exits: done},
		{name: "reload", args: "CONFIG.lua", text: "have the config read again", scope: toAsk, rare: true, control: runReload,
			more:     "As the signal HUP, but it says whether the new config is in force.\n",
			examples: []string{"lsyncgo reload mirror.lua"}, exits: done},
		{name: "stop", args: "CONFIG.lua", text: "end the daemon, and wait for that", scope: toAsk | toWait, rare: true, control: runStop,
			more:     "What runs ends first, as with the signal TERM; a second stop ends it at once.\n",
			examples: []string{"lsyncgo stop -timeout 1m mirror.lua"}, exits: done},
		{name: "debug", args: "monitor on|off CONFIG.lua", text: "log what the monitors report", scope: toAsk, rare: true, names: span{2, 2}, control: runDebug,
			more:     "It has the daemon log each event, as -log Inotify does from the start.\n",
			examples: []string{"lsyncgo debug monitor on mirror.lua"}, exits: done},
	}
}

// findCommand returns the command that word names, nil if none.
func findCommand(word string) *command {
	if word == "run" {
		word = ""
	}
	for _, c := range commandTable() {
		if c.name == word {
			return &c
		}
	}
	return nil
}

// commandNames are the words that can stand in front.
func commandNames() []string {
	names := []string{"help", "version", "run"}
	for _, c := range commandTable() {
		if c.name != "" {
			names = append(names, c.name)
		}
	}
	return names
}

// prefix is what messages about a command begin with.
func (c *command) prefix() string {
	if c.name == "" {
		return ""
	}
	return c.name + ": "
}

// instead are words that other programs have commands for.
var instead = map[string]string{
	"start":   "lsyncgo CONFIG.lua starts a daemon",
	"restart": "lsyncgo stop CONFIG.lua ends a daemon, and lsyncgo CONFIG.lua starts it; lsyncgo reload CONFIG.lua has it read its config again",
}

// unknownCommand says of a config that is not there that it may have been meant as a command; nil if not.
func unknownCommand(word string) error {
	if strings.ContainsAny(word, "/.") {
		return nil
	}
	if _, err := os.Lstat(word); err == nil {
		return nil
	}
	names := commandNames()
	hint := "commands are " + strings.Join(names, ", ")
	if text, ok := instead[word]; ok {
		hint += "; " + text
	} else if near := spelling.Nearest(word, names); near != "" {
		hint = "did you mean lsyncgo " + near + "?"
	}
	return fmt.Errorf("%q is no command, and there is no config file of that name; %s", word, hint)
}
