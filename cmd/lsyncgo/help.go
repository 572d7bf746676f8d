package main

import (
	"fmt"
	"strings"
)

// helpText fits a terminal of 24 lines and 80 columns.
func helpText() string {
	var b strings.Builder
	b.WriteString("lsyncgo keeps targets in step with directories that change.\n")
	var rare []string
	for _, c := range commandTable() {
		if c.rare {
			rare = append(rare, c.name)
			continue
		}
		fmt.Fprintf(&b, "  %-36s%s\n", c.usage(), c.text)
		if c.name == "" {
			b.WriteString("  lsyncgo [OPTIONS] SYNC...           without a config; SYNC is one of\n")
			for _, row := range optionTable {
				if row.sync {
					fmt.Fprintf(&b, "    %-34s%s\n", row.usage(), row.text)
				}
			}
		}
	}
	for _, line := range wrap("lsyncgo help COMMAND: "+strings.Join(rare, ", "), 76) {
		b.WriteString("  " + line + "\n")
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

// usage is how a command is written.
func (c *command) usage() string {
	return strings.Join(strings.Fields("lsyncgo "+c.name+" "+c.args), " ")
}

// title is what it does, as a sentence.
func (c *command) title() string { return strings.ToUpper(c.text[:1]) + c.text[1:] + "." }

// wrap breaks a text into lines of at most so many columns.
func wrap(text string, columns int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > columns {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// help is what `lsyncgo help COMMAND` prints.
func (c *command) help() string {
	if c.name == "" {
		return helpText()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s", c.usage(), c.title(), c.more)
	b.WriteString("Options:\n")
	for _, row := range optionTable {
		if row.scope&c.scope != 0 {
			fmt.Fprintf(&b, "  %-24s %s\n", row.usage(), row.text)
		}
	}
	if len(c.examples) > 0 {
		b.WriteString("Example:\n  " + strings.Join(c.examples, "\n  ") + "\n")
	}
	b.WriteString("Exit status:\n")
	for _, x := range c.exits {
		fmt.Fprintf(&b, "  %3d %s\n", x.status, x.text)
	}
	return b.String()
}

// usage is how an option is written.
func (row *option) usage() string {
	return strings.Join(append([]string{"-" + row.name}, row.args...), " ")
}
