package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInstall(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "web.lua")
	write := func(text string) {
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unit := filepath.Join(dir, "etc/systemd/system/lsyncgo-web.service")
	run := func(code int, want string, args ...string) {
		t.Helper()
		got, out, errs := execute(append(args, "-root", dir)...)
		if got != code || !strings.Contains(out+errs, want) {
			t.Errorf("%q: %d %q %q, want %d and %q", args, got, out, errs, code, want)
		}
	}

	write(`sync { default.rsync, source = "/", target = "x:y", delay = "soon" }`)
	run(exitFailed, "web.lua:1: ", "install", "-init", "systemd", config)
	if _, err := os.Stat(unit); err == nil {
		t.Error("a service was written for a config that is wrong")
	}
	write(`sync { default.rsync, source = "` + dir + `", target = "x:y" }`)
	run(exitOK, "wrote "+unit+"\nstart it, now and at each boot: systemctl enable --now lsyncgo-web\n", "install", "-init", "systemd", config)
	text, err := os.ReadFile(unit)
	if err != nil || !strings.Contains(string(text), " -nodaemon $OPTIONS -- "+config+"\n") {
		t.Errorf("%v, the unit:\n%s", err, text)
	}
	if err := os.WriteFile(unit, append(text, "# mine\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	run(exitFailed, unit+": it was changed", "uninstall", "-init", "systemd", config)
	if err := os.WriteFile(unit, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(config); err != nil { // it need not be there any more
		t.Fatal(err)
	}
	run(exitOK, "removed "+unit, "uninstall", "-init", "systemd", config)
	run(exitFailed, "no such service is installed", "uninstall", "-init", "systemd", config)
	run(exitUsage, "install takes one config file", "install")
	run(exitUsage, `init system "upstart" is not known`, "install", "-init", "upstart", config)
	run(exitUsage, "choose a name with -name", "install", "-init", "openrc", filepath.Join(dir, "two words.lua"))
}
