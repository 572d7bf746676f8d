package main

import (
	"fmt"
	"strings"
)

// runMan prints the manual page.
func runMan(e env, o *options) int {
	if len(o.configs) > 0 {
		return e.refuse(fmt.Errorf("man takes no %s: write lsyncgo man", o.configs[0]))
	}
	fmt.Fprint(e.stdout, manual())
	return exitOK
}

// manualDate is when the text of the page was last gone through; a page that had the day of its making would not be the same twice.
const manualDate = "November 28, 2026"

// manual is the page lsyncgo(8) in mdoc, made of the tables of commands and options.
func manual() string {
	var b strings.Builder
	fmt.Fprintf(&b, `.Dd %s
.Dt LSYNCGO 8
.Os
.Sh NAME
.Nm lsyncgo
.Nd keep targets in step with directories that change
.Sh SYNOPSIS
`, manualDate)
	for _, c := range commandTable() {
		b.WriteString(".Nm\n")
		if words := strings.TrimSpace(c.name + " " + c.args); words != "" {
			b.WriteString(roff(words) + "\n")
		}
	}
	b.WriteString(`.Sh DESCRIPTION
.Nm
watches directory trees and brings what changes there to targets,
as its config says, which is one for
.Xr lsyncd 1 .
Options are written with one dash or two, and stand before or after other words.
The config of a running daemon, by which it is found, may be left out if
.Fl pidfile ,
.Fl statusfile
or the variable
.Ev LSYNCGO_PIDFILE
names it.
`)
	for _, c := range commandTable() {
		c.manual(&b)
	}
	b.WriteString(`.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev LSYNCGO_PIDFILE
The pidfile of the daemon to ask, if neither option nor config names one.
.It Ev NO_COLOR
If it is not empty,
.Cm status
has no colours.
.It Ev STATE_DIRECTORY
Where pauses are kept, as systemd sets it; else they are beside the pidfile.
.El
.Sh SIGNALS
TERM and INT end a daemon, a second one at once what still runs.
HUP has it read its config again, USR1 write its status file.
.Sh SEE ALSO
.Xr rsync 1 ,
.Xr ssh 1
`)
	return b.String()
}

// manual writes the section of one command.
func (c *command) manual(b *strings.Builder) {
	name := c.name
	if name == "" {
		name = "run"
	}
	fmt.Fprintf(b, ".Ss %s\n%s\n", name, roff(c.title()))
	for _, sentence := range strings.SplitAfter(strings.Join(strings.Fields(c.more), " ")+" ", ". ") { // each begins a line
		for _, line := range wrap(sentence, 70) {
			if line != "" {
				b.WriteString(roff(line) + "\n")
			}
		}
	}
	b.WriteString(".Bl -tag -width Ds\n")
	for _, row := range optionTable {
		if row.scope&c.scope != 0 {
			words := ".It Fl " + row.name
			for _, a := range row.args {
				words += " Ar " + a
			}
			fmt.Fprintf(b, "%s\n%s\n", words, roff(strings.ToUpper(row.text[:1])+row.text[1:]+"."))
		}
	}
	b.WriteString(".El\n.Pp\nExit status:\n.Bl -tag -width Ds -compact\n")
	for _, x := range c.exits {
		fmt.Fprintf(b, ".It %d\n%s\n", x.status, roff(x.text))
	}
	b.WriteString(".El\n")
	if len(c.examples) > 0 {
		b.WriteString(".Pp\nExample:\n.Bd -literal -offset indent\n")
		for _, example := range c.examples {
			b.WriteString(roff(example) + "\n")
		}
		b.WriteString(".Ed\n")
	}
}

// roff writes a line so that nothing in it is a request or an escape.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}
