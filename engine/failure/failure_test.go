package failure

import (
	"strings"
	"testing"
)

// §6: reasons in words. The lines are those of OpenSSH 9.2, Dropbear 2022.83, rsync 3.2.7 and 3.5.0, and of shells.
func TestReasons(t *testing.T) {
	for _, c := range []struct {
		program string
		code    int
		lines   string
		want    string // begins the reason
		passing bool
	}{
		{"rsync", 255, "Host key verification failed.\nrsync: connection unexpectedly closed (0 bytes received so far) [sender]\nrsync error: unexplained error (code 255) at io.c(285) [sender=3.5.0]", "ssh does not know the host key of the target", false},
		{"rsync", 255, "No ED25519 host key is known for [h]:22 and you have requested strict checking.\nHost key verification failed.", "ssh does not know the host key of [h]:22", false},
		{"rsync", 255, "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key for [h]:22 has changed and you have requested strict checking.\nHost key verification failed.", "the host key of [h]:22 is not the one", false},
		{"rsync", 255, "me@h: Permission denied (publickey,password).", "ssh lets nobody in as me@h: permission denied (publickey,password)", false},
		{"rsync", 255, "Warning: Identity file /k not accessible: No such file or directory.\nme@h: Permission denied (publickey).", "ssh cannot read the identity file /k: No such file or directory", false},
		{"ssh", 255, "Permissions 0644 for '/k' are too open.\nLoad key \"/k\": bad permissions\nme@h: Permission denied (publickey).", "ssh does not take the identity file /k: others can read it (mode 0644)", false},
		{"ssh", 255, "Load key \"/k\": error in libcrypto\r\nme@h: Permission denied (publickey).", "ssh cannot use the identity file /k: error in libcrypto", false},
		{"ssh", 255, "ssh: connect to host h port 1: Connection refused\r", "connection refused: no sshd at h, port 1", true},
		{"ssh", 255, "ssh: connect to host h port 1: Connection timed out", "h, port 1, does not answer: timed out", true},
		{"ssh", 255, "ssh: connect to host h port 1: No route to host", "there is no route to h", true},
		{"ssh", 255, "ssh: Could not resolve hostname nowhere: Name or service not known", "there is no host called nowhere", true},
		{"ssh", 255, "kex_exchange_identification: Connection closed by remote host", "the host ended the connection before a login", true},
		{"ssh", 255, "command-line line 0: Bad configuration option: foo", "ssh knows no option foo", false},
		{"rsync", 1, "\ndbclient: Connection to root@h:22 exited: \n\nssh-ed25519 host key mismatch for h !\nFingerprint is SHA256:5rah", "the host key of h is not the one that dbclient knows", false},
		{"rsync", 1, "\nHost 'h' is not in the trusted hosts file.\n(ssh-ed25519 fingerprint SHA256:5rah)", "dbclient does not know the host key of h", false},
		{"rsync", 1, "dbclient: Failed loading keyfile '/k'\n\ndbclient: Connection to me@h:22 exited: No auth methods could be used.", "dbclient cannot use the identity file /k", false},
		{"dbclient", 1, "/usr/bin/dbclient: Connection to me@h:22 exited: No auth methods could be used.", "dbclient is not let in as me@h", false},
		{"rsync", 1, "dbclient: Connection to me@::1:22 exited: Connect failed: Connection refused", "connection refused: no sshd at me@::1, port 22", true},
		{"rsync", 1, "dbclient: Connection to me@h.invalid:22 exited: Connect failed: Error resolving 'h.invalid' port '22'. Name or service not known", "there is no host called h.invalid, or the name service is away: Name", true},
		{"rsync", 1, "dbclient: Connection to me@h:22 exited: Connect failed: No route to host", "no connection to me@h, port 22: No route to host", true},
		{"rsync", 12, "dbclient: Connection to me@h:22 exited: Remote closed the connection", "me@h ended the connection", true},
		{"rsync", 255, "something new", "ssh failed", true},
		{"rsync", 127, "bash: line 1: rsync: Kommando nicht gefunden.", "there is no rsync at the target", false},
		{"rsync", 127, "bash: line 1: /opt/x: No such file or directory", "there is no rsync at the target", false},
		{"rsync", 12, "bash: line 1: /no/rsync: No such file or directory\nrsync: connection unexpectedly closed (0 bytes received so far) [sender]", "there is no rsync at the target", false}, // as it ends if it sees the end of the connection before that of ssh
		{"rsync", 12, "rsync: Command not found.", "there is no rsync at the target", false},
		{"rsync", 12, "zsh:1: command not found: rsync", "there is no rsync at the target", false},
		{"rsync", 127, "fish: Unknown command: rsync", "there is no rsync at the target", false},
		{"/opt/backup.sh", 127, "sh: 1: foo: not found", "", false},
		{"rsync", 1, "Unknown filter rule: <rule from /s/.rsync-filter line 1>\nrsync error: syntax or usage error (code 1) at exclude.c(136) [sender=3.5.0]", "a file with filter rules in the source is wrong: /s/.rsync-filter, line 1", false},
		{"rsync", 1, "Unknown filter rule: `garbage rule'\nrsync error: syntax or usage error (code 1) at exclude.c(1213) [sender=3.2.7]", "rsync cannot read the filter rule garbage rule", false},
		{"rsync", 2, "protocol version mismatch -- is your shell clean?", "the login shell at the target prints something", false},
		{"rsync", 14, "rsync: [sender] Failed to exec nossh: No such file or directory (2)", "the program nossh cannot be started", false},
		{"rsync", 11, `rsync: [Receiver] mkdir "/a/b" failed: No such file or directory (2)`, `the directory above the target is missing: mkdir "/a/b"`, false},
		{"rsync", 11, `rsync: [Receiver] mkdir "b/c" (in mod) failed: No such file or directory (2)`, `the directory above the target is missing`, false},
		{"rsync", 11, `rsync: mkdir "/a/b" failed: No such file or directory (2)`, `the directory above the target is missing: mkdir "/a/b"`, false}, // 3.1
		{"rsync", 11, `rsync: [Receiver] mkdir "/a/b" failed: Permission denied (13)`, `permission denied at the target: mkdir "/a/b"`, false},
		{"rsync", 23, `rsync: [receiver] mkstemp "/a/.x.QWERTY" failed: Keine Berechtigung (13)`, `permission denied at the target`, false},
		{"rsync", 11, `rsync: [receiver] write failed on "/a/b": No space left on device (28)`, "the disk of the target is full", true},
		{"rsync", 23, `rsync: [receiver] mkstemp "/a/.x.QWERTY" failed: Disk quota exceeded (122)`, "the quota at the target is used up", true},
		{"rsync", 23, `rsync: [generator] recv_generator: mkdir "/a/b" failed: Read-only file system (30)`, "the target is on a file system that is read-only", true},
		{"rsync", 23, `rsync: [sender] opendir "/s/closed" failed: Permission denied (13)`, `permission denied in the source: opendir "/s/closed"`, false},
		{"rsync", 3, "ERROR: destination must be a directory when copying more than 1 file", "the target is no directory", false},
		{"rsync", 3, `rsync: [Receiver] ERROR: cannot stat destination "/f/": Not a directory (20)`, "something in the path of the target is no directory", false},
		{"rsync", 5, "@ERROR: Unknown module 'no'", "the rsync daemon has no module no", false},
		{"rsync", 5, "rsync: [sender] read error: Connection reset by peer (104)\n@ERROR: auth failed on module m", "the rsync daemon lets nobody in to its module m", false},
		{"rsync", 5, "@ERROR: access denied to m from localhost (127.0.0.1)", "the rsync daemon does not let this host in to its module m", false},
		{"rsync", 1, "ERROR: module is read only", "the rsync daemon's module is read only", false},
		{"rsync", 10, "rsync: [sender] failed to connect to h (10.0.0.1): Connection refused (111)", "connection refused: no rsync daemon at h", true},
		{"rsync", 10, "rsync: getaddrinfo: h 873: Name or service not known", "there is no host called h", true},
		{"rsync", 1, "rsync: --foo: unknown option", "rsync knows no option --foo", false},
		{"rsync", 1, "rsync: on remote machine: --foo: unknown option", "the rsync at the target knows no option --foo", false},
		{"rsync", 12, "", "the connection ended early", true},
		{"", 11, "create the target /a/b/: open /a: no such file or directory", "the directory above the target is missing: create the target /a/b/: open /a", false},
		{"", 11, "write x: no space left on device", "the disk of the target is full", true},
		{"sh", 1, "write x: no space left on device", "", false},
		{"rsync", 0, "Host key verification failed.", "", false},
	} {
		got := Explain(c.program, c.code, strings.Split(c.lines, "\n"))
		if !strings.HasPrefix(got.Text, c.want) || (c.want == "") != (got.Text == "") || got.Passing != c.passing {
			t.Errorf("%s, code %d, %q: %+v, want %q", c.program, c.code, c.lines, got, c.want)
		}
	}
}

// What is told is bounded and has no line twice.
func TestWords(t *testing.T) {
	lines := []string{"Host key verification failed.", "a", "b", "c", "d", "rsync error: unexplained error (code 255) at io.c(285)", strings.Repeat("x", 5000)}
	r := Explain("rsync", 255, lines)
	words := r.Words(lines, 3)
	if len(words) != 3 || words[0] != lines[0] || words[1] != "d" || len(words[2]) > maxText+3 {
		t.Errorf("%d: %.200q", len(words), words)
	}
	if words := (Reason{}).Words(lines, 2); len(words) != 2 || words[0] != lines[5] {
		t.Errorf("without a reason: %.200q", words)
	}
	if r := Explain("rsync", 255, []string{"ssh: Could not resolve hostname " + strings.Repeat("h", 5000) + ": no"}); len(r.Text) > maxText+3 {
		t.Errorf("a reason of %d bytes", len(r.Text))
	}
}

// TestDeleteLimit: rsync says that it met the limit, but ends with another code if something vanished or could
// not be read as well.
func TestDeleteLimit(t *testing.T) {
	const words = "Deletions stopped due to --max-delete limit (7 skipped)"
	for _, c := range []struct {
		code int
		tail []string
		met  bool
	}{
		{25, nil, true}, {24, []string{"file has vanished", words}, true},
		{23, []string{words, "some files could not be transferred"}, true},
		{24, []string{"file has vanished"}, false}, {12, []string{words}, false},
	} {
		if got := MetDeleteLimit(c.code, c.tail); got != c.met {
			t.Errorf("exit code %d, %q: %t", c.code, c.tail, got)
		}
	}
}

func TestUnfit(t *testing.T) {
	for line, want := range map[string]bool{
		`rsync: [receiver] mkstemp "/a/.x.QWERTY" failed: No space left on device (28)`:                  true,
		`rsync: [generator] recv_generator: mkdir "/a" failed: Read-only file system (30)`:               true,
		`rsync: [receiver] rsync_xal_set: lsetxattr("/a","user.x") failed: No space left on device (28)`: false,
		`rsync: [sender] read errors mapping "/a": Input/output error (5)`:                               false,
		`rsync: [receiver] mkstemp "/a/.x.QWERTY" failed: Permission denied (13)`:                        false,
		`something (28)`: false,
	} {
		if got := Unfit([]string{line}); got != want {
			t.Errorf("%q: %t", line, got)
		}
	}
}

// §6: a file with rules in the source that is wrong is no fault of the config.
func TestMisruled(t *testing.T) {
	for line, want := range map[string]bool{
		"rsync error: syntax or usage error (code 1) at exclude.c(136) [sender=3.5.0]":  true,
		"rsync error: syntax or usage error (code 1) at exclude.c(1213) [sender=3.2.7]": true,
		"rsync error: syntax or usage error (code 1) at exclude.c(1213) [client=3.2.7]": false,
		"rsync error: syntax or usage error (code 1) at main.c(1798) [client=3.5.0]":    false,
	} {
		if got := Misruled([]string{"Unknown filter rule: x", line}); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}
