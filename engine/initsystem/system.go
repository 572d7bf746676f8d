package initsystem

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"lsyncgo/scripts/openrc"
	"lsyncgo/scripts/systemd"
)

// System is an init system.
type System struct {
	Name string

	dir    string // of service files
	suffix string
	mode   fs.FileMode
	// signs are the paths of which one exists where the system is at work.
	signs []string
	text  func(s Service) (string, error)
	// wrote and removed are the commands after a service file was written, and before and after it is removed.
	wrote, remove, removed func(name string) []command
	// Start is the command with which an administrator starts the service, now and at each boot.
	Start func(name string) string
}

// command is one that an init system is told.
type command struct {
	argv    []string
	mayFail bool // its failure is no reason to stop
}

// Systems are the init systems that are known.
func Systems() []System {
	return []System{
		{
			Name: "systemd", dir: "/etc/systemd/system", suffix: ".service", mode: 0o644,
			signs: []string{"/run/systemd/system"}, // as sd_booted(3) asks
			text:  unit,
			wrote: func(string) []command { return []command{{argv: []string{"systemctl", "daemon-reload"}}} },
			remove: func(name string) []command {
				return []command{{argv: []string{"systemctl", "disable", "--now", name + ".service"}}}
			},
			removed: func(string) []command { return []command{{argv: []string{"systemctl", "daemon-reload"}}} },
			Start:   func(name string) string { return "systemctl enable --now " + name },
		},
		{
			Name: "openrc", dir: "/etc/init.d", mode: 0o755,
			signs: []string{"/run/openrc", "/sbin/openrc-run", "/usr/sbin/openrc-run"},
			text:  script,
			wrote: func(string) []command { return nil },
			remove: func(name string) []command {
				// rc-update fails for a service that is in no runlevel.
				return []command{{argv: []string{"rc-service", "--ifstarted", name, "stop"}},
					{argv: []string{"rc-update", "--all", "delete", name}, mayFail: true}}
			},
			removed: func(string) []command { return nil },
			Start:   func(name string) string { return "rc-update add " + name + " && rc-service " + name + " start" },
		},
	}
}

// Find returns the init system of that name, or with "" the one at work on this machine.
func Find(name string) (System, error) {
	for _, s := range Systems() {
		if s.Name == name || name == "" && s.atWork() {
			return s, nil
		}
	}
	if name == "" {
		return System{}, fmt.Errorf("neither systemd nor OpenRC is at work here; choose one with -init systemd or -init openrc, or start the program some other way")
	}
	return System{}, fmt.Errorf("init system %q is not known; known are systemd and openrc", name)
}

func (s System) atWork() bool {
	for _, path := range s.signs {
		if _, err := os.Stat(path); err == nil {
			return true
		}
	}
	return false
}

// unit is the unit in scripts/systemd with another config, program and names.
func unit(s Service) (string, error) {
	name := strings.ReplaceAll(s.Name, "%", "%%")
	return replace(systemd.Unit, [][2]string{
		{"Description=Live sync of directory trees\n", "Description=lsyncgo " + specifiers(s.Config) + "\n"},
		{"AssertPathExists=/etc/lsyncd/lsyncd.conf.lua\n", "AssertPathExists=" + specifiers(s.Config) + "\n"},
		{"EnvironmentFile=-/etc/default/lsyncgo\n", "EnvironmentFile=-/etc/default/" + name + "\n"},
		{"ExecStart=/usr/bin/lsyncgo -nodaemon $OPTIONS /etc/lsyncd/lsyncd.conf.lua\n",
			"ExecStart=" + word(s.Program) + " -nodaemon $OPTIONS -- " + word(s.Config) + "\n"},
		{"RuntimeDirectory=lsyncgo\n", "RuntimeDirectory=" + name + "\n"},
		{"# /run/lsyncgo, for", "# /run/" + name + ", for"},
		{"StateDirectory=lsyncgo\n", "StateDirectory=" + name + "\n"},
		{"# /var/lib/lsyncgo, for", "# /var/lib/" + name + ", for"},
		{"# lsyncgo with one config. For several see lsyncgo@.service.\n#\n", ""},
		{`"systemctl edit lsyncgo"`, `"systemctl edit ` + name + `"`},
	})
}

// specifiers protects a text from systemd's specifiers, as systemd.unit(5) has them.
func specifiers(text string) string { return strings.ReplaceAll(text, "%", "%%") }

// word makes a text one word of a command line of systemd, by the rules of systemd.service(5).
func word(text string) string {
	if plainPath.MatchString(text) {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`).Replace(text) + `"`
}

// script is the script in scripts/openrc with another config and program.
func script(s Service) (string, error) {
	if !plainPath.MatchString(s.Program) {
		return "", errProgram
	}
	quoted := "'" + strings.ReplaceAll(s.Config, "'", `'\''`) + "'"
	return replace(strings.TrimPrefix(openrc.Script, shebang), [][2]string{
		{`: "${config:=/etc/lsyncd/lsyncd.conf.lua}"`, `[ -n "$config" ] || config=` + quoted},
		{`: "${command:=/usr/bin/lsyncgo}"`, `: "${command:=` + s.Program + `}"`},
		{"# lsyncgo with one config, for OpenRC. For another config copy this file to another name.\n#\n", ""},
		{"what /etc/conf.d/lsyncgo sets", "what /etc/conf.d/" + s.Name + " sets"},
	})
}

// replace exchanges each old text for a new one. That one of them is not there once is a mistake in the file.
func replace(text string, pairs [][2]string) (string, error) {
	for _, pair := range pairs {
		if n := strings.Count(text, pair[0]); n != 1 {
			return "", fmt.Errorf("the service file has %q %d times, not once", pair[0], n)
		}
		text = strings.Replace(text, pair[0], pair[1], 1)
	}
	return text, nil
}
