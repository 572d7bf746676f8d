package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"lsyncgo/engine/printable"
	"lsyncgo/lua/problem"
)

// version is set by the build of a release.
var version = "0.1.0"

// run does what e.args ask for and returns the exit status.
func run(e env) int {
	if len(e.args) == 0 {
		e.refuse(errNoConfig)
		fmt.Fprint(e.stderr, helpText())
		return exitUsage
	}
	args := e.args
	switch args[0] { // as with other programs
	case "help":
		return e.helpOn(args[1:])
	case "version":
		return e.version()
	}
	c := findCommand(args[0])
	if c != nil && args[0] != "" {
		args = args[1:]
	} else {
		c = findCommand("")
	}
	o, err := parse(c, args)
	if err != nil {
		return e.refuse(err)
	}
	switch {
	case o.help:
		fmt.Fprint(e.stdout, c.help())
		return exitOK
	case o.version:
		return e.version()
	case o.listMonitors:
		listMonitors(e)
		return exitOK
	}
	if c.control == nil {
		return c.run(e, o)
	}
	a, err := c.daemon(o)
	if err != nil {
		return e.refuse(err)
	}
	return c.control(e, a, o)
}

// runConfig starts the engine.
func runConfig(e env, o *options) int {
	if err := o.complete(); err != nil {
		return e.refuse(err)
	}
	return serve(e, o)
}

// helpOn explains the program, or a command.
func (e env) helpOn(words []string) int {
	c := findCommand("")
	if len(words) > 0 && words[0] != "help" && words[0] != "version" {
		if c = findCommand(words[0]); c == nil {
			return e.refuse(fmt.Errorf("help: %q is no command; commands are %s", words[0], strings.Join(commandNames(), ", ")))
		}
	}
	fmt.Fprint(e.stdout, c.help())
	return exitOK
}

func (e env) version() int {
	fmt.Fprintln(e.stdout, versionText())
	return exitOK
}

// refuse says why nothing is started.
func (e env) refuse(err error) int {
	e.complain(err)
	return exitUsage
}

// complain prints an error.
func (e env) complain(err error) { fmt.Fprintln(e.stderr, "lsyncgo: "+words(err)) }

// words are the text of an error, in which no file name can make up a line: a further
// line is another problem of a config, or begins with a tab.
func words(err error) string {
	if problems, ok := err.(problem.Problems); ok { //nolint:errorlint // wrapped ones have a line that is not theirs
		return problems.Error()
	}
	return printable.Text(err.Error())
}

func versionText() string {
	text := fmt.Sprintf("Version: %s (%s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				text += ", " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return text + ")"
}
