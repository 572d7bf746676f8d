package main

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lsyncgo/engine/logging"
	"lsyncgo/lua/config"
)

// §1: one and two dashes are the same, for every option.
func TestDashes(t *testing.T) {
	values := map[string]string{"delay": "1", "for": "1s", "timeout": "1s", "log": "all", "monitor": "auto"}
	for _, row := range optionTable {
		words := []string{row.name}
		for range row.args {
			value := values[row.name]
			if value == "" {
				value = "x"
			}
			words = append(words, value)
		}
		var got []options
		for _, dashes := range []string{"-", "--"} {
			args := slices.Clone(words)
			args[0] = dashes + row.name
			c := findCommand("")
			switch {
			case row.scope&toCheck != 0:
				c = findCommand("check")
			case row.scope&toInstall != 0 && row.scope&toRun == 0:
				c = findCommand("install")
			case row.scope&toPause != 0:
				c = findCommand("pause")
			case row.scope&toWait != 0:
				c = findCommand("stop")
			case row.scope&toRun == 0:
				c = findCommand("status")
			}
			o, err := parse(c, args)
			if err != nil {
				t.Fatalf("%q: %v", args, err)
			}
			got = append(got, *o)
		}
		if !reflect.DeepEqual(got[0], got[1]) || reflect.DeepEqual(got[0], options{}) {
			t.Errorf("-%s: %+v, with two dashes %+v", row.name, got[0], got[1])
		}
	}
}

// §1: a config that cannot be read is refused in one line that names it, with exit status 255.
func TestConfigThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "missing.lua"), dir} {
		code, out, errs := execute("-nodaemon", path)
		if code != exitUsage || out != "" || !strings.HasPrefix(errs, path+": cannot be read: ") || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: %d %q %q", path, code, out, errs)
		}
	}
}

// §1: a daemon logs to the log file, without one to syslog; in the foreground the console comes on top.
// §2: logfacility and logident.
func TestLogPlaces(t *testing.T) {
	for _, c := range []struct {
		settings config.Settings
		want     logging.Options
	}{
		{config.Settings{}, logging.Options{Syslog: true}},
		{config.Settings{LogFacility: "local1", LogIdent: "mirror"}, logging.Options{Syslog: true, Facility: "local1", Ident: "mirror"}},
		{config.Settings{LogFile: "/l"}, logging.Options{File: "/l"}},
		{config.Settings{NoDaemon: true}, logging.Options{Console: true}},
		{config.Settings{NoDaemon: true, LogFile: "/l", LogFormat: "json"}, logging.Options{Console: true, File: "/l", JSON: true}},
	} {
		c.want.Journal = true // of systemd, where it is what standard error is
		s := &service{options: &options{}}
		c.want.Journal = true // if the console is one
		if got := s.logOptions(c.settings); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %+v, want %+v", c.settings, got, c.want)
		}
	}
}
