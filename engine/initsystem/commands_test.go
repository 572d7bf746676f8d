package initsystem

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakes puts programs first in PATH that write down how they were called; one whose arguments contain failing fails.
func fakes(t *testing.T, failing string) (calls func() string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	text := "#!/bin/sh\necho \"${0##*/} $*\" >>'" + log + "'\ncase \"$*\" in " + failing + ") echo 'no such luck' >&2; exit 3;; esac\n"
	for _, name := range []string{"systemctl", "rc-service", "rc-update"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil { // #nosec G306 -- a program
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return func() string {
		data, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		_ = os.Remove(log)
		return string(data)
	}
}

func TestCommands(t *testing.T) {
	calls := fakes(t, "*delete*") // in no runlevel
	want := map[string][2]string{
		"systemd": {"systemctl daemon-reload\n", "systemctl disable --now web.service\nsystemctl daemon-reload\n"},
		"openrc":  {"", "rc-service --ifstarted web stop\nrc-update --all delete web\n"},
	}
	for _, s := range Systems() {
		s.dir = filepath.Join(t.TempDir(), "missing", "dir")
		service := Service{Name: "web", Config: "/srv/web.lua", Program: "/usr/bin/lsyncgo"}
		if _, err := s.Install(context.Background(), "", service); err != nil {
			t.Fatal(err)
		}
		if got := calls(); got != want[s.Name][0] {
			t.Errorf("%s: install called %q, want %q", s.Name, got, want[s.Name][0])
		}
		if _, err := s.Uninstall(context.Background(), "", service); err != nil {
			t.Fatal(err)
		}
		if got := calls(); got != want[s.Name][1] {
			t.Errorf("%s: uninstall called %q, want %q", s.Name, got, want[s.Name][1])
		}
	}
}

// TestStopFails: a service that cannot be stopped keeps its file, and what the init system said is told.
func TestStopFails(t *testing.T) {
	fakes(t, "*disable*|*stop")
	for _, s := range Systems() {
		s.dir = t.TempDir()
		service := Service{Name: "web", Config: "/srv/web.lua", Program: "/usr/bin/lsyncgo"}
		path, err := s.Install(context.Background(), "", service)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Uninstall(context.Background(), "", service); err == nil || !strings.Contains(err.Error(), "no such luck") {
			t.Errorf("%s: error %v, want what the command said", s.Name, err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}
