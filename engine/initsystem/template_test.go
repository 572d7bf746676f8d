package initsystem

import (
	"flag"
	"os"
	"testing"

	"lsyncgo/scripts/systemd"
)

var update = flag.Bool("update", false, "write the template unit")

// templateFile is the unit for several configs. It is a file of its own only because systemd wants one.
const templateFile = "../../scripts/systemd/lsyncgo@.service"

// The template unit is the unit with another name in the places where there is one.
func TestTemplate(t *testing.T) {
	want, err := replace(systemd.Unit, [][2]string{
		{"# lsyncgo with one config. For several see lsyncgo@.service.\n", "# lsyncgo with the config /etc/lsyncd/NAME.conf.lua, as lsyncgo@NAME.service, and\n" +
			"# the environment of /etc/default/lsyncgo-NAME. Each instance needs a pidfile and a\n" +
			"# statusFile of its own in its config, if it has any.\n"},
		{`"systemctl edit lsyncgo"`, `"systemctl edit lsyncgo@" or "lsyncgo@NAME"`},
		{"Description=Live sync of directory trees\n", "Description=Live sync of directory trees (%i)\n"},
		{"AssertPathExists=/etc/lsyncd/lsyncd.conf.lua\n", "AssertPathExists=/etc/lsyncd/%i.conf.lua\n"},
		{"EnvironmentFile=-/etc/default/lsyncgo\n", "EnvironmentFile=-/etc/default/lsyncgo-%i\n"},
		{"$OPTIONS /etc/lsyncd/lsyncd.conf.lua\n", "$OPTIONS /etc/lsyncd/%i.conf.lua\n"},
		{"# /run/lsyncgo, for", "# /run/lsyncgo-%i, for"},
		{"RuntimeDirectory=lsyncgo\n", "RuntimeDirectory=lsyncgo-%i\n"},
		{"# /var/lib/lsyncgo, for", "# /var/lib/lsyncgo-%i, for"},
		{"StateDirectory=lsyncgo\n", "StateDirectory=lsyncgo-%i\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(templateFile, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(templateFile, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, templateFile); got != want {
		t.Errorf("%s is not what the unit makes it; run go test ./engine/initsystem -update", templateFile)
	}
}
