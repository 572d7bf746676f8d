package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// §6, §9: why a startup failed is said first and in words, then what to do, then the command and its own words, once
// each; the log, the status and the end of the program say the same. Real ssh, sshd and rsync; the language of the
// user makes no difference.
func TestReasonsOfFailedStartups(t *testing.T) {
	t.Parallel()
	server := newSSHD(t)
	key := filepath.Join(server.dir, "user")
	open := filepath.Join(server.dir, "open")
	file(t, open, "no key")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(server.dir, "other")
	command(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other)
	known := filepath.Join(server.dir, "known")
	public, err := os.ReadFile(other + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	file(t, known, fmt.Sprintf("[127.0.0.1]:%d %s", server.Port, public))
	nobody := freePort(t)
	overSSH := func(port int, key, options, rest string) string {
		return fmt.Sprintf(`default.rsyncssh, host = "127.0.0.1", targetdir = "$TARGET", ssh = { port = %d, identityFile = %q, multiplex = false,
			options = { IdentitiesOnly = "yes", %s } }, %s`, port, key, options, rest)
	}
	const trusting = `StrictHostKeyChecking = "no", UserKnownHostsFile = "/dev/null"`
	for name, c := range map[string]struct {
		sync, says, remedy string
		insist             bool // another try may help
	}{
		"no sshd":           {overSSH(nobody, key, trusting, ""), "connection refused: no sshd at 127.0.0.1, port ", "start sshd there", true},
		"no host":           {strings.Replace(overSSH(nobody, key, trusting, ""), "127.0.0.1", "no-such-host.invalid", 1), "there is no host called no-such-host.invalid", "correct the name", true},
		"host key unknown":  {overSSH(server.Port, key, `UserKnownHostsFile = "/dev/null"`, ""), "ssh does not know the host key", "log in once by hand", false},
		"host key changed":  {overSSH(server.Port, key, fmt.Sprintf("UserKnownHostsFile = %q", known), ""), fmt.Sprintf("the host key of [127.0.0.1]:%d is not the one that ssh knows", server.Port), "ssh-keygen -R", false},
		"another key":       {overSSH(server.Port, other, trusting, ""), "permission denied (publickey", "authorized_keys", false},
		"no key":            {overSSH(server.Port, key+".none", trusting, ""), "ssh cannot read the identity file " + key + ".none", "ssh.identityFile", false},
		"a key for all":     {overSSH(server.Port, open, trusting, ""), "others can read it (mode 0644)", "chmod 600", false},
		"a parent over ssh": {strings.Replace(overSSH(server.Port, key, trusting, ""), "$TARGET", "$DIR/no/such", 1), "the directory above the target is missing", "a disk may not be mounted", false},
		"no rsync there":    {overSSH(server.Port, key, trusting, `rsync = { rsync_path = "/no/rsync" }`), "there is no rsync at the target", "install rsync there", false},
		"a parent":          {`default.rsync, target = "$DIR/no/such"`, "the directory above the target is missing", "a disk may not be mounted", false},
		"a parent, direct":  {`default.direct, target = "$DIR/no/such"`, "the directory above the target is missing", "a disk may not be mounted", false},
		"no rsync daemon":   {fmt.Sprintf(`default.rsync, target = "rsync://127.0.0.1:%d/mod"`, nobody), "connection refused: no rsync daemon at 127.0.0.1", "start it there", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			config := p.config(`settings { pidfile = "$DIR/pid" } sync { name = "web", source = "$SOURCE", ` + c.sync + ` }`)
			d := startEnv(t, []string{"LC_ALL=de_DE.UTF-8", "LANGUAGE=de", "LANG=de_DE.UTF-8"}, "-nodaemon", config)
			if code := d.wait(); code != 255 {
				t.Errorf("exit code %d", code)
			}
			var failed, ended string
			for line := range strings.Lines(d.out.String()) {
				switch {
				case strings.Contains(line, "Error: web: startup failed: "):
					failed = line
				case strings.Contains(line, "--- Ended: "):
					ended = line
				}
			}
			reason, command := strings.Index(failed, c.says), strings.Index(failed, ": Init: ")
			remedy := strings.Index(failed, c.remedy)
			if reason < 0 || remedy < reason || command < remedy || len(failed) > 1000 {
				t.Errorf("the log says %q", failed)
			}
			if insists := strings.Contains(failed, "-insist"); insists != c.insist {
				t.Errorf("-insist is advised: %t", insists)
			}
			if !strings.Contains(ended, "web has died: ") || !strings.Contains(ended, c.says) {
				t.Errorf("the end says %q", ended)
			}
			for line := range strings.Lines(d.out.String()) {
				if line = strings.TrimSpace(line); strings.Contains(line, "rsync error: ") && strings.Count(d.out.String(), line) > 1 {
					t.Errorf("said twice: %s", line)
				}
			}
		})
	}
}
