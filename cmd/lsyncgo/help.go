package main

import (
	"fmt"
	"strings"
)

// helpText fits a terminal of 24 lines and 80 columns.
func helpText() string {
	var b strings.Builder
	b.WriteString("lsyncgo keeps targets in step with directories that change.\n")
	for _, c := range commandTable() {
		if c.rare {
			continue
		}
		fmt.Fprintf(&b, "  %-34s %s\n", strings.Join(strings.Fields("lsyncgo "+c.name+" "+c.args), " "), c.text)
		if c.name == "" {
			b.WriteString("  lsyncgo [OPTIONS] SYNC...          without a config; SYNC is one of\n")
			for _, row := range optionTable {
				if row.sync {
					fmt.Fprintf(&b, "    %-33s%s\n", row.usage(), row.text)
				}
			}
		}
	}
	b.WriteString("Options, with one dash or two (lsyncgo help COMMAND: those of a command):\n")
	column := 0
	for _, row := range optionTable {
		switch {
		case row.sync || row.scope&toRun == 0:
		case column == 0:
			fmt.Fprintf(&b, "  %-14s %-26s", row.usage(), row.text)
			column = 1
		default:
			fmt.Fprintf(&b, "%-14s %s\n", row.usage(), row.text)
			column = 0
		}
	}
	b.WriteString(strings.Repeat("\n", column))
	b.WriteString(`Example, mirror.lua:
  settings{ logfile = "/var/log/lsyncgo.log", pidfile = "/run/lsyncgo.pid" }
  sync{ default.rsync, source = "/srv/www", target = "web1:/srv/www" }
Signals: TERM, INT end (twice: at once), HUP reloads, USR1 writes status file.
Exit: 0 ok, 1 -onepass left something undone, 255 failed, 128+N signal N.
`)
	return b.String()
}

// help is what `lsyncgo help COMMAND` prints.
func (c *command) help() string {
	if c.name == "" {
		return helpText()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "lsyncgo %s %s\n%s.\n%s", c.name, c.args, strings.ToUpper(c.text[:1])+c.text[1:], c.more)
	b.WriteString("Options:\n")
	for _, row := range optionTable {
		if row.scope&c.scope != 0 {
			fmt.Fprintf(&b, "  %-34s %s\n", row.usage(), row.text)
		}
	}
	return b.String()
}

// usage is how an option is written.
func (row *option) usage() string {
	return strings.Join(append([]string{"-" + row.name}, row.args...), " ")
}
