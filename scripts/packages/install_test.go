package packages

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lsyncgo/engine/message"
)

// machine is a root directory in which scripts of packages can run.
type machine struct {
	t    *testing.T
	root string
}

// newMachine makes one with a shell, the real update-alternatives, systemd at work, and a systemctl that writes down what it is told.
func newMachine(t *testing.T) machine {
	t.Helper()
	m := machine{t, t.TempDir()}
	for _, dir := range []string{"dev", "etc", "tmp", "usr/bin", "run/systemd/system", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/alternatives",
		"var/lib/rpm", "etc/alternatives", "var/log"} {
		if err := os.MkdirAll(m.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, m.path("var/lib/dpkg/status"), "", 0o644)
	for _, name := range []string{"bin", "sbin", "usr/sbin"} {
		if err := os.Symlink("/usr/bin", m.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	m.program("busybox")
	m.program("update-alternatives")
	for _, applet := range []string{"sh", "rm", "rmdir", "cat", "true"} {
		if err := os.Symlink("busybox", m.path("usr/bin", applet)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, m.path("usr/bin/systemctl"), "#!/bin/sh\necho systemctl \"$@\" >>/var/log/told\n", 0o755)
	write(t, m.path("usr/bin/journalctl"), "#!/bin/sh\necho journalctl \"$@\" >>/var/log/told\n", 0o755)
	return m
}

func (m machine) path(parts ...string) string {
	return filepath.Join(append([]string{m.root}, parts...)...)
}

// program copies a program of this machine, and the libraries it needs.
func (m machine) program(name string) {
	m.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		m.t.Fatal(err)
	}
	files := []string{path}
	if out, err := exec.Command("ldd", path).Output(); err == nil { // one that is not static
		files = append(files, regexp.MustCompile(`/\S+`).FindAllString(string(out), -1)...)
	}
	for i, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			m.t.Fatal(err)
		}
		to := m.path(file)
		if i == 0 {
			to = m.path("usr/bin", name)
		}
		write(m.t, to, string(b), 0o755)
	}
}

// told returns what systemctl and journalctl were told since it was asked last.
func (m machine) told() string {
	m.t.Helper()
	b, err := os.ReadFile(m.path("var/log/told"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		m.t.Fatal(err)
	}
	if err := os.RemoveAll(m.path("var/log/told")); err != nil {
		m.t.Fatal(err)
	}
	return string(b)
}

const (
	upgraded = "journalctl --update-catalog\nsystemctl daemon-reload\n" +
		"systemctl --no-block try-restart lsyncgo.service lsyncgo@*.service lsyncgo-*.service\n"
	removed = "systemctl --no-reload disable --now lsyncgo.service\nsystemctl stop lsyncgo@*.service\n"
)

func (m machine) wantTold(what, want string) {
	m.t.Helper()
	if got := m.told(); got != want {
		m.t.Errorf("%s: told\n%swant\n%s", what, got, want)
	}
}

// lsyncd returns what /usr/bin/lsyncd is: where its link leads, by way of the alternatives, its text, or "".
func (m machine) lsyncd() string {
	m.t.Helper()
	to, err := os.Readlink(m.path("usr/bin/lsyncd"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return ""
	case err != nil:
		return content(m.t, m.path("usr/bin/lsyncd"))
	case to != "/etc/alternatives/lsyncd":
		return to
	}
	to, err = os.Readlink(m.path(to))
	if err != nil {
		m.t.Fatal(err)
	}
	return to
}

func (m machine) is(what string, want map[string]bool) {
	m.t.Helper()
	for path, there := range want {
		if _, err := os.Lstat(m.path(path)); (err == nil) != there {
			m.t.Errorf("%s: %s: %v, want there: %t", what, path, err, there)
		}
	}
}

func (m machine) dpkg(args ...string) {
	m.t.Helper()
	run(m.t, []string{"DEBIAN_FRONTEND=noninteractive"}, "dpkg", append([]string{"--root=" + m.root, "--force-confold", "--no-triggers"}, args...)...)
}

// configure writes what an administrator does.
func (m machine) configure() {
	write(m.t, m.path("etc/lsyncd/lsyncd.conf.lua"), "-- mine\n", 0o600)
	write(m.t, m.path("etc/default/lsyncgo"), "OPTIONS=mine\n", 0o644)
	write(m.t, m.path("var/lib/lsyncgo/state"), "remembered\n", 0o600)
}

func (m machine) keeps(what string) {
	m.t.Helper()
	if got := content(m.t, m.path("etc/lsyncd/lsyncd.conf.lua")); got != "-- mine\n" {
		m.t.Errorf("%s: the config is %q", what, got)
	}
	if got := content(m.t, m.path("etc/default/lsyncgo")); got != "OPTIONS=mine\n" {
		m.t.Errorf("%s: what was changed in /etc/default is %q", what, got)
	}
}

func TestDebLife(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	write(t, m.path("usr/bin/lsyncd"), "Lsyncd's own\n", 0o755)
	m.dpkg("--install", one(t, built(t, "1.2.3"), ".deb"))
	m.wantTold("install", upgraded)
	if got := m.lsyncd(); got != "Lsyncd's own\n" {
		t.Errorf("with Lsyncd there, lsyncd is %q", got)
	}
	if err := os.Remove(m.path("usr/bin/lsyncd")); err != nil {
		t.Fatal(err)
	}
	m.configure()

	m.dpkg("--install", one(t, built(t, "1.2.4"), ".deb"))
	m.wantTold("upgrade", "systemctl daemon-reload\n"+upgraded) // and nothing is stopped
	m.keeps("upgrade")
	if got := m.lsyncd(); got != "/usr/bin/lsyncgo" {
		t.Errorf("without Lsyncd, lsyncd is %q", got)
	}

	m.dpkg("--remove", "lsyncgo")
	m.wantTold("remove", removed+"systemctl daemon-reload\n")
	m.keeps("remove")
	m.is("remove", map[string]bool{"usr/bin/lsyncgo": false, "usr/bin/lsyncd": false, "usr/lib/systemd/system/lsyncgo.service": false,
		"usr/share/doc/lsyncgo": false, "var/lib/lsyncgo/state": true})

	m.dpkg("--purge", "lsyncgo")
	m.is("purge", map[string]bool{"etc/default/lsyncgo": false, "etc/logrotate.d/lsyncgo": false, "var/lib/lsyncgo": false, "etc/lsyncd/lsyncd.conf.lua": true})
}

// On another machine nobody wrote a config: nothing is left.
func TestDebPurge(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.dpkg("--install", one(t, built(t, "1.2.3"), ".deb"))
	m.dpkg("--purge", "lsyncgo")
	m.is("purge", map[string]bool{"etc/default/lsyncgo": false, "etc/logrotate.d/lsyncgo": false, "etc/lsyncd": false, "usr/bin/lsyncgo": false, "usr/bin/lsyncd": false})
}

func TestRPMLife(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	rpm := func(args ...string) {
		t.Helper()
		run(t, nil, "rpm", append([]string{"--root", m.root, "--dbpath", "/var/lib/rpm", "--nodeps", "--nosignature"}, args...)...)
	}
	rpm("--install", one(t, built(t, "1.2.3"), ".rpm"))
	m.wantTold("install", upgraded)
	m.configure()
	rpm("--upgrade", one(t, built(t, "1.2.4"), ".rpm"))
	if got := m.told(); strings.Contains(got, "disable") || strings.Contains(got, " stop ") || !strings.Contains(got, upgraded) {
		t.Errorf("upgrade: told\n%s", got)
	}
	m.keeps("upgrade")
	if got := m.lsyncd(); got != "/usr/bin/lsyncgo" {
		t.Errorf("after the upgrade lsyncd is %q", got)
	}
	rpm("--erase", "lsyncgo")
	m.wantTold("remove", removed+"systemctl daemon-reload\n")
	m.is("remove", map[string]bool{"usr/bin/lsyncgo": false, "usr/bin/lsyncd": false, "usr/lib/systemd/system/lsyncgo.service": false, "etc/lsyncd/lsyncd.conf.lua": true,
		"etc/default/lsyncgo.rpmsave": true})
}

// The units and the catalog of the installed package are what systemd takes, and the units no more open than they have to be.
func TestUnits(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.dpkg("--install", one(t, built(t, "1.2.3"), ".deb"))
	for _, unit := range []string{"sysinit", "basic", "shutdown", "multi-user", "network-online", "remote-fs", "nss-lookup", "time-sync"} {
		write(t, m.path("usr/lib/systemd/system", unit+".target"), "[Unit]\nDescription="+unit+"\n", 0o644)
	}
	write(t, m.path("usr/lib/systemd/system/system.slice"), "[Unit]\nDescription=system\n", 0o644)
	write(t, m.path("usr/lib/systemd/system/-.slice"), "[Unit]\nDescription=root\n", 0o644)
	write(t, m.path("usr/bin/kill"), "", 0o755)
	write(t, m.path("var/lib/systemd/catalog/.keep"), "", 0o644)
	run(t, nil, "journalctl", "--root="+m.root, "--update-catalog")
	for _, kind := range message.Kinds() {
		if got := run(t, nil, "journalctl", "--root="+m.root, "--dump-catalog", kind.ID); !strings.Contains(got, kind.Text) {
			t.Errorf("the catalog says of %s: %s", kind.Name, got)
		}
	}
	for _, unit := range []string{"lsyncgo.service", "lsyncgo@x.service"} {
		if got := run(t, nil, "systemd-analyze", "verify", "--man=no", "--root="+m.root, unit); got != "" {
			t.Errorf("%s: %s", unit, got)
		}
		run(t, nil, "systemd-analyze", "security", "--offline=yes", "--threshold=40", "--root="+m.root, unit)
	}
}
