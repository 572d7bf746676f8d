package main

import (
	"fmt"
	"os"
	"strings"

	"lsyncgo/engine/spelling"
)

// command is one thing that the program does: a row of the table that the command line, its
// messages and the help are made of. A config file of that name is reached as ./NAME.
type command struct {
	name  string // the first word; "" runs a config
	args  string // what follows it, as the help shows it
	text  string // what it does, in a few words
	more  string // what the help of the command adds
	scope scope  // which options it takes
	rare  bool   // the help of all, which has to fit a terminal, leaves it out
	run   func(e env, o *options) int
}

// scope says which commands an option belongs to.
type scope uint8

const (
	toRun     scope = 1 << iota // of a config, and to check what would be run
	toAsk                       // of a running daemon
	toShow                      // what a daemon has answered
	toCheck                     // of the check alone
	toInstall                   // of a service
)

func commandTable() []command {
	return []command{
		{name: "", args: "[OPTIONS] CONFIG.lua", text: "run a config, as a daemon unless -nodaemon", scope: toRun, run: runConfig},
		{name: "check", args: "[-connect] CONFIG...", text: "problems, and what is not as with Lsyncd", scope: toRun | toCheck, run: runCheck,
			more: "Starts and writes nothing. With -connect each target is tried, still without\n" +
				"writing: ssh or the rsync daemon, the rsync there, the directory. The exit\n" +
				"status is 1 if there is a problem.\n"},
		{name: "status", args: "[-json] CONFIG.lua", text: "what the daemon does (or -pidfile FILE)", scope: toAsk | toShow, run: runStatus,
			more: "The daemon is found by the pidfile or statusFile of its config. The exit status\nis 1 if none answers.\n"},
		{name: "resume", args: "NAME CONFIG.lua", text: "let a held sync go on, forget lost mounts", scope: toAsk, run: runResume,
			more: "lsyncgo status shows the names, and why a sync is on hold.\n"},
		{name: "debug", args: "monitor on|off CONFIG.lua", text: "log what the monitors report", scope: toAsk, rare: true, run: runDebug,
			more: "It has the daemon log each event, as -log Inotify does from the start.\n"},
		{name: "install", args: "CONFIG.lua", text: "write the service that runs it", scope: toInstall, run: runInstall,
			more: "Writes a unit for systemd, or a script for OpenRC, and starts nothing. A service\n" +
				"file that somebody has changed is kept. The exit status is 1 if nothing was written.\n"},
		{name: "uninstall", args: "CONFIG.lua", text: "stop and remove that service", scope: toInstall, run: runUninstall,
			more: "A service file that somebody has changed is kept, its service not stopped, and\nthe exit status is 1.\n"},
	}
}

// findCommand returns the command that word names, nil if none.
func findCommand(word string) *command {
	for _, c := range commandTable() {
		if c.name == word {
			return &c
		}
	}
	return nil
}

// commandNames are the words that can stand in front.
func commandNames() []string {
	names := []string{"help", "version"}
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
	"run":     "lsyncgo CONFIG.lua runs a config",
	"stop":    "the signal TERM ends a daemon: kill PID",
	"restart": "the signal HUP has a daemon read its config again: kill -HUP PID",
	"reload":  "the signal HUP has a daemon read its config again: kill -HUP PID",
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
